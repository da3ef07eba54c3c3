// Reads one request's head and body from a channel, each within its time and its size.
//
// When to read and when to give up; what the bytes mean says request_parser.h. The server's own
// half, not for handlers.
#pragma once

#include <atomic>
#include <cstddef>
#include <expected>

#include "api/channel.h"
#include "api/exchange.h"
#include "api/request_parser.h"
#include "api/server.h"

namespace centime::api {

class RequestReader {
 public:
  // More than a read of the body takes: what the channel's buffer needs beside a head.
  static constexpr std::size_t body_read_bytes = 64 * 1024;

  // All outlive it. `all_bodies`: bytes of all bodies that the server holds. `client_bodies`: of
  // those of this client; null if it has no share of its own.
  RequestReader(Channel& channel, Exchange& exchange, const ServerLimits& limits,
                std::atomic<std::size_t>& all_bodies, std::atomic<std::size_t>* client_bodies)
      : channel_(channel),
        exchange_(exchange),
        limits_(limits),
        all_bodies_(all_bodies),
        client_bodies_(client_bodies) {}

  // Waits until the channel's buffer begins with a whole head, and gives its size, the empty line
  // included. The exchange begins with its first byte.
  Task<std::expected<std::size_t, EarlyAnswer>> read_head();

  // Requires a head that was understood and routed. The body lands in the exchange's request.
  Task<std::expected<void, EarlyAnswer>> read_body(RequestParser& parser);

 private:
  std::expected<void, EarlyAnswer> take_body(RequestParser& parser);

  Channel& channel_;
  Exchange& exchange_;
  const ServerLimits& limits_;
  std::atomic<std::size_t>& all_bodies_;
  std::atomic<std::size_t>* client_bodies_;
};

}  // namespace centime::api
