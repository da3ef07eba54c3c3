#include "api/client_limits.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <iterator>

namespace centime::api {

std::string client_of(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error || address.is_v4()) return text;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string();
}

std::string sharer_of(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  return !error && address.is_loopback() ? std::string() : client_of(text);
}

ClientLimits::ClientLimits(Options options) : options_(options) {
  strangers_.tokens = options_.burst;
}

ClientLimits::Lease::~Lease() {
  if (limits_ == nullptr) return;
  const std::lock_guard lock(limits_->mutex_);
  --client_->connections;
}

bool ClientLimits::Lease::take(Clock::time_point now) {
  if (limits_->options_.requests_per_second <= 0) return true;
  const std::lock_guard lock(limits_->mutex_);
  limits_->refill(*client_, now);
  if (client_->tokens < 1) return false;
  client_->tokens -= 1;
  return true;
}

void ClientLimits::refill(Client& client, Clock::time_point now) const {
  const std::chrono::duration<double> passed = now - client.filled;
  if (passed.count() > 0)
    client.tokens =
        std::min(options_.burst, client.tokens + passed.count() * options_.requests_per_second);
  client.filled = std::max(client.filled, now);
}

// A client with a full bucket and no connection is as good as never seen.
void ClientLimits::forget_idle(Clock::time_point now) {
  // Once a second at most: a flood of strangers must not buy a sweep with each connection.
  if (now - swept_ < std::chrono::seconds(1)) return;
  swept_ = now;
  for (auto entry = clients_.begin(); entry != clients_.end();) {
    auto& client = entry->second;
    refill(client, now);
    const bool idle = client.connections == 0 &&
                      (client.tokens >= options_.burst || options_.requests_per_second <= 0);
    entry = idle ? clients_.erase(entry) : std::next(entry);
  }
}

ClientLimits::Client* ClientLimits::find_or_add(const std::string& client, Clock::time_point now) {
  if (const auto known = clients_.find(client); known != clients_.end()) return &known->second;
  if (clients_.size() >= options_.clients) forget_idle(now);
  if (clients_.size() >= options_.clients) return &strangers_;
  Client& added = clients_.try_emplace(client).first->second;
  added.tokens = options_.burst;
  added.filled = now;
  return &added;
}

std::optional<ClientLimits::Lease> ClientLimits::connect(const std::string& client,
                                                         Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  auto* found = find_or_add(client, now);
  if (found != &strangers_ && found->connections >= options_.connections) return std::nullopt;
  ++found->connections;
  return Lease(this, found);
}

}  // namespace centime::api
