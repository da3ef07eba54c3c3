#include "api/network_totals.h"

namespace centime::api {

NetworkTotals::Shared NetworkTotals::at(const storage::Snapshot& snapshot) {
  const ledger::Height height = snapshot.head().height;
  const std::lock_guard lock(mutex_);
  // Who still holds an older snapshot gets its sums without taking the newest from the others.
  if (height_ && height < *height_)
    return std::make_shared<const std::vector<FundTotals>>(network_totals(snapshot));
  if (height_ != height) {
    totals_ = std::make_shared<const std::vector<FundTotals>>(network_totals(snapshot));
    height_ = height;
  }
  return totals_;
}

}  // namespace centime::api
