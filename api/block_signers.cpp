#include "api/block_signers.h"

#include "crypto/canonical.h"
#include "node/runtime/block_body.h"

namespace centime::api {
std::optional<BlockSigners> block_signers(const ledger::EpochRecord& epoch,
                                          const BlockView& block) {
  const auto kept = crypto::decode<runtime::BlockCertificate>(block.certificate);
  if (!kept) return std::nullopt;
  const consensus::Certificate& finalization = kept->finalization;
  BlockSigners signers;
  signers.needed = epoch.quorum;
  for (const auto& validator : epoch.validators.items)
    signers.validators.push_back({validator.member, false});
  for (const auto& [signer, signature] : finalization.signatures.items) {
    if (signer >= signers.validators.size()) return std::nullopt;
    signers.validators[signer].voted = true;
    ++signers.voted;
  }
  if (finalization.value.height.value > block.height.value)
    signers.through = ledger::Height{finalization.value.height.value};
  return signers;
}

}  // namespace centime::api
