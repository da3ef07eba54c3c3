#include "node/network/connect_race.h"

#include <utility>

namespace centime::network {
namespace {

constexpr milliseconds stagger{250};

}  // namespace

ConnectRace::ConnectRace(const Executor& executor, std::vector<Tcp::endpoint> endpoints)
    : endpoints_(std::move(endpoints)), signal_(executor) {}

Task<std::optional<Socket>> ConnectRace::run() {
  while (true) {
    const bool more = !closed_ && sockets_.size() < endpoints_.size();
    if (more && Clock::now() >= next_at_) {
      begin_next();
      continue;
    }
    if (!more && under_way_ == 0) co_return std::move(winner_);
    signal_.expires_at(more ? next_at_ : Clock::time_point::max());
    co_await signal_.async_wait(as_outcome);
  }
}

void ConnectRace::begin_next() {
  next_at_ = Clock::now() + stagger;
  const auto& endpoint = endpoints_[sockets_.size()];
  Socket& socket = sockets_.emplace_back(signal_.get_executor());
  ++under_way_;
  socket.async_connect(
      endpoint, [this, &socket](const boost::system::error_code& error) { ended(socket, error); });
}

void ConnectRace::ended(Socket& socket, const boost::system::error_code& error) {
  --under_way_;
  next_at_ = {};
  if (!error && !closed_) {
    winner_ = std::move(socket);
    close();
  }
  signal_.cancel();
}

void ConnectRace::close() {
  closed_ = true;
  boost::system::error_code ignored;
  for (Socket& socket : sockets_) socket.close(ignored);
  signal_.cancel();
}

}  // namespace centime::network
