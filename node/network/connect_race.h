// Connects to whichever of a host's endpoints answers first.
//
// One that swallows connections without a word, such as an IPv6 address behind a firewall, must not
// take the time of the others. A next attempt begins when one has failed, or 250 ms after the last
// began; the first that connects ends the others. On the network's thread. Source: RFC 8305,
// section 5.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "node/network/asio_types.h"

namespace centime::network {

class ConnectRace {
 public:
  ConnectRace(const Executor& executor, std::vector<Tcp::endpoint> endpoints);
  ConnectRace(const ConnectRace&) = delete;
  ConnectRace& operator=(const ConnectRace&) = delete;

  // Once, and the race outlives it. The connected socket; nothing if all failed or after close().
  // There is no deadline but close().
  Task<std::optional<Socket>> run();
  void close();

 private:
  void begin_next();
  void ended(Socket& socket, const boost::system::error_code& error);

  const std::vector<Tcp::endpoint> endpoints_;
  std::deque<Socket> sockets_;  // One for each that was begun.
  std::size_t under_way_ = 0;
  std::optional<Socket> winner_;
  bool closed_ = false;
  Clock::time_point next_at_{};
  Timer signal_;
};

}  // namespace centime::network
