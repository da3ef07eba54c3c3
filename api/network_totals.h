// The totals of all funds, added up once for each block that somebody asks at.
//
// Adding up reads every flow of the ledger, and /v1/status is asked every few seconds by whoever
// watches a node. Any thread; who comes while another adds up waits for the same sums.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "api/queries.h"

namespace centime::api {

class NetworkTotals {
 public:
  using Shared = std::shared_ptr<const std::vector<FundTotals>>;

  // Of this state. Requires snapshots of one ledger.
  Shared at(const storage::Snapshot& snapshot);

 private:
  std::mutex mutex_;
  std::optional<ledger::Height> height_;  // That totals_ are of.
  Shared totals_;
};

}  // namespace centime::api
