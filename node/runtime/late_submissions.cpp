#include "node/runtime/late_submissions.h"

#include <algorithm>

namespace centime::runtime {

LateSubmissions::Left& LateSubmissions::left(const ledger::MemberId& member, Time now) {
  const auto [at, added] = left_.try_emplace(member);
  Left& left = at->second;
  if (!added) {
    // A minute fills it however empty it was.
    const Time passed = std::clamp<Time>(now - left.at, Time{0}, std::chrono::minutes(1));
    left.units =
        std::min(units_max, left.units + passed.count() * units_each_ms + final_ - left.final);
  }
  left.at = now;
  left.final = final_;
  return left;
}

LateSubmissions::Standing LateSubmissions::add(const ledger::MemberId& member, std::size_t bytes,
                                               Time now) {
  Left& its = left(member, now);
  const bool was_spent = its.units <= 0;
  its.units -= units(1, bytes);
  if (its.units <= -units_max) {
    its.units = 0;
    return Standing::far_above;
  }
  return its.units <= 0 && !was_spent ? Standing::spent : Standing::fair;
}

}  // namespace centime::runtime
