#include "node/runtime/early_shares.h"

namespace centime::runtime {

void EarlyShares::keep(const ledger::MemberId& member, const CheckpointShare& share) {
  auto& kept = of_[member];
  kept.insert_or_assign(share.size, share);
  if (kept.size() > of_one_max) kept.erase(kept.begin());
}

void EarlyShares::hand_over(std::uint64_t size, CheckpointShares& shares) {
  for (auto& [member, kept] : of_) {
    kept.erase(kept.begin(), kept.upper_bound(size));
    const auto signer = ledger::validator_index(shares.epoch(), member);
    if (!signer) continue;
    for (const auto& [at, share] : kept) shares.add_share(*signer, share);
  }
  std::erase_if(of_, [](const auto& row) { return row.second.empty(); });
}

}  // namespace centime::runtime
