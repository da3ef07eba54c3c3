#include "explorer/policy_print.h"

#include "node/ledger/governance.h"
#include "node/proof/policy.h"
#include "node/runtime/epochs.h"

namespace centime::explorer {

std::string PolicyPrint::of(const storage::Snapshot& snapshot) {
  const auto epoch = runtime::sealing_epoch(snapshot);
  const auto hash = ledger::epoch_hash(epoch);
  const std::lock_guard lock(mutex_);
  if (text_.empty() || hash != epoch_hash_) {
    text_ = proof::policy_fingerprint(
        proof::format_policy(proof::policy_of(snapshot.head().network, origin_, epoch)));
    epoch_hash_ = hash;
  }
  return text_;
}

}  // namespace centime::explorer
