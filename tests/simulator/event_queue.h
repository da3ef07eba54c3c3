// What happens when, in virtual time: events run in the order of their time, and of being added.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace centime::simulator {

// Since the start of the run.
using Time = std::chrono::microseconds;

class EventQueue {
 public:
  using Action = std::function<void()>;

  Time now() const { return now_; }

  // Requires that `at` is not in the past.
  void at(Time at, Action action) { events_.push({at, added_++, std::move(action)}); }
  void after(Time delay, Action action) { at(now_ + delay, std::move(action)); }

  // Runs the next event, if there is one not later than `until`; else the time is then `until`.
  bool run_next(Time until) {
    if (events_.empty() || events_.top().at > until) {
      now_ = until;
      return false;
    }
    // The queue gives no mutable access, and the action may add events.
    Action action = std::move(const_cast<Event&>(events_.top()).action);
    now_ = events_.top().at;
    events_.pop();
    action();
    return true;
  }

  std::uint64_t added() const { return added_; }

 private:
  struct Event {
    Time at;
    std::uint64_t order;
    Action action;
    bool operator<(const Event& other) const {  // The latest is the least.
      return std::pair(other.at, other.order) < std::pair(at, order);
    }
  };

  Time now_{0};
  std::uint64_t added_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace centime::simulator
