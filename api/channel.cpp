#include "api/channel.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace centime::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto awaiting = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::size_t write_bytes = 64 * 1024;
constexpr std::size_t turn_bytes = 4 * write_bytes;
constexpr std::size_t linger_read_bytes = 64 * 1024;
constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes = 16 * 1024 * 1024;

}  // namespace

Channel::Channel(EventLoop& loop, Socket socket, std::size_t read_bytes_max,
                 Clock::duration write_timeout)
    : loop_(loop),
      socket_(std::move(socket)),
      buffer_(read_bytes_max),
      write_timeout_(write_timeout),
      wakeup_(loop.context().get_executor()) {
  error_code ignored;
  socket_.non_blocking(true, ignored);  // Or write_at_once() would wait for the client.
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Channel::~Channel() { close(); }

// The socket's destructor would take the linger option off again, so it is never left to that.
void Channel::close() {
  error_code ignored;
  if (reset_at_end_) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

std::optional<asio::ip::address> Channel::peer() const {
  error_code error;
  auto address = socket_.remote_endpoint(error).address();
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

void Channel::wait_at_most(Clock::duration patience) {
  deadline_ = Clock::now() + patience;
  timed_out_ = false;
}

void Channel::tick(Clock::time_point now) {
  if (now < deadline_) return;
  deadline_ = Clock::time_point::max();
  timed_out_ = true;
  interrupt();
}

void Channel::interrupt() {
  error_code ignored;
  socket_.cancel(ignored);
  wakeup_.cancel();
}

void Channel::finish() {
  if (phase_ == Phase::idle) cut();
  if (phase_ == Phase::live) wakeup_.cancel();
}

void Channel::cut() {
  cut_ = true;
  close();
  wakeup_.cancel();
}

void Channel::watch_for_leaving() {
  if (std::exchange(watching_, true)) return;
  socket_.async_wait(Socket::wait_read, [watched = weak_from_this()](const error_code& error) {
    const auto self = watched.lock();
    if (!self) return;
    self->watching_ = false;
    error_code unreadable;
    if (!error && self->phase_ == Phase::live && self->socket_.available(unreadable) == 0)
      self->cut();
  });
}

Task<void> Channel::wait_for_wakeup() {
  wakeup_.expires_at(Clock::time_point::max());
  co_await wakeup_.async_wait(awaiting);
}

Task<Channel::Got> Channel::read_some(std::size_t bytes_max) {
  const auto room = buffer_.prepare(bytes_max);
  auto [error, bytes] =
      co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), awaiting);
  buffer_.commit(bytes);
  sent_at_once_ = 0;
  if (timed_out_) co_return Got::timeout;
  co_return error || cut_ ? Got::end : Got::bytes;
}

// Takes off what the system takes now, of the first `write_bytes`. False when the client is gone.
bool Channel::write_at_once(std::string_view& bytes, std::string_view& more) {
  const auto first = bytes.substr(0, write_bytes);
  const auto second = more.substr(0, write_bytes - first.size());
  error_code error;
  const auto sent = socket_.write_some(std::array{asio::const_buffer(first.data(), first.size()),
                                                  asio::const_buffer(second.data(), second.size())},
                                       error);
  if (error && error != asio::error::would_block) return false;
  sent_at_once_ += sent;
  const auto of_first = std::min(sent, first.size());
  bytes.remove_prefix(of_first);
  more.remove_prefix(sent - of_first);
  return true;
}

Task<bool> Channel::write(std::string_view bytes, std::string_view more) {
  if (cut_) co_return false;
  if (sent_at_once_ < turn_bytes && !write_at_once(bytes, more)) co_return false;
  while (!bytes.empty() || !more.empty()) {
    auto& rest = bytes.empty() ? more : bytes;
    const auto piece = rest.substr(0, write_bytes);
    rest.remove_prefix(piece.size());
    wait_at_most(write_timeout_);
    const auto result =
        co_await asio::async_write(socket_, asio::buffer(piece.data(), piece.size()), awaiting);
    sent_at_once_ = 0;
    if (std::get<0>(result) || timed_out_ || cut_) co_return false;
  }
  co_return true;
}

Task<void> Channel::linger() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  buffer_.clear();
  wait_at_most(linger_time);
  enter(Phase::idle);
  for (std::size_t thrown_away = 0; thrown_away < linger_bytes && !loop_.finishing();) {
    if (co_await read_some(linger_read_bytes) != Got::bytes) break;
    thrown_away += buffer_.size();
    buffer_.clear();
  }
}

}  // namespace centime::api
