#include "api/checkpoint_signers.h"

#include <algorithm>

#include "crypto/note.h"
#include "node/proof/policy.h"

namespace centime::api {

std::optional<CheckpointSigners> checkpoint_signers(const ledger::Genesis& genesis,
                                                    std::string_view note) {
  const auto policy = proof::policy_of(genesis);
  std::vector<crypto::VerifierKey> keys;
  for (const auto& witness : policy.witnesses) keys.push_back(witness.key);
  const auto opened = crypto::open_note(note, keys);
  if (!opened) return std::nullopt;
  const auto checkpoint = crypto::parse_checkpoint(opened->text);
  if (!checkpoint) return std::nullopt;
  CheckpointSigners signers{
      checkpoint->size, checkpoint->root, proof::quorum_of(keys.size()), {}, {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CheckpointSigner signer{genesis.validators.items[i], std::nullopt};
    const auto found = std::ranges::find_if(
        opened->verified, [&](const auto& verified) { return verified.key == keys[i]; });
    if (found != opened->verified.end() && found->time) {
      const auto seconds = found->time->time_since_epoch().count();
      signer.signed_at = ledger::TimeMs{static_cast<std::uint64_t>(seconds) * 1'000};
      ++signers.count;
    }
    signers.validators.push_back(std::move(signer));
  }
  return signers;
}

}  // namespace centime::api
