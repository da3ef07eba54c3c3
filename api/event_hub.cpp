#include "api/event_hub.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "api/reader_thread.h"

namespace centime::api {
namespace {

constexpr std::size_t clients_max = 65'536;

bool is_loopback(const std::string& peer) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(peer, error);
  return !error && address.is_loopback();
}

}  // namespace

EventHub::EventHub(const EventLimits& limits, std::uint64_t size)
    : limits_(limits),
      clients_({.connections = limits.streams_per_client, .clients = clients_max}),
      size_(size),
      thread_([this] { run(); }) {}

EventHub::~EventHub() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::expected<std::unique_ptr<EventHub::Place>, EventHub::Refusal> EventHub::enter(
    const std::string& peer) {
  std::optional<ClientLimits::Lease> lease;
  if (!(limits_.loopback_exempt && is_loopback(peer))) {
    auto taken = clients_.connect(client_of(peer), ClientLimits::Clock::now());
    if (!taken) return std::unexpected(Refusal::streams_per_client);
    lease.emplace(std::move(*taken));
  }
  const std::lock_guard lock(mutex_);
  if (open_ >= limits_.streams) return std::unexpected(Refusal::streams);
  ++open_;
  return std::make_unique<Place>(shared_from_this(), next_number_++, std::move(lease));
}

EventHub::Place::~Place() {
  NextChunk dropped;
  const std::lock_guard lock(hub_->mutex_);
  --hub_->open_;
  const auto waiting = hub_->waiting_.find(number_);
  if (waiting == hub_->waiting_.end()) return;
  dropped = std::move(waiting->second);
  hub_->waiting_.erase(waiting);
}

void EventHub::Place::wait(std::uint64_t seen, NextChunk wake) {
  const std::lock_guard lock(hub_->mutex_);
  hub_->waiting_.insert_or_assign(number_, std::move(wake));
  if (hub_->size_ <= seen) return;
  hub_->due_ = true;
  hub_->changed_.notify_all();
}

void EventHub::ring(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  size_ = std::max(size_, size);
  if (waiting_.empty()) return;
  due_ = true;
  changed_.notify_all();
}

void EventHub::run() {
  yield_to_the_ledger();
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return due_ || ending_; });
    if (ending_) return;
    due_ = false;
    auto woken = std::exchange(waiting_, {});
    lock.unlock();
    for (auto& [number, wake] : woken) wake(std::string());
    woken.clear();
    lock.lock();
    changed_.wait_for(lock, limits_.pace, [this] { return ending_; });
  }
}

}  // namespace centime::api
