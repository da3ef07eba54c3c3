#include "api/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "api/body_share.h"
#include "api/content_coding.h"
#include "api/mailbox.h"
#include "api/read_buffer.h"
#include "api/request_parser.h"
#include "api/response_head.h"
#include "api/routing.h"

namespace centime::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t head_read_bytes = 4096;
constexpr std::size_t body_read_bytes = 64 * 1024;
// Connections beyond the limit that are told so; the rest are closed without a word.
constexpr std::uint64_t turned_away_max = 64;

// One request and what is known about its answer.
struct Exchange {
  Request request;
  Router::Match match;
  bool readable = false;  // The head was understood, so `request` can be told about.
  bool http_1_0 = false;
  bool close = false;       // After the answer.
  std::optional<bool> may;  // Whether the client's limit lets it pass, once that was asked.

  // For AnswerCache; empty when no answer to this may be kept.
  std::string head, key;
  std::shared_ptr<const KnownHead> known;  // It was recognised, and nothing else was read of it.

  BodyShare body_share;
  Clock::time_point begun = Clock::now();
};

// Why a request gets no handler: the answer to give, or nothing when there is nobody to tell.
using Refusal = std::optional<Response>;

Response timeout_problem() {
  return problem(408, "timeout", "The request did not arrive in time. Send it again.");
}

Response bad_request(std::string detail) { return problem(400, "bad_request", std::move(detail)); }

Response internal_error() {
  return problem(
      500, "internal_error",
      "Something went wrong on this node. Its operator finds the cause by the trace id.");
}

class Connection final : public Channel, public std::enable_shared_from_this<Connection> {
 public:
  Connection(EventLoop& loop, ServerShared& shared, Socket socket)
      : Channel(loop, std::move(socket), shared.limits.header_bytes + body_read_bytes,
                shared.limits.write_timeout),
        shared_(shared),
        limits_(shared.limits) {}

  // On the loop's thread, once. The returned task must not outlive the connection.
  Task<void> serve();
  void report(std::exception_ptr error) const;

 private:
  Task<void> serve_requests();
  Task<void> turn_away(Response answer);
  Task<std::expected<void, Refusal>> receive();
  Task<std::expected<std::size_t, Refusal>> read_head();
  bool recognise(std::string_view head);
  std::expected<void, Refusal> check_unfinished_head(std::string_view bytes) const;
  std::expected<void, Refusal> admit(bool whole);
  Task<std::expected<void, Refusal>> read_body();
  std::expected<void, Refusal> take_body();

  Task<bool> answer_request();
  Task<Response> answer();
  std::shared_ptr<const KeptAnswer> find_kept();
  std::shared_ptr<const KeptAnswer> keep(Response& response);
  void complete(Response& response);
  Framing framing_of(const Response& response);
  Task<bool> send(Response response);
  Task<bool> send_kept(std::shared_ptr<const KeptAnswer> answer);
  Task<bool> send_again(std::shared_ptr<const KeptAnswer> answer, bool not_modified);
  Task<bool> send_body(std::string head, Response response, Framing framing);
  Task<bool> send_stream(std::string head, Response response, bool chunked);
  void reset_at_end();
  Task<bool> send_live(Response response, bool chunked);
  void watch_for_leaving();

  void report(std::string_view what) const;
  void summarise(unsigned status) const;

  ServerShared& shared_;
  const ServerLimits& limits_;
  std::string peer_;
  std::optional<ClientLimits::Lease> lease_;
  std::optional<Exchange> exchange_;
  std::optional<RequestParser> parser_;  // While the exchange's request is being received.
  std::uint64_t body_sent_ = 0;
  bool watching_ = false;  // For the client to leave a live stream.
  bool fresh_ = true;      // No request has come yet.
};

void Connection::report(std::string_view what) const {
  if (shared_.hooks.on_error) shared_.hooks.on_error(exchange_->request.trace_id, what);
}

void Connection::report(std::exception_ptr error) const {
  if (!exchange_) return;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    report("a connection ended: " + std::string(known.what()));
  } catch (...) {
    report("a connection ended by an unknown exception");
  }
}

Task<void> Connection::serve() {
  error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error) co_return;
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  peer_ = address.to_string();

  if (shared_.open.load() > limits_.connections) {
    ++shared_.refused;
    if (shared_.open.load() > limits_.connections + turned_away_max) co_return;
    co_await turn_away(problem(503, "busy", "This node has all the connections it can serve.")
                           .add("Retry-After", "5"));
    co_return;
  }
  if (!(limits_.loopback_exempt && address.is_loopback())) {
    auto lease = shared_.clients.connect(client_of(peer_), Clock::now());
    if (!lease) {
      ++shared_.refused;
      co_await turn_away(problem(429, "rate_limited", "Your address has too many connections open.")
                             .add("Retry-After", "5"));
      co_return;
    }
    lease_.emplace(std::move(*lease));
  }
  co_await serve_requests();
}

Task<void> Connection::turn_away(Response refusal) {
  exchange_.emplace();
  exchange_->request.peer = peer_;
  exchange_->request.trace_id = make_trace_id(shared_.next_trace++);
  exchange_->close = true;
  if (co_await send(std::move(refusal))) co_await linger();
}

Task<void> Connection::serve_requests() {
  for (;;) {
    exchange_.emplace();
    exchange_->request.peer = peer_;
    exchange_->request.trace_id = make_trace_id(shared_.next_trace++);
    auto received = co_await receive();
    if (!received && !received.error()) co_return;
    ++shared_.requests;
    bool sent = false;
    if (received)
      sent = co_await answer_request();
    else
      sent = co_await send(std::move(*received.error()));
    if (!sent) co_return;
    if (exchange_->close) {
      co_await linger();
      co_return;
    }
    fresh_ = false;
  }
}

// Of a head that has no end yet: whether it can still become one.
std::expected<void, Refusal> Connection::check_unfinished_head(std::string_view bytes) const {
  // Also what a TLS client sends, which would otherwise wait for the timeout.
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!bytes.empty() && !is_letter(bytes[0]))
    return std::unexpected(bad_request("This is not an HTTP request."));
  if (bytes.size() > limits_.header_bytes)
    return std::unexpected(problem(431, "too_large", "The request's header is too large."));
  return {};
}

// The size of the head at the beginning of the buffer, with its empty line.
Task<std::expected<std::size_t, Refusal>> Connection::read_head() {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  std::size_t searched = 0;
  bool begun = false;
  for (;;) {
    // Some old clients send an empty line after a body: RFC 9112, 2.2.
    while (searched == 0 && buffer_.text().starts_with("\r\n")) buffer_.consume(2);
    const auto bytes = buffer_.text();
    const auto end = bytes.find(end_of_head, searched);
    const auto size = end == std::string_view::npos ? end : end + end_of_head.size();
    if (size <= limits_.header_bytes) co_return size;
    if (auto fits = check_unfinished_head(bytes); !fits) {
      exchange_->close = true;
      co_return std::unexpected(fits.error());
    }
    searched = bytes.size() < end_of_head.size() ? 0 : bytes.size() - (end_of_head.size() - 1);

    idle_ = bytes.empty();
    if (idle_ && loop_.finishing()) co_return std::unexpected(std::nullopt);
    if (idle_) {
      wait_at_most(fresh_ ? limits_.header_timeout : limits_.idle_timeout);
    } else if (!begun) {
      begun = true;
      wait_at_most(limits_.header_timeout);
    }
    const auto got = co_await read_some(head_read_bytes);
    const bool was_idle = std::exchange(idle_, false);
    if (was_idle) exchange_->begun = Clock::now();
    if (got == Got::bytes) continue;
    exchange_->close = true;
    if (got == Got::timeout && !was_idle) co_return std::unexpected(timeout_problem());
    co_return std::unexpected(std::nullopt);
  }
}

// Whether an understood request may go on to a handler. `whole`: it has no body to be read.
std::expected<void, Refusal> Connection::admit(bool whole) {
  // A body that nobody reads would be taken for the next request.
  const auto refuse = [&](Response response) {
    exchange_->close |= !whole;
    return std::unexpected<Refusal>(std::move(response));
  };
  if (!exchange_->may) exchange_->may = !lease_ || lease_->take(Clock::now());
  if (!*exchange_->may) {
    ++shared_.rate_limited;
    return refuse(problem(429, "rate_limited", "Too many requests from your address. Slow down.")
                      .add("Retry-After", "1"));
  }
  auto refusal = route_request(shared_.router, exchange_->request, exchange_->match);
  if (refusal) return refuse(std::move(*refusal));
  return {};
}

// Feeds the parser what the buffer has.
std::expected<void, Refusal> Connection::take_body() {
  auto used = parser_->read_body(buffer_.text());
  if (!used) return std::unexpected(std::move(used.error()));
  buffer_.consume(*used);
  if (!exchange_->body_share.grow(shared_.body_bytes, parser_->body_size(),
                                  limits_.all_bodies_bytes))
    return std::unexpected(
        problem(503, "busy", "This node is receiving too much at once.").add("Retry-After", "1"));
  if (!parser_->done() && buffer_.size() + body_read_bytes > buffer_.size_max())
    return std::unexpected(bad_request("A chunk's header is too long."));
  return {};
}

Task<std::expected<void, Refusal>> Connection::read_body() {
  const auto& route = exchange_->match.route;
  std::expected<std::size_t, Response> limit = limits_.body_bytes;
  if (route && route->options.body_limit) limit = route->options.body_limit(exchange_->request);
  if (!limit) co_return std::unexpected(std::move(limit.error()));
  if (auto fits = parser_->limit_body(*limit); !fits)
    co_return std::unexpected(std::move(fits.error()));
  if (exchange_->request.header("expect") && buffer_.size() == 0 && !exchange_->http_1_0 &&
      !co_await write("HTTP/1.1 100 Continue\r\n\r\n"))
    co_return std::unexpected(std::nullopt);

  wait_at_most(limits_.body_timeout);
  for (;;) {
    if (auto taken = take_body(); !taken) co_return taken;
    if (parser_->done()) break;
    const auto got = co_await read_some(body_read_bytes);
    if (got == Got::timeout) co_return std::unexpected(timeout_problem());
    if (got == Got::end) co_return std::unexpected(std::nullopt);
  }
  exchange_->request.body = parser_->take_body();
  co_return std::expected<void, Refusal>{};
}

Task<std::expected<void, Refusal>> Connection::receive() {
  const auto head_size = co_await read_head();
  if (!head_size) co_return std::unexpected(head_size.error());
  const auto head = buffer_.text().substr(0, *head_size);
  if (recognise(head)) {
    buffer_.consume(*head_size);
    co_return std::expected<void, Refusal>{};
  }
  parser_.emplace();
  auto understood = parser_->read_head(head, limits_.header_fields, exchange_->request);
  if (understood && parser_->done()) exchange_->head = head;
  buffer_.consume(*head_size);
  if (!understood) {
    exchange_->close = true;
    co_return std::unexpected(std::move(understood.error()));
  }
  exchange_->readable = true;
  exchange_->http_1_0 = parser_->http_1_0();
  exchange_->close = !parser_->keep_alive();
  if (auto admitted = admit(parser_->done()); !admitted || parser_->done()) co_return admitted;
  auto body = co_await read_body();
  parser_.reset();
  if (!body) {
    exchange_->close = true;
    exchange_->body_share.release();  // The body went with the parser, before a long linger.
  }
  co_return body;
}

// Whether the head led to an answer before that still holds. Then nothing more is read of it.
bool Connection::recognise(std::string_view head) {
  const auto state = shared_.hooks.state ? shared_.hooks.state() : std::nullopt;
  if (!state) return false;
  auto& exchange = *exchange_;
  auto known = loop_.answers().recognise(head, *state);
  if (!known) return false;
  exchange.may = !lease_ || lease_->take(Clock::now());
  if (!*exchange.may) return false;
  exchange.readable = true;
  exchange.request.method = known->method;
  exchange.request.path = known->path;
  exchange.known = std::move(known);
  return true;
}

// An answer that was given before. What it depends on is noted, for keep().
std::shared_ptr<const KeptAnswer> Connection::find_kept() {
  auto& exchange = *exchange_;
  const auto state = shared_.hooks.state ? shared_.hooks.state() : std::nullopt;
  if (!state || !exchange.match.route || exchange.head.empty()) return nullptr;
  exchange.key = answer_key(exchange.request);
  if (exchange.key.empty()) return nullptr;
  return loop_.answers().find(exchange.key, *state);
}

// The answer for this and later requests, or null when it is not to be kept.
std::shared_ptr<const KeptAnswer> Connection::keep(Response& response) {
  const auto& exchange = *exchange_;
  // A handler may spare itself the body for a HEAD.
  if (exchange.key.empty() || !response.made_at || response.status != 200 || response.stream ||
      response.live || exchange.request.method != "GET")
    return nullptr;
  encode_body(response);
  auto fields = response_fields(response);
  fields.shrink_to_fit();
  response.body.shrink_to_fit();
  const auto body_fields = body_fields_bytes(response, fields);
  const auto answer = std::make_shared<const KeptAnswer>(KeptAnswer{
      std::move(fields), body_fields, std::move(response.body), std::move(response.etag)});
  loop_.answers().keep(exchange.key, *response.made_at, answer);
  return answer;
}

// The request was received.
Task<bool> Connection::answer_request() {
  if (const auto known = exchange_->known) {
    ++shared_.answered_again;
    co_return co_await send_again(known->answer, known->not_modified);
  }
  if (auto kept = find_kept()) {
    ++shared_.answered_again;
    co_return co_await send_kept(std::move(kept));
  }
  auto response = co_await answer();
  co_return !cut_ && co_await send(std::move(response));
}

Task<Response> Connection::answer() {
  auto& match = exchange_->match;
  if (!match.route) co_return options_answer(match);
  auto box = std::make_shared<Mailbox<Response>>();
  std::optional<std::string> thrown;
  try {
    match.route->handler(exchange_->request, std::move(match.params),
                         Sender<Response>(loop_.gate(), box));
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "an exception that is no std::exception";
  }
  if (thrown) {
    report("a handler threw: " + *thrown);
    co_return internal_error();
  }
  co_await wait_for(box, match.route->options.reply_timeout.value_or(limits_.reply_timeout));
  if (box->item) co_return std::move(*box->item);
  if (!box->dropped)
    co_return problem(504, "timeout", "The answer took too long. It may still take effect.");
  report("a handler dropped its reply");
  co_return internal_error();
}

// Fills in what the handler left open; what is malformed becomes a 500.
void Connection::complete(Response& response) {
  const auto& request = exchange_->request;
  bool sound = false;
  try {
    render_problem(request, response, shared_.hooks.problem_page);
    if (exchange_->readable && shared_.hooks.decorate) shared_.hooks.decorate(request, response);
    if (limits_.compress) choose_coding(request, response);
    complete_fields(request, response, exchange_->match.cross_origin);
    sound = well_formed(response);
    if (!sound) report("an answer has a malformed field or status");
  } catch (const std::exception& error) {
    report("an answer could not be completed: " + std::string(error.what()));
  }
  if (sound) return;
  response = internal_error();
  render_problem(request, response, nullptr);
  complete_fields(request, response, exchange_->match.cross_origin);
}

Framing Connection::framing_of(const Response& response) {
  exchange_->close |= loop_.finishing();
  Framing framing;
  framing.http_1_0 = exchange_->http_1_0;
  if (response.status == 204 || response.status == 304) {
    framing.body = Framing::Body::none;
  } else if (!response.stream && !response.live) {
    framing.body = Framing::Body::length;
    framing.length = response.body.size();
  } else {
    framing.body = framing.http_1_0 ? Framing::Body::until_close : Framing::Body::chunked;
    exchange_->close |= framing.http_1_0;
  }
  framing.close = exchange_->close;
  return framing;
}

Task<bool> Connection::send(Response response) {
  body_sent_ = 0;
  complete(response);
  if (auto kept = keep(response)) co_return co_await send_kept(std::move(kept));
  heed_condition(exchange_->request, response);
  encode_body(response);
  const auto framing = framing_of(response);
  const auto status = response.status;
  std::string head;
  append_head(head, status, response_fields(response), framing);
  bool sent = false;
  if (exchange_->request.method == "HEAD" || framing.body == Framing::Body::none)
    sent = co_await write(head);
  else
    sent = co_await send_body(std::move(head), std::move(response), framing);
  summarise(status);
  co_return sent;
}

// To a request that was read; the next with the same bytes will be recognised.
Task<bool> Connection::send_kept(std::shared_ptr<const KeptAnswer> answer) {
  const auto& exchange = *exchange_;
  const bool not_modified = is_known(exchange.request, answer->etag);
  if (!exchange.close && !exchange.http_1_0)
    loop_.answers().remember(
        exchange.key, exchange.head,
        {answer, not_modified, exchange.request.method, exchange.request.path});
  co_return co_await send_again(std::move(answer), not_modified);
}

Task<bool> Connection::send_again(std::shared_ptr<const KeptAnswer> answer, bool not_modified) {
  exchange_->close |= loop_.finishing();
  Framing framing;
  framing.http_1_0 = exchange_->http_1_0;
  framing.close = exchange_->close;
  framing.body = not_modified ? Framing::Body::none : Framing::Body::length;
  framing.length = answer->body.size();
  const unsigned status = not_modified ? 304 : 200;
  std::string_view fields = answer->fields, body;
  if (not_modified) fields.remove_prefix(answer->body_fields_bytes);
  if (!not_modified && exchange_->request.method != "HEAD") body = answer->body;
  std::string head;
  head.reserve(fields.size() + 128);
  append_head(head, status, fields, framing);
  body_sent_ = body.size();
  const bool sent = co_await write(head, body);
  summarise(status);
  co_return sent;
}

void Connection::summarise(unsigned status) const {
  if (!shared_.hooks.on_request) return;
  const auto& request = exchange_->request;
  shared_.hooks.on_request(
      {request.method, request.path, request.peer, request.trace_id, status, body_sent_,
       std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange_->begun)});
}

Task<bool> Connection::send_body(std::string head, Response response, Framing framing) {
  const bool chunked = framing.body == Framing::Body::chunked;
  if (response.stream)
    co_return co_await send_stream(std::move(head), std::move(response), chunked);
  if (response.live) {
    body_sent_ = response.body.size();
    if (!response.body.empty()) head += chunked ? in_chunk(response.body) : response.body;
    if (!co_await write(head)) co_return false;
    co_return co_await send_live(std::move(response), chunked);
  }
  body_sent_ = response.body.size();
  co_return co_await write(head, response.body);
}

// Closing will be a reset: an orderly end would pass for the end of the answer in HTTP/1.0.
void Connection::reset_at_end() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

Task<bool> Connection::send_stream(std::string head, Response response, bool chunked) {
  std::string out = std::move(head);
  for (;;) {
    std::optional<std::string> chunk;
    try {
      chunk = response.stream();
    } catch (const std::exception& error) {
      report("a stream threw: " + std::string(error.what()));
      reset_at_end();
      co_return false;
    }
    if (!chunk) break;
    if (chunk->empty()) continue;
    body_sent_ += chunk->size();
    out += chunked ? in_chunk(*chunk) : *chunk;
    if (!co_await write(out)) co_return false;
    out.clear();
  }
  if (chunked) out += "0\r\n\r\n";
  co_return co_await write(out);
}

// A client of a live stream says nothing more, so what can be read is its end. Without this its
// place would be kept until the next write fails.
void Connection::watch_for_leaving() {
  if (std::exchange(watching_, true)) return;
  socket_.async_wait(Socket::wait_read, [watched = weak_from_this()](const error_code& error) {
    const auto self = watched.lock();
    if (!self) return;
    self->watching_ = false;
    error_code unreadable;
    if (!error && self->live_ && self->socket_.available(unreadable) == 0) self->cut();
  });
}

Task<bool> Connection::send_live(Response response, bool chunked) {
  live_ = true;
  std::shared_ptr<Mailbox<std::optional<std::string>>> box;
  auto told = Clock::now();
  bool ended = false;
  while (!loop_.finishing()) {
    if (!box) {
      box = std::make_shared<Mailbox<std::optional<std::string>>>();
      try {
        response.live(Sender<std::optional<std::string>>(loop_.gate(), box));
      } catch (const std::exception& error) {
        report("a live stream threw: " + std::string(error.what()));
        break;
      }
    }
    watch_for_leaving();
    co_await wait_for(box, told + limits_.keep_alive_interval - Clock::now());
    if (cut_) co_return false;
    ended = box->item && !*box->item;
    if (ended || box->dropped) break;
    if (!box->item && (loop_.finishing() || (response.keep_alive.empty() && !response.finite)))
      break;
    std::string chunk = box->item ? std::move(**box->item) : std::string();
    if (box->item) box = nullptr;
    // Also when only empty chunks come, and often.
    if (chunk.empty() && Clock::now() - told >= limits_.keep_alive_interval) {
      chunk = response.keep_alive;
      told = Clock::now();
    }
    if (chunk.empty()) continue;
    body_sent_ += chunk.size();
    const std::string framed = chunked ? in_chunk(chunk) : std::move(chunk);
    if (!co_await write(framed)) co_return false;
    told = Clock::now();
  }
  live_ = false;
  if (response.finite && !ended) {
    report("a file could not be finished");
    reset_at_end();
    co_return false;
  }
  exchange_->close |= loop_.finishing();
  co_return !chunked || co_await write("0\r\n\r\n");
}

}  // namespace

void serve_connection(EventLoop& loop, ServerShared& shared, Socket socket) {
  ++shared.accepted;
  ++shared.open;
  auto connection = std::make_shared<Connection>(loop, shared, std::move(socket));
  loop.add(connection.get());
  auto task = connection->serve();
  asio::co_spawn(loop.context().get_executor(), std::move(task),
                 [&loop, &shared,
                  connection = std::move(connection)](const std::exception_ptr& error) mutable {
                   if (error) connection->report(error);
                   loop.remove(connection.get());
                   connection.reset();
                   --shared.open;
                 });
}

}  // namespace centime::api
