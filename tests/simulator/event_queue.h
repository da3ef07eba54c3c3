// What happens when, in virtual time: events run in the order of their time, and of being added.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/simulator/action.h"

namespace centime::simulator {

// Since the start of the run.
using Time = std::chrono::microseconds;

class EventQueue {
 public:
  Time now() const { return now_; }

  // Requires that `at` is not in the past.
  void at(Time at, Action action) {
    std::uint32_t place = 0;
    if (free_.empty()) {
      place = static_cast<std::uint32_t>(actions_.size());
      actions_.push_back(std::move(action));
    } else {
      place = free_.back();
      free_.pop_back();
      actions_[place] = std::move(action);
    }
    events_.push_back({at, added_++, place});
    std::ranges::push_heap(events_, later);
  }
  void after(Time delay, Action action) { at(now_ + delay, std::move(action)); }

  // Runs the next event, if there is one not later than `until`; else the time is then `until`.
  bool run_next(Time until) {
    if (events_.empty() || events_.front().at > until) {
      now_ = until;
      return false;
    }
    std::ranges::pop_heap(events_, later);
    const Event event = events_.back();
    events_.pop_back();
    now_ = event.at;
    // It may add events, and so move those that wait.
    Action action = std::move(actions_[event.place]);
    free_.push_back(event.place);
    action();
    return true;
  }

  std::uint64_t added() const { return added_; }

 private:
  struct Event {
    Time at;
    std::uint64_t order;
    std::uint32_t place;  // Of its action.
  };
  static bool later(const Event& a, const Event& b) {
    return std::pair(a.at, a.order) > std::pair(b.at, b.order);
  }

  Time now_{0};
  std::uint64_t added_ = 0;
  std::vector<Event> events_;  // A heap, the next one in front.
  std::vector<Action> actions_;
  std::vector<std::uint32_t> free_;  // Places of actions that have run.
};

}  // namespace centime::simulator
