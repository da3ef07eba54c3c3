// A member on a slow line, with more waiting for it than the kernel would take at once.
#include <gtest/gtest.h>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"

namespace centime::network {
namespace {

using namespace testing;

constexpr PeerId slow_member{2};
constexpr std::size_t bulk_frame = 64U << 10;

class SlowReaderTest : public ::testing::Test {
 protected:
  explicit SlowReaderTest(std::chrono::milliseconds stall = 30s)
      : node_(1, [stall](NetworkOptions& options) {
          options.queues.out.bulk = {1024, 32U << 20};
          options.times.stall = stall;
        }) {
    node_.network().set_peers({{slow_member, "member", key_.public_key(), {}}});
  }

  RawPeer open_link(RawSocket socket) {
    RawPeer peer(std::move(socket), {&key_});
    peer.say_hello({1, network_id()});
    EXPECT_TRUE(peer.read(frame_header_size + 34));
    EXPECT_TRUE(node_.wait_for<Connected>(slow_member));
    return peer;
  }

  void queue_bulk(std::uint8_t frames) {
    for (std::uint8_t i = 0; i < frames; ++i)
      ASSERT_EQ(node_.network().send(slow_member, {blocks_kind, crypto::Bytes(bulk_frame, i)}),
                SendResult::queued);
  }

  // Reads on for so long at some 14 KiB a second.
  static bool read_slowly(RawPeer& peer, Clock::duration time) {
    for (const auto end = Clock::now() + time; Clock::now() < end;) {
      if (!peer.read(2U << 10)) return false;
      std::this_thread::sleep_for(150ms);
    }
    return true;
  }

  const crypto::SecretKey key_ = secret_key(2);
  TestNode node_;
};

TEST_F(SlowReaderTest, AVotePassesTheBulkThatWaitsBeforeIt) {
  auto peer = open_link(RawSocket::connect(node_.port()));
  queue_bulk(128);
  std::this_thread::sleep_for(200ms);  // The kernel takes what it takes.
  ASSERT_EQ(node_.network().send(slow_member, {vote_kind, crypto::to_bytes("vote")}),
            SendResult::queued);
  for (std::size_t before = 0;; ++before) {
    const auto header = peer.read(frame_header_size);
    ASSERT_TRUE(header);
    if (header->back() == vote_kind) {
      // What the kernels of both ends hold and what was being written.
      EXPECT_LE(before * bulk_frame, 640U << 10);
      break;
    }
    ASSERT_TRUE(peer.read(bulk_frame));
  }
}

class HurriedSlowReaderTest : public SlowReaderTest {
 protected:
  HurriedSlowReaderTest() : SlowReaderTest(4s) {}
};

TEST_F(HurriedSlowReaderTest, IsNotCutWhileBytesArrive) {
  auto peer = open_link(RawSocket::connect_slowly(node_.port()));
  queue_bulk(128);
  ASSERT_TRUE(read_slowly(peer, 10s));
  EXPECT_TRUE(node_.connected_to(slow_member));
  // And is once none do.
  const auto end = node_.wait_for<Disconnected>(slow_member);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->word, LinkWord::stalled_link);
}

}  // namespace
}  // namespace centime::network
