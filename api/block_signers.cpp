#include "api/block_signers.h"

#include "crypto/canonical.h"
#include "node/proof/policy.h"
#include "node/runtime/block_body.h"

namespace centime::api {
namespace {

// A network of one keeps the finalization alone.
std::optional<consensus::Certificate> finalization_of(const ledger::Genesis& genesis,
                                                      const BlockView& block) {
  if (block.certificate.empty()) return std::nullopt;
  if (genesis.validators.items.size() == 1) {
    auto alone = crypto::decode<consensus::Certificate>(block.certificate);
    if (!alone) return std::nullopt;
    return std::move(*alone);
  }
  auto kept = crypto::decode<runtime::BlockCertificate>(block.certificate);
  if (!kept) return std::nullopt;
  return std::move(kept->finalization);
}

}  // namespace

std::optional<BlockSigners> block_signers(const ledger::Genesis& genesis, const BlockView& block) {
  const auto finalization = finalization_of(genesis, block);
  if (!finalization) return std::nullopt;
  BlockSigners signers;
  signers.needed = proof::quorum_of(genesis.validators.items.size());
  for (const auto& member : genesis.validators.items) signers.validators.push_back({member, false});
  for (const auto& [signer, signature] : finalization->signatures.items) {
    if (signer >= signers.validators.size()) return std::nullopt;
    signers.validators[signer].voted = true;
    ++signers.voted;
  }
  if (finalization->value.height.value > block.height.value)
    signers.through = ledger::Height{finalization->value.height.value};
  return signers;
}

}  // namespace centime::api
