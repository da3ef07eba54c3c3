#include "api/request_reader.h"

#include <string_view>
#include <utility>

namespace centime::api {
namespace {

constexpr std::size_t head_read_bytes = 4096;

Response timeout_problem() {
  return problem(408, "timeout", "The request did not arrive in time. Send it again.");
}

// Of a head that has no end yet: whether it can still become one.
std::expected<void, EarlyAnswer> check_unfinished_head(std::string_view bytes,
                                                       const ServerLimits& limits) {
  // Also what a TLS client sends, which would otherwise wait for the timeout.
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!bytes.empty() && !is_letter(bytes[0]))
    return std::unexpected(problem(400, "bad_request", "This is not an HTTP request."));
  if (bytes.size() > limits.header_bytes)
    return std::unexpected(problem(431, "too_large", "The request's header is too large."));
  return {};
}

}  // namespace

Task<std::expected<std::size_t, EarlyAnswer>> RequestReader::read_head() {
  auto& buffer = channel_.buffer();
  constexpr std::string_view end_of_head = "\r\n\r\n";
  std::size_t searched = 0;
  bool begun = false;
  for (;;) {
    // Some old clients send an empty line after a body: RFC 9112, 2.2.
    while (searched == 0 && buffer.text().starts_with("\r\n")) buffer.consume(2);
    const auto bytes = buffer.text();
    const auto end = bytes.find(end_of_head, searched);
    const auto size = end == std::string_view::npos ? end : end + end_of_head.size();
    if (size <= limits_.header_bytes) co_return size;
    if (auto fits = check_unfinished_head(bytes, limits_); !fits) {
      exchange_.close = true;
      co_return std::unexpected(fits.error());
    }
    searched = bytes.size() < end_of_head.size() ? 0 : bytes.size() - (end_of_head.size() - 1);

    const bool idle = bytes.empty();
    if (idle && channel_.loop().finishing()) co_return std::unexpected(std::nullopt);
    if (idle) {
      channel_.enter(Phase::idle);
      channel_.wait_at_most(exchange_.first ? limits_.header_timeout : limits_.idle_timeout);
    } else if (!begun) {
      begun = true;
      channel_.wait_at_most(limits_.header_timeout);
    }
    const auto got = co_await channel_.read_some(head_read_bytes);
    channel_.enter(Phase::busy);
    if (idle) exchange_.begun = Clock::now();
    if (got == Channel::Got::bytes) continue;
    exchange_.close = true;
    if (got == Channel::Got::timeout && !idle) co_return std::unexpected(timeout_problem());
    co_return std::unexpected(std::nullopt);
  }
}

// Feeds the parser what the buffer has.
std::expected<void, EarlyAnswer> RequestReader::take_body(RequestParser& parser) {
  auto used = parser.read_body(channel_.buffer().text());
  if (!used) return std::unexpected(std::move(used.error()));
  channel_.buffer().consume(*used);
  // The client's first: what it may not have takes nothing from the others.
  if (client_bodies_ != nullptr &&
      !exchange_.client_body_share.grow(*client_bodies_, parser.body_size(),
                                        limits_.body_bytes_per_client))
    return std::unexpected(
        problem(503, "busy", "Your address is sending too much at once.").add("Retry-After", "1"));
  if (!exchange_.body_share.grow(all_bodies_, parser.body_size(), limits_.all_bodies_bytes))
    return std::unexpected(
        problem(503, "busy", "This node is receiving too much at once.").add("Retry-After", "1"));
  if (!parser.done() && channel_.buffer().size() + body_read_bytes > channel_.buffer().size_max())
    return std::unexpected(problem(400, "bad_request", "A chunk's header is too long."));
  return {};
}

Task<std::expected<void, EarlyAnswer>> RequestReader::read_body(RequestParser& parser) {
  const auto& route = exchange_.match.route;
  std::expected<std::size_t, Response> limit = limits_.body_bytes;
  if (route && route->options.body_limit) limit = route->options.body_limit(exchange_.request);
  if (!limit) co_return std::unexpected(std::move(limit.error()));
  if (auto fits = parser.limit_body(*limit); !fits)
    co_return std::unexpected(std::move(fits.error()));
  if (*limit > limits_.body_bytes_per_client) client_bodies_ = nullptr;
  if (exchange_.request.header("expect") && channel_.buffer().size() == 0 && !exchange_.http_1_0 &&
      !co_await channel_.write("HTTP/1.1 100 Continue\r\n\r\n"))
    co_return std::unexpected(std::nullopt);

  channel_.wait_at_most(limits_.body_timeout);
  for (std::size_t due = limits_.body_pace_bytes;;) {
    if (auto taken = take_body(parser); !taken) co_return taken;
    if (parser.done()) break;
    if (parser.body_size() >= due) {
      due = parser.body_size() + limits_.body_pace_bytes;
      channel_.wait_at_most(limits_.body_timeout);
    }
    const auto got = co_await channel_.read_some(body_read_bytes);
    if (got == Channel::Got::timeout) co_return std::unexpected(timeout_problem());
    if (got == Channel::Got::end) co_return std::unexpected(std::nullopt);
  }
  exchange_.request.body = parser.take_body();
  co_return std::expected<void, EarlyAnswer>{};
}

}  // namespace centime::api
