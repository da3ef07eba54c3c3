#include "api/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <random>
#include <thread>
#include <vector>

#include "api/connection.h"
#include "api/event_loop.h"
#include "api/reader_thread.h"
#include "crypto/check.h"

namespace centime::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

constexpr auto awaiting = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::chrono::seconds cut_patience{2};

}  // namespace

ServerShared::ServerShared(Router its_router, const ServerOptions& options)
    : router(std::move(its_router)),
      limits(options.limits),
      hooks(options.hooks),
      clients({limits.requests_per_second, limits.request_burst, limits.connections_per_client,
               limits.clients}),
      next_trace((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()) {}

struct Server::State {
  State(Router router, const ServerOptions& its_options)
      : options(its_options), shared(std::move(router), its_options) {}

  asio::awaitable<void, Executor> accept();
  error_code listen();
  bool wait_for_threads(std::chrono::steady_clock::time_point until);

  const ServerOptions options;
  ServerShared shared;
  std::vector<std::unique_ptr<EventLoop>> loops;  // After `shared`, which connections use.
  std::optional<Acceptor> acceptor;               // On the first loop.
  std::optional<Timer> accept_timer;
  std::uint16_t port = 0;
  std::vector<std::thread> threads;
  std::vector<std::future<void>> finished;  // One per thread.
};

namespace {

error_code listen_at(Acceptor& acceptor, const std::string& address_text, std::uint16_t port) {
  error_code error;
  const auto address = asio::ip::make_address(address_text, error);
  if (error) return error;
  const tcp::endpoint endpoint(address, port);
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address.is_v6() && address.is_unspecified())
    acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

std::string why_not(const std::string& address, std::uint16_t port, const error_code& error) {
  return "cannot listen on " + address + " port " + std::to_string(port) + ": " + error.message();
}

}  // namespace

std::expected<void, std::string> can_listen(const std::string& address, std::uint16_t port) {
  asio::io_context context;
  Acceptor acceptor(context.get_executor());
  if (const auto error = listen_at(acceptor, address, port))
    return std::unexpected(why_not(address, port, error));
  return {};
}

error_code Server::State::listen() {
  acceptor.emplace(loops[0]->context().get_executor());
  auto error = listen_at(*acceptor, options.address, options.port);
  if (!error) port = acceptor->local_endpoint(error).port();
  return error;
}

// In turn to each thread. Ends when the acceptor is closed.
asio::awaitable<void, Executor> Server::State::accept() {
  for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
    auto& loop = *loops[turn % loops.size()];
    auto [error, socket] = co_await acceptor->async_accept(loop.context(), awaiting);
    if (!acceptor->is_open()) co_return;
    if (error) {
      // Out of file descriptors, most likely: they come back when connections end.
      accept_timer->expires_after(accept_pause);
      co_await accept_timer->async_wait(awaiting);
      continue;
    }
    ++shared.accepted;
    // Those that wait for a busy thread take their file descriptors already.
    if (shared.open + shared.turned_away >= options.limits.connections + turned_away_max) {
      ++shared.refused;
      continue;
    }
    ++shared.open;
    asio::dispatch(loop.context(), [&loop, this, taken = std::move(socket)]() mutable {
      if (loop.finishing()) {
        --shared.open;
      } else {
        serve_connection(loop, shared, std::move(taken));
      }
    });
  }
}

bool Server::State::wait_for_threads(std::chrono::steady_clock::time_point until) {
  bool all = true;
  for (auto& thread : finished) all &= thread.wait_until(until) == std::future_status::ready;
  return all;
}

Server::Server(Router router, ServerOptions options)
    : state_(std::make_unique<State>(std::move(router), options)) {
  crypto::check(options.threads >= 1, "a server has a thread");
}

Server::~Server() { stop(); }

std::expected<void, std::string> Server::start() {
  auto& state = *state_;
  crypto::check(state.loops.empty(), "a server starts once");
  const auto kept_bytes = state.options.limits.kept_answer_bytes / state.options.threads;
  for (unsigned i = 0; i < state.options.threads; ++i)
    state.loops.push_back(std::make_unique<EventLoop>(kept_bytes));
  if (const auto error = state.listen()) {
    return std::unexpected(why_not(state.options.address, state.options.port, error));
  }
  auto& first = *state.loops[0];
  state.accept_timer.emplace(first.context().get_executor());
  // Errors are values here: what is thrown is a broken invariant or want of memory, and a server
  // that goes on without this task, or without a thread, looks alive and answers nobody.
  asio::co_spawn(first.context().get_executor(), state.accept(),
                 [](const std::exception_ptr& failed) {
                   if (failed) std::rethrow_exception(failed);
                 });
  for (auto& loop : state.loops) {
    std::promise<void> ended;
    state.finished.push_back(ended.get_future());
    state.threads.emplace_back([&loop, ended = std::move(ended)]() mutable {
      yield_to_the_ledger();
      loop->run();
      ended.set_value();
    });
  }
  return {};
}

std::uint16_t Server::port() const {
  crypto::check(state_->port != 0, "a server that was started");
  return state_->port;
}

void Server::stop() {
  auto& state = *state_;
  if (state.threads.empty()) return;
  asio::post(state.loops[0]->context(), [&state] {
    error_code ignored;
    state.acceptor->close(ignored);
    state.accept_timer->cancel();
  });
  for (auto& loop : state.loops) loop->finish();
  const auto deadline = std::chrono::steady_clock::now() + state.options.limits.stop_deadline;
  if (!state.wait_for_threads(deadline)) {
    for (auto& loop : state.loops) loop->cut();
    if (!state.wait_for_threads(std::chrono::steady_clock::now() + cut_patience))
      for (auto& loop : state.loops) loop->abandon();
  }
  for (auto& thread : state.threads) thread.join();
  state.threads.clear();
}

ServerCounters Server::counters() const {
  const auto& shared = state_->shared;
  std::size_t kept_bytes = 0;
  for (const auto& loop : state_->loops) kept_bytes += loop->kept_bytes();
  return {shared.open,         shared.accepted,       shared.refused, shared.requests,
          shared.rate_limited, shared.answered_again, kept_bytes,     shared.body_bytes};
}

}  // namespace centime::api
