// The secret keys of the member whose node this is: the one in use, and those before it that are
// still at hand. The block behind which a key changed is of the epoch that it ends, so its
// checkpoint is signed with the key of before, also by a node that was opened with the new one.
#pragma once

#include <memory>
#include <vector>

#include "crypto/ed25519.h"
#include "node/ledger/governance.h"

namespace centime::runtime {

class OwnKeys {
 public:
  using Earlier = std::vector<std::shared_ptr<const crypto::SecretKey>>;

  // `now` must outlive the object.
  OwnKeys(ledger::MemberId self, const crypto::SecretKey& now, Earlier earlier);

  const crypto::SecretKey& now() const { return now_; }
  // The one with which the member votes in that epoch. Null: it does not, or the key is gone.
  const crypto::SecretKey* voting_in(const ledger::EpochRecord& epoch) const;

 private:
  ledger::MemberId self_;
  const crypto::SecretKey& now_;
  Earlier earlier_;
};

}  // namespace centime::runtime
