// One client's connection: reads requests, has them answered, writes the answers.
//
// The server's own half, not for handlers. The bytes are understood in request_parser.h, the
// answer's head is made in response_head.h; here is when to read, wait, write and give up.
#pragma once

#include <atomic>
#include <cstdint>

#include "api/channel.h"
#include "api/client_limits.h"
#include "api/event_loop.h"
#include "api/router.h"
#include "api/server.h"

namespace centime::api {

// What all connections of a server share; outlives them.
struct ServerShared {
  ServerShared(Router its_router, const ServerOptions& options);

  const Router router;
  const ServerLimits limits;
  const ServerHooks hooks;
  ClientLimits clients;

  std::atomic<std::uint64_t> open = 0, accepted = 0, refused = 0;
  std::atomic<std::uint64_t> turned_away = 0;  // Of the refused: not closed yet. None is in `open`.
  std::atomic<std::uint64_t> requests = 0, rate_limited = 0, answered_again = 0;
  std::atomic<std::size_t> body_bytes = 0;    // Of the requests being received or answered.
  std::atomic<std::size_t> answer_bytes = 0;  // Of large answers being sent.
  std::atomic<std::uint64_t> next_trace;
};

// So many of those that are one too many are told so; the others are just closed.
inline constexpr std::uint64_t turned_away_max = 64;

// Serves the connection on the loop, on whose thread this is called, until it ends. It is counted
// in `open` already. One too many is told so and closed, or just closed while many others are told.
void serve_connection(EventLoop& loop, ServerShared& shared, Socket socket);

}  // namespace centime::api
