#include "api/event_loop.h"

#include <boost/asio/post.hpp>

namespace centime::api {
namespace {

constexpr std::chrono::milliseconds tick_interval{100};

}  // namespace

EventLoop::EventLoop(std::size_t kept_answer_bytes)
    : work_(context_.get_executor()),
      gate_(std::make_shared<Gate>(context_)),
      ticker_(context_.get_executor()),
      answers_(kept_answer_bytes) {}

EventLoop::~EventLoop() { gate_->close(); }

void EventLoop::add(Watched* watched) {
  watched_.insert(watched);
  if (!ticking_) tick_later();
}

void EventLoop::remove(Watched* watched) {
  watched_.erase(watched);
  // Or run() would wait for the next tick.
  if (finishing_ && watched_.empty()) ticker_.cancel();
}

void EventLoop::tick_later() {
  ticking_ = true;
  ticker_.expires_after(tick_interval);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    // An idle server wakes up for nobody.
    ticking_ = !error && !watched_.empty();
    if (!ticking_) return;
    const auto now = Clock::now();
    for (auto* watched : watched_) watched->tick(now);
    tick_later();
  });
}

void EventLoop::finish() {
  boost::asio::post(context_, [this] {
    finishing_ = true;
    work_.reset();
    for (auto* watched : watched_) watched->finish();
    if (watched_.empty()) ticker_.cancel();
  });
}

void EventLoop::cut() {
  boost::asio::post(context_, [this] {
    for (auto* watched : watched_) watched->cut();
  });
}

}  // namespace centime::api
