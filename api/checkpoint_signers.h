// Who signed the newest state of the log that a quorum signed, read from its checkpoint.
//
// Every signature is verified with the key that the epoch of the last block names. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "node/ledger/governance.h"

namespace centime::api {

struct CheckpointSigner {
  ledger::MemberId member;
  std::optional<ledger::TimeMs> signed_at;  // By its own clock, in whole seconds; none: unsigned.
};

struct CheckpointSigners {
  std::uint64_t size = 0;  // Entries.
  crypto::Digest root;
  std::size_t needed = 0;                    // A quorum.
  std::size_t count = 0;                     // Of those that signed.
  std::vector<CheckpointSigner> validators;  // In leader order.
};

// Nothing for a note that no validator signed.
std::optional<CheckpointSigners> checkpoint_signers(const ledger::Origin& origin,
                                                    const ledger::EpochRecord& epoch,
                                                    std::string_view note);

}  // namespace centime::api
