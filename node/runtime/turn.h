// How much of what came in the strand takes before it looks at the clock, the deadlines and the
// other queue again: so many inputs, or for so long, since one may cost a thousand times another.
#pragma once

#include <chrono>
#include <cstddef>

namespace centime::runtime {

class Turn {
 public:
  struct Limits {
    std::size_t inputs;
    std::chrono::milliseconds time;
  };
  using Instant = std::chrono::steady_clock::time_point;

  Turn(Limits limits, Instant begun) : limits_(limits), begun_(begun) {}

  // True if one more may be taken, which then counts as taken. The first always may.
  bool takes(Instant now) {
    if (taken_ > 0 && (taken_ >= limits_.inputs || now - begun_ >= limits_.time)) return false;
    ++taken_;
    return true;
  }

 private:
  Limits limits_;
  Instant begun_;
  std::size_t taken_ = 0;
};

}  // namespace centime::runtime
