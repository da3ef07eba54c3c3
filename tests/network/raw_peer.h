// The other end of a link, made of plain sockets and OpenSSL: it does what no node would.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/ed25519.h"
#include "node/network/frame.h"
#include "node/network/hello.h"
#include "node/network/tls.h"

namespace centime::network::testing {

struct RawIdentity {
  const crypto::SecretKey* key = nullptr;         // Null: no certificate at all.
  std::optional<crypto::PublicKey> claimed = {};  // Shown in the certificate instead of our own.
  Validity validity = {};
  int tls_version = TLS1_3_VERSION;
};

// A blocking TCP connection; reads give up after five seconds.
class RawSocket {
 public:
  explicit RawSocket(int descriptor);
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept;
  RawSocket(const RawSocket&) = delete;

  // From 127.0.0.1 or another address of the loopback network.
  static RawSocket connect(std::uint16_t port, const std::string& from = "127.0.0.1");
  // As over a slow line: the kernel keeps little that nobody reads, and takes it in small parts.
  static RawSocket connect_slowly(std::uint16_t port);

  int descriptor() const { return descriptor_; }
  void write(crypto::BytesView bytes);
  bool ends();  // True when the other side closes, whatever it sends before; false after a while.

 private:
  void reach(std::uint16_t port);

  int descriptor_;
};

// TLS over it. Made by both constructors whatever comes of the handshake.
class RawPeer {
 public:
  enum class Side { client, server };
  RawPeer(RawSocket socket, const RawIdentity& identity, Side side = Side::client);

  // A client whose handshake, in TLS 1.3, ended well says nothing of what the server thinks of it.
  bool shook_hands() const { return shook_hands_; }

  void write(crypto::BytesView bytes);
  void send(std::uint8_t kind, crypto::BytesView bytes);
  void say_hello(const Hello& hello) { send(hello_kind, encode_hello(hello)); }
  std::optional<crypto::Bytes> read(std::size_t size);  // Nothing if the link ends before.
  bool ends();
  bool session_is_resumable() const;
  RawSocket& socket() { return socket_; }

 private:
  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  RawSocket socket_;
  std::unique_ptr<SSL, SslFree> ssl_;
  bool shook_hands_ = false;
};

// Listens on 127.0.0.1, for so many connections and one that wait to be accepted.
class RawListener {
 public:
  explicit RawListener(int backlog = 16);
  std::uint16_t port() const { return port_; }
  RawSocket accept();  // Throws after five seconds.

 private:
  RawSocket socket_;
  std::uint16_t port_ = 0;
};

// Where connections are neither taken nor refused, as behind a firewall that drops them.
class BlackHole {
 public:
  BlackHole() : listener_(0), only_one_(RawSocket::connect(listener_.port())) {}
  std::uint16_t port() const { return listener_.port(); }

 private:
  RawListener listener_;
  RawSocket only_one_;
};

}  // namespace centime::network::testing
