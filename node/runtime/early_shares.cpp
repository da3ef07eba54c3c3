#include "node/runtime/early_shares.h"

#include <algorithm>

namespace centime::runtime {
namespace {

// Forgets the lowest size beyond these.
template <class Shares>
void bound(Shares& by_size, std::size_t sizes_max) {
  if (by_size.size() > sizes_max) by_size.erase(by_size.begin());
}

template <class Shares>
void forget_up_to(Shares& by_size, std::uint64_t size) {
  by_size.erase(by_size.begin(), by_size.upper_bound(size));
}

}  // namespace

void EarlyShares::keep(const ledger::MemberId& by, const ledger::MemberId& member,
                       const CheckpointShare& share) {
  Room& room = rooms_[by];
  if (by == member) {
    room.own.insert_or_assign(share.size, share);
    return bound(room.own, own_sizes_max);
  }
  std::vector<PassedShare>& passed = room.passed[share.size];
  const auto known = std::ranges::find(passed, member, &PassedShare::member);
  if (known != passed.end()) {
    known->share = share;
  } else if (passed.size() < ledger::validators_max) {
    passed.push_back({member, share});
  }
  bound(room.passed, passed_sizes_max);
}

std::vector<EarlyShares::Brought> EarlyShares::take(std::uint64_t size) {
  std::vector<Brought> brought;
  for (const auto& [by, room] : rooms_) {
    if (const auto own = room.own.find(size); own != room.own.end())
      brought.push_back({by, {by, own->second}});
  }
  for (auto& [by, room] : rooms_) {
    if (const auto passed = room.passed.find(size); passed != room.passed.end()) {
      for (const PassedShare& each : passed->second) brought.push_back({by, each});
    }
    forget_up_to(room.own, size);
    forget_up_to(room.passed, size);
  }
  std::erase_if(rooms_, [](const auto& each) {
    return each.second.own.empty() && each.second.passed.empty();
  });
  return brought;
}

}  // namespace centime::runtime
