#include "tests/network/raw_peer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace centime::network::testing {
namespace {

constexpr timeval call_patience{5, 0};

sockaddr_in loopback(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

void demand(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// A pair whose halves do not fit: OpenSSL lets only such an import pass.
PkeyPtr mismatched_pair(const crypto::SecretKey& secret, crypto::PublicKey shown) {
  crypto::Bytes seed = crypto::to_bytes(secret.seed());
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, seed.data(), seed.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, shown.bytes.data(),
                                        shown.bytes.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr);
  EVP_PKEY* key = nullptr;
  demand(EVP_PKEY_fromdata_init(context) == 1 &&
             EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) == 1,
         "a mismatched pair is imported");
  EVP_PKEY_CTX_free(context);
  return PkeyPtr(key);
}

int admit_all(X509_STORE_CTX*, void*) { return 1; }

SSL* make_ssl(const RawIdentity& identity) {
  SSL_CTX* context = SSL_CTX_new(TLS_method());
  SSL_CTX_set_min_proto_version(context, identity.tls_version);
  SSL_CTX_set_max_proto_version(context, identity.tls_version);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, admit_all, nullptr);
  if (identity.key != nullptr) {
    const PkeyPtr key = identity.claimed ? mismatched_pair(*identity.key, *identity.claimed)
                                         : make_pkey(*identity.key);
    const CertificatePtr certificate = make_certificate(key.get(), identity.validity);
    demand(SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
               SSL_CTX_use_PrivateKey(context, key.get()) == 1,
           "OpenSSL takes the test's key");
  }
  SSL* ssl = SSL_new(context);
  SSL_CTX_free(context);  // Counted: it goes with the SSL.
  return ssl;
}

}  // namespace

RawSocket::RawSocket(int descriptor) : descriptor_(descriptor) {
  demand(descriptor >= 0, "a socket is made");
  ::signal(SIGPIPE, SIG_IGN);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &call_patience, sizeof call_patience);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &call_patience, sizeof call_patience);
}

RawSocket::~RawSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

void RawSocket::reach(std::uint16_t port) {
  const auto target = loopback("127.0.0.1", port);
  demand(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0,
         "connect");
}

RawSocket RawSocket::connect(std::uint16_t port, const std::string& from) {
  RawSocket socket(::socket(AF_INET, SOCK_STREAM, 0));
  const auto source = loopback(from, 0);
  demand(
      ::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0,
      "bind");
  socket.reach(port);
  return socket;
}

RawSocket RawSocket::connect_slowly(std::uint16_t port) {
  RawSocket socket(::socket(AF_INET, SOCK_STREAM, 0));
  constexpr int buffer = 8 << 10, segment = 536;
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  socket.reach(port);
  return socket;
}

void RawSocket::write(crypto::BytesView bytes) {
  static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

bool RawSocket::ends() {
  char buffer[4096];
  ssize_t size = 0;
  while ((size = ::recv(descriptor_, buffer, sizeof buffer, 0)) > 0) {
  }
  return size == 0 || errno == ECONNRESET;
}

RawPeer::RawPeer(RawSocket socket, const RawIdentity& identity, Side side)
    : socket_(std::move(socket)), ssl_(make_ssl(identity)) {
  SSL_set_fd(ssl_.get(), socket_.descriptor());
  const int result = side == Side::client ? SSL_connect(ssl_.get()) : SSL_accept(ssl_.get());
  shook_hands_ = result == 1;
}

void RawPeer::write(crypto::BytesView bytes) {
  std::size_t written = 0;
  static_cast<void>(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
}

void RawPeer::send(std::uint8_t kind, crypto::BytesView bytes) {
  crypto::Bytes frame;
  append_frame(kind, bytes, frame);
  write(frame);
}

std::optional<crypto::Bytes> RawPeer::read(std::size_t size) {
  crypto::Bytes bytes(size);
  for (std::size_t filled = 0; filled < size;) {
    std::size_t got = 0;
    if (SSL_read_ex(ssl_.get(), bytes.data() + filled, size - filled, &got) != 1)
      return std::nullopt;
    filled += got;
  }
  return bytes;
}

bool RawPeer::ends() {
  while (read(1)) {
  }
  return socket_.ends();
}

bool RawPeer::session_is_resumable() const {
  return SSL_SESSION_is_resumable(SSL_get0_session(ssl_.get())) == 1;
}

RawListener::RawListener(int backlog) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  auto address = loopback("127.0.0.1", 0);
  socklen_t size = sizeof address;
  demand(::bind(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), size) == 0 &&
             ::listen(socket_.descriptor(), backlog) == 0 &&
             ::getsockname(socket_.descriptor(), reinterpret_cast<sockaddr*>(&address), &size) == 0,
         "listen");
  port_ = ntohs(address.sin_port);
}

RawSocket RawListener::accept() {
  return RawSocket(::accept(socket_.descriptor(), nullptr, nullptr));
}

}  // namespace centime::network::testing
