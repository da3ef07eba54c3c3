// What happened, in a line per event for a person, and in one number that is equal if all of it is.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>

#include "crypto/bytes.h"
#include "tests/simulator/event_queue.h"

namespace centime::simulator {

class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}

  // Every event: its time, who, and what, as numbers.
  void note(Time at, std::uint64_t who, std::uint64_t what) {
    mix(static_cast<std::uint64_t>(at.count()));
    mix(who);
    mix(what);
    ++events_;
  }

  template <class... Args>
  void line(Time at, fmt::format_string<Args...> format, Args&&... args) {
    if (!print_) return;
    fmt::print("{:>10.3f} ms  {}\n", static_cast<double>(at.count()) / 1000.0,
               fmt::format(format, std::forward<Args>(args)...));
  }
  bool prints() const { return print_; }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

  static std::uint64_t sum(crypto::BytesView bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 0x100000001b3;
    return sum;
  }

 private:
  void mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9fb21c651e98df25;
    hash_ ^= hash_ >> 31;
  }

  bool print_;
  std::uint64_t hash_ = 0x243f6a8885a308d3;
  std::uint64_t events_ = 0;
};

}  // namespace centime::simulator
