// Do the others still know this node by its key? Its own ledger can't tell: that may be behind.
//
// They do as long as one has a link to it. Where none has, and somebody refused the key in the
// handshake, another key may be the one that they know. Strangers may bring the same about, and
// all it leads to is that the node tries its other keys. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "node/network/counters.h"

namespace centime::runtime {

class KeyDoubt {
 public:
  // A link may take `patience` to come about.
  explicit KeyDoubt(std::chrono::milliseconds patience) : patience_(patience) {}

  static constexpr std::chrono::milliseconds patience_max{600'000};

  // Looks at the links as they are now. True where the key is in doubt; as long as it stays so each
  // time after twice the time before, at most after patience_max.
  bool look(const network::Counters& counters, std::chrono::steady_clock::time_point now);

 private:
  std::chrono::milliseconds patience_;
  std::optional<std::chrono::steady_clock::time_point> since_;  // No link, or since it said so.
  std::uint64_t refused_before_ = 0;                            // Then.
};

}  // namespace centime::runtime
