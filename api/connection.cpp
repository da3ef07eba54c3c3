#include "api/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "api/body_sender.h"
#include "api/content_coding.h"
#include "api/exchange.h"
#include "api/mailbox.h"
#include "api/request_parser.h"
#include "api/request_reader.h"
#include "api/response_head.h"
#include "api/routing.h"

namespace centime::api {
namespace {

namespace asio = boost::asio;

// Connections beyond a limit that are told so at once; the rest are closed without a word.

// Answers up to this need no share of what all may take: connections are bounded too.
constexpr std::size_t small_answer_bytes = std::size_t{64} << 10;

Response too_many_answers() {
  return problem(503, "busy", "Too many large answers are being sent. Try again shortly.")
      .add("Retry-After", "5");
}

class Connection {
 public:
  Connection(Channel& channel, ServerShared& shared)
      : channel_(channel), loop_(channel.loop()), shared_(shared), limits_(shared.limits) {}

  // On the loop's thread, once. The returned task must not outlive the connection.
  Task<void> serve();
  void report(const std::exception_ptr& error) const;
  // Where the connection is counted, until it is closed.
  std::atomic<std::uint64_t>& counter() const {
    return turned_away_ ? shared_.turned_away : shared_.open;
  }

 private:
  Task<void> serve_requests();
  Task<void> turn_away(Response refusal);
  Task<std::expected<void, EarlyAnswer>> receive();
  bool recognise(std::string_view head);
  std::expected<void, EarlyAnswer> admit(bool whole);

  Task<bool> answer_request();
  Task<Response> answer();
  std::shared_ptr<const KeptAnswer> find_kept();
  std::shared_ptr<const KeptAnswer> keep(Response& response);
  bool make_room(std::size_t bytes);
  void complete(Response& response);
  Framing framing_of(const Response& response);
  Task<bool> send(Response response);
  Task<bool> send_kept(std::shared_ptr<const KeptAnswer> answer);
  Task<bool> send_again(std::shared_ptr<const KeptAnswer> answer, bool not_modified);
  Task<bool> send_body(std::string head, Response response, bool chunked);

  void report(std::string_view what) const;
  void summarise(unsigned status) const;

  Channel& channel_;
  EventLoop& loop_;
  ServerShared& shared_;
  const ServerLimits& limits_;
  std::string peer_;
  std::optional<ClientLimits::Lease> lease_;
  bool turned_away_ = false;
  std::optional<Exchange> exchange_;
  std::uint64_t body_sent_ = 0;
};

void Connection::report(std::string_view what) const {
  if (shared_.hooks.on_error) shared_.hooks.on_error(exchange_->request.trace_id, what);
}

void Connection::report(const std::exception_ptr& error) const {
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
  const auto address = channel_.peer();
  if (!address) co_return;
  peer_ = address->to_string();

  if (shared_.open.load() > limits_.connections) {
    co_await turn_away(problem(503, "busy", "This node has all the connections it can serve.")
                           .add("Retry-After", "5"));
    co_return;
  }
  if (!(limits_.loopback_exempt && address->is_loopback())) {
    auto lease = shared_.clients.connect(client_of(peer_), Clock::now());
    if (!lease) {
      co_await turn_away(problem(429, "rate_limited", "Your address has too many connections open.")
                             .add("Retry-After", "5"));
      co_return;
    }
    lease_.emplace(std::move(*lease));
  }
  co_await serve_requests();
}

Task<void> Connection::turn_away(Response refusal) {
  ++shared_.refused;
  // It has no lease, so in `open` it would let one client take everybody's places.
  turned_away_ = true;
  --shared_.open;
  if (++shared_.turned_away > turned_away_max) co_return;
  exchange_.emplace();
  exchange_->match.cross_origin = true;  // So that pages of other sites can read why.
  exchange_->request.peer = peer_;
  exchange_->request.trace_id = make_trace_id(shared_.next_trace++);
  exchange_->close = true;
  if (co_await send(std::move(refusal))) co_await channel_.linger();
}

Task<void> Connection::serve_requests() {
  for (bool first = true;; first = false) {
    exchange_.emplace();
    exchange_->first = first;
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
      co_await channel_.linger();
      co_return;
    }
  }
}

// Whether an understood request may go on to a handler. `whole`: it has no body to be read.
std::expected<void, EarlyAnswer> Connection::admit(bool whole) {
  // A body that nobody reads would be taken for the next request.
  const auto refuse = [&](Response response) {
    exchange_->close |= !whole;
    return std::unexpected<EarlyAnswer>(std::move(response));
  };
  if (!exchange_->may) exchange_->may = !lease_ || lease_->take(Clock::now());
  if (!*exchange_->may) {
    ++shared_.rate_limited;
    exchange_->match.cross_origin = true;  // So that pages of other sites can read why.
    return refuse(problem(429, "rate_limited", "Too many requests from your address. Slow down.")
                      .add("Retry-After", "1"));
  }
  auto refusal = route_request(shared_.router, exchange_->request, exchange_->match);
  if (refusal) return refuse(std::move(*refusal));
  const auto coding = exchange_->request.header("content-encoding");
  if (!whole && coding && *coding != "identity")
    return refuse(problem(415, "unsupported_media_type", "A body is read as it is, uncompressed.")
                      .add("Accept-Encoding", "identity"));
  return {};
}

Task<std::expected<void, EarlyAnswer>> Connection::receive() {
  RequestReader reader(channel_, *exchange_, limits_, shared_.body_bytes,
                       lease_ ? &lease_->body_bytes() : nullptr);
  const auto head_size = co_await reader.read_head();
  if (!head_size) co_return std::unexpected(head_size.error());
  auto& buffer = channel_.buffer();
  const auto head = buffer.text().substr(0, *head_size);
  if (recognise(head)) {
    buffer.consume(*head_size);
    co_return std::expected<void, EarlyAnswer>{};
  }
  RequestParser parser;
  auto understood = parser.read_head(head, limits_.header_fields, exchange_->request);
  if (understood && parser.done()) exchange_->head = head;
  buffer.consume(*head_size);
  if (!understood) {
    exchange_->close = true;
    co_return std::unexpected(std::move(understood.error()));
  }
  exchange_->readable = true;
  exchange_->http_1_0 = parser.http_1_0();
  exchange_->close = !parser.keep_alive();
  if (auto admitted = admit(parser.done()); !admitted || parser.done()) co_return admitted;
  auto body = co_await reader.read_body(parser);
  if (!body) {
    exchange_->close = true;
    // The body goes with the parser, before a long linger.
    exchange_->body_share.release();
    exchange_->client_body_share.release();
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
  const bool without_body = known->not_modified || known->method == "HEAD";
  // Or it is read, to be refused as it wants to be.
  if (!without_body && !make_room(known->answer->body.size())) return false;
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
    const auto& request = exchange_->request;
    const bool without_body = request.method == "HEAD" || is_known(request, kept->etag);
    if (!without_body && !make_room(kept->body.size())) co_return co_await send(too_many_answers());
    ++shared_.answered_again;
    co_return co_await send_kept(std::move(kept));
  }
  auto response = co_await answer();
  co_return !channel_.was_cut() && co_await send(std::move(response));
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
  if (thrown) box->item = internal_error(std::move(*thrown));
  co_await channel_.wait_for(box,
                             match.route->options.reply_timeout.value_or(limits_.reply_timeout));
  if (box->item && !box->item->cause.empty()) report("a handler threw: " + box->item->cause);
  if (box->item) co_return std::move(*box->item);
  if (!box->dropped)
    co_return problem(504, "timeout", "The answer took too long. It may still take effect.");
  report("a handler dropped its reply");
  co_return internal_error({});
}

// Fills in what the handler left open; what is malformed becomes a 500.
void Connection::complete(Response& response) {
  const auto& request = exchange_->request;
  bool sound = false;
  try {
    render_problem(request, response, shared_.hooks.problem_page);
    if (shared_.hooks.decorate) shared_.hooks.decorate(request, response);
    if (limits_.compress) choose_coding(request, response);
    complete_fields(request, response, exchange_->match.cross_origin);
    sound = well_formed(response);
    if (!sound) report("an answer has a malformed field or status");
  } catch (const std::exception& error) {
    report("an answer could not be completed: " + std::string(error.what()));
  }
  if (sound) return;
  response = internal_error({});
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

// A client that reads slowly has the whole answer held for it.
bool Connection::make_room(std::size_t bytes) {
  if (bytes <= small_answer_bytes) return true;
  auto& exchange = *exchange_;
  bool room = exchange.answer_share.grow(shared_.answer_bytes, bytes, limits_.all_answers_bytes);
  if (lease_)
    room &=
        exchange.client_share.grow(lease_->answer_bytes(), bytes, limits_.answer_bytes_per_client);
  if (room) return true;
  exchange.answer_share.release();
  exchange.client_share.release();
  return false;
}

Task<bool> Connection::send(Response response) {
  body_sent_ = 0;
  if (!response.tells_what_was_done && !make_room(response.body.size()))
    response = too_many_answers();
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
    sent = co_await channel_.write(head);
  else
    sent = co_await send_body(std::move(head), std::move(response),
                              framing.body == Framing::Body::chunked);
  summarise(status);
  co_return sent;
}

Task<bool> Connection::send_body(std::string head, Response response, bool chunked) {
  BodySender sender(channel_, limits_.keep_alive_interval,
                    [this](std::string_view what) { report(what); });
  const bool sent = co_await sender.send(std::move(head), std::move(response), chunked);
  body_sent_ = sender.sent();
  exchange_->close |= loop_.finishing();
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
  const bool sent = co_await channel_.write(head, body);
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

}  // namespace

void serve_connection(EventLoop& loop, ServerShared& shared, Socket socket) {
  auto channel = std::make_shared<Channel>(
      loop, std::move(socket), shared.limits.header_bytes + RequestReader::body_read_bytes,
      shared.limits.write_timeout);
  auto connection = std::make_unique<Connection>(*channel, shared);
  loop.add(channel.get());
  auto task = connection->serve();
  asio::co_spawn(loop.context().get_executor(), std::move(task),
                 [&loop, channel = std::move(channel),
                  connection = std::move(connection)](const std::exception_ptr& error) mutable {
                   if (error) connection->report(error);
                   auto& counter = connection->counter();
                   loop.remove(channel.get());
                   connection.reset();
                   channel.reset();
                   --counter;
                 });
}

}  // namespace centime::api
