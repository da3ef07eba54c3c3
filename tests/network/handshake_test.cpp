// Who is let in: keys, TLS versions, networks, protocol versions.
#include <gtest/gtest.h>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"

namespace centime::network {
namespace {

using namespace testing;

constexpr std::uint8_t node_number = 1, member_number = 2, stranger_number = 99;

class HandshakeTest : public ::testing::Test {
 protected:
  HandshakeTest() {
    node_.network().set_peers({member(secret_key(member_number).public_key(), {})});
  }

  static Peer member(const crypto::PublicKey& key, std::vector<Address> addresses) {
    return {{member_number}, "member", key, std::move(addresses)};
  }
  // The other side has our first frame only if it was let in.
  static bool let_in(RawPeer& peer) { return peer.read(frame_header_size + 34).has_value(); }
  static Hello hello() { return {1, network_id()}; }

  const crypto::SecretKey member_key_ = secret_key(member_number);
  const crypto::SecretKey stranger_key_ = secret_key(stranger_number);
  TestNode node_{node_number};
};

TEST_F(HandshakeTest, LetsTheMembersKeyIn) {
  RawPeer peer(RawSocket::connect(node_.port()), {&member_key_});
  peer.say_hello(hello());
  EXPECT_TRUE(let_in(peer));
  EXPECT_TRUE(node_.wait_for<Connected>({member_number}));
}

TEST_F(HandshakeTest, RefusesAnUnknownKeyBeforeAnyByte) {
  RawPeer peer(RawSocket::connect(node_.port()), {&stranger_key_});
  peer.say_hello(hello());
  EXPECT_FALSE(let_in(peer));
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::unknown_key) == 1; }));
  EXPECT_EQ(node_.network().counters().peers.at(0).links, 0U);
}

TEST_F(HandshakeTest, RefusesAConnectionWithoutACertificate) {
  RawPeer peer(RawSocket::connect(node_.port()), {});
  EXPECT_FALSE(let_in(peer));
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::tls_failed) == 1; }));
}

TEST_F(HandshakeTest, RefusesAMembersCertificateUnderAnotherKey) {
  RawPeer peer(RawSocket::connect(node_.port()), {&stranger_key_, member_key_.public_key()});
  peer.say_hello(hello());
  EXPECT_FALSE(let_in(peer));
  // It counts against nobody: whoever claims a key has not shown it.
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::tls_failed) == 1; }));
  EXPECT_EQ(node_.peer_words({member_number}, LinkWord::tls_failed), 0U);
}

TEST_F(HandshakeTest, RefusesOurOwnKey) {
  const auto own = secret_key(node_number);
  RawPeer peer(RawSocket::connect(node_.port()), {&own});
  EXPECT_FALSE(let_in(peer));
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::self_connection) == 1; }));
}

TEST_F(HandshakeTest, DatesOfACertificateDoNotMatter) {
  using std::chrono::hours;
  const std::array validities = {Validity{-hours(48), -hours(24)}, Validity{hours(24), hours(48)}};
  for (const Validity& validity : validities) {
    RawPeer peer(RawSocket::connect(node_.port()), {&member_key_, std::nullopt, validity});
    peer.say_hello(hello());
    EXPECT_TRUE(let_in(peer));
    EXPECT_TRUE(node_.wait_for<Connected>({member_number}));
  }
}

TEST_F(HandshakeTest, RefusesTls12) {
  RawPeer peer(RawSocket::connect(node_.port()), {&member_key_, {}, {}, TLS1_2_VERSION});
  EXPECT_FALSE(peer.shook_hands());
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::wrong_tls_version) == 1; }));
}

TEST_F(HandshakeTest, RefusesPlaintext) {
  auto socket = RawSocket::connect(node_.port());
  socket.write(crypto::as_bytes("GET / HTTP/1.1\r\nHost: node\r\n\r\n"));
  EXPECT_TRUE(socket.ends());
  auto garbage = RawSocket::connect(node_.port());
  garbage.write(crypto::Bytes(4000, 0xa5));
  EXPECT_TRUE(garbage.ends());
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::tls_failed) == 2; }));
}

TEST_F(HandshakeTest, RefusesAnotherNetwork) {
  RawPeer peer(RawSocket::connect(node_.port()), {&member_key_});
  peer.say_hello({1, crypto::sha256(crypto::as_bytes("another"))});
  EXPECT_TRUE(peer.ends());
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::wrong_network) == 1; }));
  EXPECT_EQ(node_.network().counters().peers.at(0).links, 0U);
}

TEST_F(HandshakeTest, RefusesAnotherVersion) {
  RawPeer peer(RawSocket::connect(node_.port()), {&member_key_});
  peer.say_hello({2, network_id()});
  EXPECT_TRUE(peer.ends());
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::wrong_version) == 1; }));
}

TEST_F(HandshakeTest, RefusesAnotherFirstFrame) {
  RawPeer peer(RawSocket::connect(node_.port()), {&member_key_});
  peer.send(vote_kind, crypto::as_bytes("too early"));
  EXPECT_TRUE(peer.ends());
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::bad_hello) == 1; }));
}

TEST_F(HandshakeTest, DiallingRefusesAnotherKeyAtTheAddress) {
  TestNode other(3);
  other.network().set_peers({node_.as_peer({})});
  node_.network().set_peers({member(member_key_.public_key(), {other.address()})});
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::wrong_key) > 0; }));
  // The other side took us for what we are and met our refusal.
  EXPECT_TRUE(eventually([&] {
    return other.peer_words(node_.id(), LinkWord::refused_by_peer) +
               other.peer_words(node_.id(), LinkWord::closed_by_peer) +
               other.stranger_words(LinkWord::refused_by_peer) >
           0;
  }));
}

TEST_F(HandshakeTest, DiallingRefusesTheKeyOfAnotherPeer) {
  TestNode other(3);
  other.network().set_peers({node_.as_peer({})});
  node_.network().set_peers(
      {member(member_key_.public_key(), {other.address()}), other.as_peer({})});
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::wrong_key) > 0; }));
  EXPECT_FALSE(node_.connected_to(other.id()));
}

TEST_F(HandshakeTest, DiallingRefusesTls12) {
  RawListener listener;
  node_.network().set_peers({member(member_key_.public_key(), {{"127.0.0.1", listener.port()}})});
  RawPeer peer(listener.accept(), {&member_key_, {}, {}, TLS1_2_VERSION}, RawPeer::Side::server);
  EXPECT_FALSE(peer.shook_hands());
  EXPECT_TRUE(eventually(
      [&] { return node_.peer_words({member_number}, LinkWord::wrong_tls_version) > 0; }));
}

TEST_F(HandshakeTest, DiallingOurselvesIsNamed) {
  node_.network().set_peers({member(member_key_.public_key(), {node_.address()})});
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::self_connection) > 0; }));
}

TEST_F(HandshakeTest, DiallingNamesWhatIsWrongWithAnAddress) {
  std::uint16_t closed_port = 0;
  {
    RawListener listener;
    closed_port = listener.port();
  }
  node_.network().set_peers({member(member_key_.public_key(), {{"127.0.0.1", closed_port}})});
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::connect_failed) > 0; }));
  node_.network().set_peers({member(member_key_.public_key(), {{"no such host", 1}})});
  EXPECT_TRUE(
      eventually([&] { return node_.peer_words({member_number}, LinkWord::unknown_host) > 0; }));
}

TEST(Handshake, SilenceEndsEachStage) {
  TestNode node(node_number, [](NetworkOptions& options) { options.times.handshake = 300ms; });
  const auto member_key = secret_key(member_number);
  node.network().set_peers({{{member_number}, "member", member_key.public_key(), {}}});

  auto before_tls = RawSocket::connect(node.port());
  EXPECT_TRUE(before_tls.ends());
  EXPECT_TRUE(eventually([&] { return node.stranger_words(LinkWord::handshake_timeout) == 1; }));

  auto half_a_hello = RawSocket::connect(node.port());
  half_a_hello.write(crypto::Bytes{0x16, 0x03, 0x01, 0x02, 0x00, 0x01});
  EXPECT_TRUE(half_a_hello.ends());
  EXPECT_TRUE(eventually([&] { return node.stranger_words(LinkWord::handshake_timeout) == 2; }));

  // Again where the handshake of TLS itself took too long.
  EXPECT_TRUE(eventually([&] {
    RawPeer after_tls(RawSocket::connect(node.port()), {&member_key});
    return after_tls.ends() && node.peer_words({member_number}, LinkWord::handshake_timeout) > 0;
  }));
}

TEST(Handshake, NoSessionCanBeResumed) {
  TestNode node(node_number);
  const auto member_key = secret_key(member_number);
  node.network().set_peers({{{member_number}, "member", member_key.public_key(), {}}});
  RawPeer peer(RawSocket::connect(node.port()), {&member_key});
  peer.say_hello({1, network_id()});
  ASSERT_TRUE(peer.read(frame_header_size + 34));
  // Reading would have taken in a ticket.
  EXPECT_FALSE(peer.session_is_resumable());
}

}  // namespace
}  // namespace centime::network
