#include "node/runtime/own_keys.h"

namespace centime::runtime {

OwnKeys::OwnKeys(ledger::MemberId self, const crypto::SecretKey& now, Earlier earlier)
    : self_(std::move(self)), now_(now), earlier_(std::move(earlier)) {}

const crypto::SecretKey* OwnKeys::voting_in(const ledger::EpochRecord& epoch) const {
  const auto index = ledger::validator_index(epoch, self_);
  if (!index) return nullptr;
  const crypto::PublicKey& wanted = epoch.validators.items[*index].key;
  if (now_.public_key() == wanted) return &now_;
  for (const auto& key : earlier_) {
    if (key->public_key() == wanted) return key.get();
  }
  return nullptr;
}

}  // namespace centime::runtime
