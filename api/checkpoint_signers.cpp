#include "api/checkpoint_signers.h"

#include <algorithm>

#include "crypto/note.h"
#include "node/proof/policy.h"

namespace centime::api {

std::optional<CheckpointSigners> checkpoint_signers(const ledger::Origin& origin,
                                                    const ledger::EpochRecord& epoch,
                                                    std::string_view note) {
  std::vector<crypto::VerifierKey> keys;
  keys.reserve(epoch.validators.items.size());
  for (const auto& validator : epoch.validators.items) {
    keys.push_back({proof::cosigner_name(origin, validator.member), crypto::KeyType::cosignature,
                    validator.key});
  }
  const auto opened = crypto::open_note(note, keys);
  if (!opened) return std::nullopt;
  const auto checkpoint = crypto::parse_checkpoint(opened->text);
  if (!checkpoint) return std::nullopt;
  CheckpointSigners signers{checkpoint->size, checkpoint->root, epoch.quorum, {}, {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CheckpointSigner signer{epoch.validators.items[i].member, std::nullopt};
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
