// The listening socket, and the door in front of it.
//
// All on the network's thread, but for open() and port() before it runs.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <expected>
#include <functional>
#include <set>
#include <string>

#include "node/network/asio_types.h"
#include "node/network/door.h"
#include "node/network/peer.h"

namespace centime::network {

AddressKey address_key(const boost::asio::ip::address& address);

class Listener {
 public:
  struct Hooks {
    std::function<void(Socket, Door::Ticket)> admitted;
    std::function<void(LinkWord)> refused;
    // The pool of this kind (known or not) is full: end the oldest handshake in it, if that has
    // had its chance.
    std::function<void(bool known)> make_room;
  };

  Listener(boost::asio::io_context& context, const Door::Options& options, std::uint64_t secret,
           Hooks hooks);

  // Binds and listens. The error is the system's text.
  std::expected<void, std::string> open(const Address& address);
  std::uint16_t port() const { return port_; }  // 0 unless open.

  Task<void> run();  // Until close().
  void close();

  Door& door() { return door_; }

 private:
  void admit(Socket socket);

  boost::asio::basic_socket_acceptor<Tcp, Executor> acceptor_;
  Timer pause_;
  Door door_;
  const Hooks hooks_;
  std::uint16_t port_ = 0;
  bool closed_ = false;
};

}  // namespace centime::network
