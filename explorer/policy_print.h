// The fingerprint of the signers' policy, as printed receipts have it and /v1/policy leads to it.
//
// Of the validators that agreed on the last block of a snapshot. Computed once an epoch; any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "node/ledger/entries.h"
#include "node/storage/snapshot.h"

namespace centime::explorer {

class PolicyPrint {
 public:
  explicit PolicyPrint(ledger::Origin origin) : origin_(std::move(origin)) {}

  // In 16 groups of four digits.
  std::string of(const storage::Snapshot& snapshot);

 private:
  const ledger::Origin origin_;
  std::mutex mutex_;
  crypto::Digest epoch_hash_{};  // Of the epoch that text_ is of.
  std::string text_;             // Empty before the first.
};

}  // namespace centime::explorer
