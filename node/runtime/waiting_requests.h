// Which peers' requests for blocks wait for an answer, and when the next one gets it.
//
// Putting blocks together takes the strand's time, which votes need: after each answer there is a
// pause, whoever asks next, and meanwhile one request of each peer waits, its newest. Those for
// open blocks come first, since a view may wait for them, but never twice before whoever's turn it
// is: else those who ask for such on and on would keep the others from catching up. The caller
// bounds how many peers there are. The strand only.
#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "consensus/step.h"

namespace centime::runtime {

class WaitingRequests {
 public:
  using Request = std::variant<consensus::ServeBlocks, consensus::ServeChain>;

  // Of the strand's time answers take at most 1 / (1 + this).
  static constexpr int pause_for_work = 3;
  // What an answer counts at least: the clock is too coarse for less.
  static constexpr consensus::Millis work_min{1};

  // Takes the place of what waits for the same peer.
  void add(Request request);

  // The request to be answered now, if there is one; answered() is to be called after that.
  std::optional<Request> next(consensus::Millis now);
  // `work`: how long that took.
  void answered(consensus::Millis now, consensus::Millis work);

  // When next() has something; nothing if nothing waits.
  std::optional<consensus::Millis> due() const;

  void clear() { waiting_.clear(); }
  std::size_t size() const { return waiting_.size(); }

 private:
  std::deque<Request> waiting_;  // In the order of their turns.
  bool passed_first_ = false;    // By the last answer.
  consensus::Millis due_{};
};

}  // namespace centime::runtime
