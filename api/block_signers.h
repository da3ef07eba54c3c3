// Whose votes made a block final, read from the certificate that this node keeps.
//
// A certificate has a quorum's votes and may have more; another node may have kept others, and a
// validator that is not in it need not have been away. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "api/queries.h"
#include "node/ledger/governance.h"

namespace centime::api {

struct BlockSigner {
  ledger::MemberId member;
  bool voted = false;
};

struct BlockSigners {
  std::size_t needed = 0;               // A quorum.
  std::size_t voted = 0;                // At least as many.
  std::vector<BlockSigner> validators;  // In leader order.
  // The votes are for a later block, of this height, which made this one final with it.
  std::optional<ledger::Height> through;
};

// `epoch` is that of the block's seal. Nothing for the genesis block, which everybody has from the
// start, and for a block that a rebuild found without its certificate.
std::optional<BlockSigners> block_signers(const ledger::EpochRecord& epoch, const BlockView& block);

}  // namespace centime::api
