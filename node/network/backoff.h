// How long to wait before dialling again, and for how long a misbehaving member is cut off.
//
// Pure: the caller brings the time and the random number.
#pragma once

#include <chrono>

namespace centime::network {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Doubles with each failure up to a bound.
class Backoff {
 public:
  struct Options {
    milliseconds first{250};
    milliseconds most{30'000};
  };

  // Requires 0 < first <= most.
  explicit Backoff(Options options);

  // The next wait, in [d / 2, d] where d doubles with each call; `random` in [0, 1) says where. Two
  // sides that dial each other at once, or fifty that lost the same member, come apart by it.
  milliseconds next(double random);

  void reset() { wait_ = options_.first; }

 private:
  Options options_;
  milliseconds wait_;
};

// A time without links that doubles with each misbehaviour, and is forgotten after a good while.
class CutOff {
 public:
  struct Options {
    milliseconds first{1'000};
    milliseconds most{600'000};
    milliseconds forgotten_after{3'600'000};
  };

  explicit CutOff(Options options) : options_(options) {}  // Requires 0 < first <= most.

  void strike(Clock::time_point now);
  bool holds(Clock::time_point now) const { return strikes_ > 0 && now < until_; }
  Clock::time_point until() const { return until_; }

 private:
  Options options_;
  unsigned strikes_ = 0;
  Clock::time_point last_{}, until_{};
};

}  // namespace centime::network
