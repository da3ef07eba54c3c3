// garbage HOW PORT GENESIS KEY: speaks to a member's node on 127.0.0.1 as no member would.
//
//   plain     bytes that are no TLS
//   foreign   TLS with a key that no member has, with none, and with a member's public key alone
//   member    a member's own key and a right first frame, and then frames of garbage: one link for
//             each kind of it, made as soon as the node lets the member in again
//
// Says in one line each what was sent and how it ended; exits with 1 if the node kept a link open.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include "consensus/message.h"
#include "crypto/check.h"
#include "node/ledger/records.h"
#include "node/program/genesis_file.h"
#include "node/program/key_file.h"
#include "node/runtime/peer_frames.h"
#include "tests/network/raw_peer.h"

using namespace centime;
using network::testing::RawPeer;
using network::testing::RawSocket;

namespace {

// More than the node cuts a member off for after a few strikes.
constexpr std::chrono::seconds patience{60};

bool failed = false;

void say(std::string_view what, bool ended) {
  fmt::print("{}: {}\n", what, ended ? "ended" : "kept open");
  failed |= !ended;
}

crypto::Bytes noise(std::size_t size) {
  std::mt19937_64 random(size);
  crypto::Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

void speak_no_tls(std::uint16_t port) {
  const std::vector<std::pair<std::string_view, crypto::Bytes>> cases{
      {"a request for a page", crypto::to_bytes("GET / HTTP/1.1\r\nHost: centime\r\n\r\n")},
      {"zeros", crypto::Bytes(4'096)},
      {"noise", noise(64 << 10)},
      {"a frame without TLS", {0, 0, 0, 34, 0, 0, 1}},
      {"a TLS record longer than allowed", {0x16, 3, 1, 0xff, 0xff, 1, 2, 3}},
      {"a ClientHello of noise",
       [] {
         crypto::Bytes bytes{0x16, 3, 1, 1, 4, 1, 0, 1, 0};
         const crypto::Bytes rest = noise(256);
         bytes.insert(bytes.end(), rest.begin(), rest.end());
         return bytes;
       }()},
  };
  for (const auto& [what, bytes] : cases) {
    auto socket = RawSocket::connect(port);
    socket.write(bytes);
    say(what, socket.ends());
  }
}

void speak_as_stranger(std::uint16_t port, const crypto::PublicKey& member) {
  const auto own = crypto::SecretKey::generate();
  const auto greet = [&](std::string_view what, const network::testing::RawIdentity& identity) {
    RawPeer peer(RawSocket::connect(port), identity);
    peer.say_hello({});
    peer.send(77, noise(1'000));
    say(what, peer.ends());
  };
  greet("another key's certificate", {.key = &own});
  greet("no certificate", {});
  greet("a member's public key without its secret", {.key = &own, .claimed = member});
  greet("TLS 1.2", {.key = &own, .tls_version = TLS1_2_VERSION});
}

// The node's answer to the first frame: it is let in.
RawPeer open_link(std::uint16_t port, const crypto::SecretKey& key, const network::Hello& hello) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    RawPeer peer(RawSocket::connect(port), {.key = &key});
    peer.say_hello(hello);
    if (peer.read(network::frame_header_size + 34)) return peer;
    crypto::check(std::chrono::steady_clock::now() < deadline, "the member is let in again");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void speak_as_member(std::uint16_t port, const crypto::SecretKey& key,
                     const ledger::NetworkId& network) {
  constexpr auto frame_of = [](consensus::MessageKind kind) {
    return static_cast<std::uint8_t>(runtime::first_message_frame + static_cast<int>(kind));
  };
  using consensus::MessageKind;
  consensus::Vote of_nobody;
  of_nobody.signer = 200;
  const std::vector<std::tuple<std::string_view, std::uint8_t, crypto::Bytes>> cases{
      {"a vote of noise", frame_of(MessageKind::vote), noise(100)},
      {"a vote of a validator that is none", frame_of(MessageKind::vote),
       consensus::encode_message(of_nobody)},
      {"a submission of noise", runtime::submission_frame, noise(9'000)},
      {"a share of noise", runtime::checkpoint_share_frame, noise(300)},
      {"a kind that is none", 77, noise(10)},
  };
  const network::Hello hello{1, {network.bytes}};
  for (const auto& [what, kind, bytes] : cases) {
    auto peer = open_link(port, key, hello);
    peer.send(kind, bytes);
    say(what, peer.ends());
  }
  auto peer = open_link(port, key, hello);
  peer.write(crypto::Bytes{0x7f, 0xff, 0xff, 0xff, frame_of(MessageKind::vote)});
  say("a frame of two thousand million bytes", peer.ends());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::string_view how = argv[1];
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  const auto genesis = program::read_genesis_file(argv[3]);
  const auto key = program::read_key_file(argv[4]);
  crypto::check(genesis.has_value() && key.has_value(), "genesis and key can be read");
  if (how == "plain") speak_no_tls(port);
  if (how == "foreign") speak_as_stranger(port, key->key.public_key());
  if (how == "member") speak_as_member(port, key->key, ledger::network_id(*genesis));
  return failed ? 1 : 0;
}
