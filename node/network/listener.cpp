#include "node/network/listener.h"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <utility>

namespace centime::network {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

// After accept() failed, for want of descriptors most likely: trying again at once would spin.
constexpr milliseconds accept_pause{100};

}  // namespace

AddressKey address_key(const asio::ip::address& address) {
  AddressKey key{};
  if (address.is_v4()) {
    const auto mapped = asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
    std::ranges::copy(mapped, key.begin());
    return key;
  }
  const auto bytes = address.to_v6().to_bytes();
  // Whoever has one address of a /64 has them all.
  const std::size_t size = address.to_v6().is_v4_mapped() ? 16 : 8;
  std::copy_n(bytes.begin(), size, key.begin());
  return key;
}

Listener::Listener(asio::io_context& context, const Door::Options& options, std::uint64_t secret,
                   Hooks hooks)
    : acceptor_(context.get_executor()),
      pause_(context.get_executor()),
      door_(options, secret, Clock::now()),
      hooks_(std::move(hooks)) {}

std::expected<void, std::string> Listener::open(const Address& address) {
  Error error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) return std::unexpected("'" + address.host + "' is not an IP address");
  const Tcp::endpoint endpoint(ip, address.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && ip.is_v6() && ip.is_unspecified())
    acceptor_.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) {
    return std::unexpected("cannot listen on " + address.host + " port " +
                           std::to_string(address.port) +
                           " for other members' nodes: " + error.message());
  }
  return {};
}

Task<void> Listener::run() {
  while (!closed_) {
    auto [error, socket] = co_await acceptor_.async_accept(as_outcome);
    if (closed_) co_return;
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    pause_.expires_after(accept_pause);
    co_await pause_.async_wait(as_outcome);
  }
}

void Listener::admit(Socket socket) {
  Error error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // Gone already.
  const auto address = address_key(remote.address());
  if (door_.pool_of(address) == Door::Pool::full) hooks_.make_room(door_.is_known(address));
  const auto ticket = door_.enter(address, Clock::now());
  if (!ticket) return hooks_.refused(ticket.error());
  hooks_.admitted(std::move(socket), *ticket);
}

void Listener::close() {
  closed_ = true;
  Error ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace centime::network
