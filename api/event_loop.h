// One thread of the server: its io_context, connections, kept answers, and the clock that ends
// waits.
//
// A tick looks at every connection's deadline instead of a timer per operation: a thousand
// comparisons ten times a second cost less than two timers a request, and none may be forgotten.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <unordered_set>

#include "api/answer_cache.h"
#include "api/mailbox.h"

namespace centime::api {

using Executor = boost::asio::io_context::executor_type;
using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

// What the loop watches over. Called on the loop's thread.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual void tick(Clock::time_point now) = 0;  // Ends the wait whose deadline has passed.
  virtual void finish() = 0;                     // Ends when the request under way is answered.
  virtual void cut() = 0;                        // Ends now.
};

class EventLoop {
 public:
  explicit EventLoop(std::size_t kept_answer_bytes);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  boost::asio::io_context& context() { return context_; }
  const std::shared_ptr<Gate>& gate() { return gate_; }

  // Runs until finish() was called and everything watched has gone, or until abandon().
  void run() { context_.run(); }

  // From any thread.
  void finish();
  void cut();
  void abandon() { context_.stop(); }
  std::size_t kept_bytes() const { return answers_.bytes(); }

  // On the loop's thread.
  void add(Watched* watched);
  void remove(Watched* watched);
  bool finishing() const { return finishing_; }
  AnswerCache& answers() { return answers_; }

 private:
  void tick_later();

  boost::asio::io_context context_{1};
  std::optional<boost::asio::executor_work_guard<Executor>> work_;
  std::shared_ptr<Gate> gate_;
  Timer ticker_;
  std::unordered_set<Watched*> watched_;
  AnswerCache answers_;
  bool ticking_ = false;
  bool finishing_ = false;
};

}  // namespace centime::api
