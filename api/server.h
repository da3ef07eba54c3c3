// The HTTP/1.1 server: threads, connections, limits.
//
// Each thread has an io_context of its own (two threads on one cost 38 % more CPU a request); a
// connection stays on the thread it was given to, and its handler runs there. No TLS and no
// X-Forwarded-For: a proxy in front of it comes from loopback, which the rate limit lets pass.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/problem.h"
#include "api/router.h"

namespace centime::api {

struct ServerLimits {
  std::size_t header_bytes = 16 * 1024;  // Request line and header together.
  std::size_t header_fields = 100;
  std::size_t body_bytes = 8 * 1024 * 1024;          // A route may say otherwise.
  std::size_t all_bodies_bytes = 256 * 1024 * 1024;  // Of all requests being received at once.
  // Of one client's, but for bodies that their route lets be larger than this.
  std::size_t body_bytes_per_client = 32 * 1024 * 1024;

  std::size_t body_pace_bytes = 1024 * 1024;

  // Of answers of more than 64 KiB that are being sent at once: to all, and to one client.
  std::size_t all_answers_bytes = 256 * 1024 * 1024;
  std::size_t answer_bytes_per_client = 64 * 1024 * 1024;

  std::chrono::milliseconds header_timeout{10'000};  // From the request's first byte.
  std::chrono::milliseconds body_timeout{30'000};    // For each `body_pace_bytes` of a body.
  std::chrono::milliseconds idle_timeout{60'000};    // Between requests.
  std::chrono::milliseconds reply_timeout{60'000};   // For a handler's answer.
  std::chrono::milliseconds write_timeout{30'000};   // For each 64 KiB that the client must take.
  std::chrono::milliseconds keep_alive_interval{15'000};  // Of a live stream without news.
  std::chrono::milliseconds stop_deadline{10'000};        // For requests under way at stop().

  std::size_t connections = 1024;
  std::size_t connections_per_client = 256;  // A client is an IPv4 address or an IPv6 /64.
  double requests_per_second = 100;          // Per client, sustained; 0 = no limit.
  double request_burst = 200;                // Per client, at once.
  std::size_t clients = 65'536;              // Remembered; strangers beyond share one allowance.
  bool loopback_exempt = true;               // From the limits per client.

  bool compress = true;  // Answers, for clients that take it; see content_coding.h.

  std::size_t kept_answer_bytes = 32 * 1024 * 1024;  // Of all threads; see answer_cache.h.
};

// What one request came to, for logs and metrics.
struct RequestSummary {
  std::string_view method, path, peer, trace_id;
  unsigned status;
  std::uint64_t bytes;  // Of the body sent.
  std::chrono::microseconds took;
};

// All are called on the server's threads, concurrently; empty ones are not called.
struct ServerHooks {
  // Sees every answer, problems too: adds fields such as Centime-Height. Of a request that could
  // not be understood, what was read of it is there.
  std::function<void(const Request&, Response&)> decorate;
  ProblemPage problem_page;
  // The number of the state that answers are made from now, which never goes back and is the newest
  // that anybody was told of. While there is none, and without it, no answer is given again.
  std::function<std::optional<std::uint64_t>()> state;
  std::function<void(const RequestSummary&)> on_request;
  // An error of ours: a handler threw or dropped its Reply, or an answer was malformed.
  std::function<void(std::string_view trace_id, std::string_view what)> on_error;
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // An IP address; "::" takes IPv4 too.
  std::uint16_t port = 0;             // 0 = any free one.
  unsigned threads = 1;
  ServerLimits limits = {};
  ServerHooks hooks = {};
};

struct ServerCounters {
  std::uint64_t connections_open, connections_accepted, connections_refused;
  std::uint64_t requests, rate_limited;
  std::uint64_t answered_again;  // Of the requests: with an answer that was kept.
  std::size_t kept_bytes;        // Of answers, now.
  std::size_t body_bytes;        // Of requests that are being received or answered, now.
};

// Whether a server could listen there now; the error is as of start(). For who has something to do
// before that would be in vain otherwise.
std::expected<void, std::string> can_listen(const std::string& address, std::uint16_t port);

class Server {
 public:
  Server(Router router, ServerOptions options);
  ~Server();  // Stops.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, listens and serves. The error says in plain words why it cannot. Requires that it was
  // not started before.
  std::expected<void, std::string> start();

  std::uint16_t port() const;  // Requires a successful start.

  // Takes no more, ends live streams, finishes requests under way until the stop deadline, closes
  // the rest. Nothing of the server runs once it returns; a second call does nothing. Never from a
  // handler.
  void stop();

  ServerCounters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace centime::api
