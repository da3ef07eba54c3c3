// How many votes decide, computed here anew: the oracle shares no arithmetic with the engine.
#pragma once

#include <cstddef>

namespace centime::simulator {

// The largest f with 3 f < n.
constexpr std::size_t liars_max(std::size_t n) {
  std::size_t f = 0;
  while (3 * (f + 1) < n) ++f;
  return f;
}

// The smallest q of which any two share more than f of n.
constexpr std::size_t quorum_of(std::size_t n) {
  std::size_t q = 1;
  while (2 * q < n + liars_max(n) + 1) ++q;
  return q;
}

static_assert(quorum_of(1) == 1 && quorum_of(4) == 3 && quorum_of(5) == 4 && quorum_of(6) == 4);
static_assert(quorum_of(7) == 5 && quorum_of(10) == 7 && quorum_of(20) == 14);
static_assert(quorum_of(50) == 34);

}  // namespace centime::simulator
