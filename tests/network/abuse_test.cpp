// What a member's node may not do on an open link, and what happens when it does.
#include <gtest/gtest.h>

#include <mutex>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"

namespace centime::network {
namespace {

using namespace testing;

constexpr PeerId member{2};

class AbuseTest : public ::testing::Test {
 protected:
  explicit AbuseTest(const TestNode::Change& change = {})
      : node_(1, [this, change](NetworkOptions& options) {
          options.cut_off = {10min, 20min, 1h};
          if (change) change(options);
          options.log = [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
          };
        }) {
    node_.network().set_peers({{member, "member", key_.public_key(), {}}});
  }

  RawPeer open_link() {
    RawPeer peer(RawSocket::connect(node_.port()), {&key_});
    peer.say_hello({1, network_id()});
    EXPECT_TRUE(peer.read(frame_header_size + 34));
    EXPECT_TRUE(node_.wait_for<Connected>(member));
    return peer;
  }

  void expect_end(LinkWord word) {
    const auto end = node_.wait_for<Disconnected>(member);
    ASSERT_TRUE(end);
    EXPECT_EQ(crypto::word_of(end->word), crypto::word_of(word));
    EXPECT_EQ(node_.peer_words(member, word), 1U);
  }

  bool refused_as_cut_off() {
    const auto before = node_.stranger_words(LinkWord::cut_off);
    RawPeer peer(RawSocket::connect(node_.port()), {&key_});
    EXPECT_FALSE(peer.read(1));
    return eventually([&] { return node_.stranger_words(LinkWord::cut_off) == before + 1; });
  }

  std::mutex mutex_;
  std::vector<std::string> lines_;
  const crypto::SecretKey key_ = secret_key(2);
  TestNode node_;
};

// Where somebody is to lose patience.
class HurriedAbuseTest : public AbuseTest {
 protected:
  HurriedAbuseTest()
      : AbuseTest([](NetworkOptions& options) {
          options.cut_off = {2s, 4s, 1h};
          options.times.idle = 4s;
          options.times.frame = options.times.stall = 300ms;
        }) {}
};

TEST_F(AbuseTest, AnOversizedFrameCutsTheMemberOff) {
  auto peer = open_link();
  peer.write(crypto::Bytes{0, 0, 0x10, 1, vote_kind});
  EXPECT_TRUE(peer.ends());
  expect_end(LinkWord::oversized_frame);
  EXPECT_TRUE(refused_as_cut_off());
}

TEST_F(AbuseTest, AnUnknownKindCutsTheMemberOff) {
  auto peer = open_link();
  peer.send(77, {});
  EXPECT_TRUE(peer.ends());
  expect_end(LinkWord::unknown_kind);
  EXPECT_TRUE(refused_as_cut_off());
}

TEST_F(HurriedAbuseTest, ACutOffEnds) {
  auto peer = open_link();
  peer.send(77, {});
  expect_end(LinkWord::unknown_kind);
  std::this_thread::sleep_for(2100ms);
  open_link();
}

TEST_F(AbuseTest, TheLayerAboveCutsOffWithAReason) {
  auto peer = open_link();
  node_.network().cut_off(member, "vote_of_another");
  EXPECT_TRUE(peer.ends());
  expect_end(LinkWord::misbehaved);
  EXPECT_TRUE(refused_as_cut_off());
  const std::lock_guard lock(mutex_);
  ASSERT_FALSE(lines_.empty());
  EXPECT_EQ(lines_[0], "network: member: misbehaved: vote_of_another");
}

TEST_F(AbuseTest, AnEndInsideAFrameIsTruncatedAndForgiven) {
  {
    auto peer = open_link();
    peer.write(crypto::Bytes{0, 0, 0, 9, vote_kind, 'h', 'a', 'l', 'f'});
  }
  expect_end(LinkWord::truncated_frame);
  open_link();
}

TEST_F(HurriedAbuseTest, AFrameThatTricklesIsSlow) {
  auto peer = open_link();
  peer.write(crypto::Bytes{0, 0, 0, 100, vote_kind});
  for (int i = 0; i < 40 && node_.connected_to(member); ++i) {
    peer.write(crypto::Bytes{'x'});
    std::this_thread::sleep_for(50ms);
  }
  expect_end(LinkWord::slow_frame);
}

TEST_F(HurriedAbuseTest, SilenceIsIdle) {
  auto peer = open_link();
  expect_end(LinkWord::idle_link);
  EXPECT_TRUE(peer.ends());
}

TEST_F(HurriedAbuseTest, APeerThatTakesNothingIsStalled) {
  auto peer = open_link();
  // More than the kernel's buffers of both ends hold.
  for (std::uint8_t i = 0; i < 24; ++i)
    node_.network().send(member, {blocks_kind, crypto::Bytes(1U << 20, i)});
  expect_end(LinkWord::stalled_link);
}

TEST_F(AbuseTest, AnEndBetweenFramesIsAnOrdinaryEnd) {
  {
    auto peer = open_link();
    peer.send(vote_kind, crypto::as_bytes("whole"));
    const auto frame = node_.wait_for<Frame>(member);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->bytes, crypto::to_bytes("whole"));
  }
  expect_end(LinkWord::closed_by_peer);
}

TEST_F(AbuseTest, ASecondLinkFromTheSameSideTakesTheFirstsPlace) {
  auto lost = open_link();
  auto fresh = open_link();
  EXPECT_TRUE(lost.ends());
  EXPECT_TRUE(eventually([&] { return node_.peer_words(member, LinkWord::duplicate_link) == 1; }));
  fresh.send(vote_kind, crypto::as_bytes("still here"));
  EXPECT_TRUE(node_.wait_for<Frame>(member));
}

TEST_F(AbuseTest, LogsAWordOnceAnInterval) {
  for (int i = 0; i < 5; ++i) {
    auto socket = RawSocket::connect(node_.port());
    socket.write(crypto::as_bytes("garbage that is no handshake\r\n\r\n"));
    EXPECT_TRUE(socket.ends());
  }
  EXPECT_TRUE(eventually([&] { return node_.stranger_words(LinkWord::tls_failed) == 5; }));
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(lines_, std::vector<std::string>{"network: a stranger's connection: tls_failed"});
}

}  // namespace
}  // namespace centime::network
