// Bounds how often each peer is answered, so that nobody's questions take all of this node's time.
//
// A peer may ask `burst` times at once, and once more for each `every` that passes. Memory: one
// time for each of `peers_max` peers; when there are more, those that asked just now come first.
#pragma once

#include <map>

#include "consensus/step.h"

namespace centime::consensus {

class AnswerGate {
 public:
  // Peers come and go; followers are among them.
  static constexpr std::size_t peers_max = 1'024;

  // Requires every > 0 and burst > 0.
  AnswerGate(Millis every, std::uint32_t burst) : every_(every), ahead_max_(every * (burst - 1)) {}

  // True if this peer may have an answer now; it then counts as given.
  bool pass(PeerIndex peer, Millis now);

 private:
  Millis every_;
  Millis ahead_max_;
  std::map<PeerIndex, Millis> due_;  // When the peer's answers so far are paid for.
};

}  // namespace centime::consensus
