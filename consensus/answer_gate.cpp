#include "consensus/answer_gate.h"

#include <algorithm>

namespace centime::consensus {

bool AnswerGate::pass(PeerIndex peer, Millis now) {
  const auto found = due_.find(peer);
  if (found != due_.end()) {
    if (found->second > now + ahead_max_) return false;
    found->second = std::max(found->second, now) + every_;
    return true;
  }
  if (due_.size() >= peers_max) {
    std::erase_if(due_, [&](const auto& other) { return other.second <= now; });
    if (due_.size() >= peers_max) return false;
  }
  due_[peer] = now + every_;
  return true;
}

}  // namespace centime::consensus
