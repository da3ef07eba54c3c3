#include "node/network/peer_queues.h"

#include <gtest/gtest.h>

#include "crypto/wire_types.h"

namespace centime::network {
namespace {

using namespace std::chrono_literals;

crypto::PublicKey key(std::uint8_t number) { return {{number}}; }

Peer peer(std::uint32_t number, std::uint8_t its_key = 0) {
  const auto byte = its_key == 0 ? static_cast<std::uint8_t>(number) : its_key;
  return {{number}, "member-" + std::to_string(number), key(byte), {}};
}

Outgoing outgoing(std::uint8_t kind, std::size_t size = 1) {
  return {kind, std::make_shared<const crypto::Bytes>(size)};
}

class PeerQueuesTest : public ::testing::Test {
 protected:
  std::string next() {
    const auto event = queues_.try_next();
    if (!event) return "nothing";
    const auto who = std::to_string(event->peer.value);
    if (std::holds_alternative<Connected>(event->what)) return who + " connected";
    if (const auto* frame = std::get_if<Frame>(&event->what))
      return who + " frame " + std::to_string(frame->kind);
    return who + " " + std::string(crypto::word_of(std::get<Disconnected>(event->what).word));
  }

  std::vector<PeerId> senders_called_, rooms_called_;
  int received_calls_ = 0;
  int sender_calls_ = 0;
  PeerQueues queues_{{{}, 4, 1000},
                     {[this] { ++received_calls_; },
                      [this](const std::vector<PeerId>& ids) {
                        ++sender_calls_;
                        senders_called_.insert(senders_called_.end(), ids.begin(), ids.end());
                      },
                      [this](PeerId id) { rooms_called_.push_back(id); }}};
};

TEST_F(PeerQueuesTest, TellsALinksLifeInOrder) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  ASSERT_TRUE(link);
  queues_.deliver({1}, *link, {7, {}});
  queues_.disconnected({1}, *link, LinkWord::idle_link);
  EXPECT_EQ(next(), "1 connected");
  EXPECT_EQ(next(), "1 frame 7");
  EXPECT_EQ(next(), "1 idle_link");
  EXPECT_EQ(next(), "nothing");
}

TEST_F(PeerQueuesTest, TellsOfTheOldLinksEndBeforeTheNewOnesFrames) {
  queues_.set_peers(std::vector{peer(1)});
  const auto first = queues_.connected({1}, key(1));
  queues_.deliver({1}, *first, {7, {}});
  EXPECT_EQ(next(), "1 connected");
  queues_.disconnected({1}, *first, LinkWord::closed_by_peer);
  const auto second = queues_.connected({1}, key(1));
  queues_.deliver({1}, *second, {8, {}});
  EXPECT_EQ(next(), "1 frame 7");
  EXPECT_EQ(next(), "1 closed_by_peer");
  EXPECT_EQ(next(), "1 connected");
  EXPECT_EQ(next(), "1 frame 8");
  EXPECT_EQ(next(), "nothing");
}

TEST_F(PeerQueuesTest, AFlappingLinkPilesUpNoEvents) {
  queues_.set_peers(std::vector{peer(1)});
  for (int i = 0; i < 1000; ++i) {
    const auto link = queues_.connected({1}, key(1));
    queues_.disconnected({1}, *link, LinkWord::closed_by_peer);
  }
  EXPECT_EQ(next(), "nothing");
}

TEST_F(PeerQueuesTest, IgnoresWhatAnEndedLinkStillSays) {
  queues_.set_peers(std::vector{peer(1)});
  const auto first = queues_.connected({1}, key(1));
  const auto second = queues_.connected({1}, key(1));
  queues_.deliver({1}, *first, {7, {}});
  queues_.disconnected({1}, *first, LinkWord::closed_by_peer);
  EXPECT_EQ(next(), "1 connected");
  EXPECT_EQ(next(), "nothing");
  EXPECT_EQ(queues_.send({1}, SendClass::bulk, outgoing(1)), SendResult::queued);
  EXPECT_NE(first, second);
}

TEST_F(PeerQueuesTest, HandsOverInTurnFromPeerToPeer) {
  queues_.set_peers(std::vector{peer(1), peer(2)});
  const auto one = queues_.connected({1}, key(1));
  const auto two = queues_.connected({2}, key(2));
  EXPECT_EQ(next(), "1 connected");
  EXPECT_EQ(next(), "2 connected");
  for (std::uint8_t kind = 1; kind <= 3; ++kind) queues_.deliver({1}, *one, {kind, {}});
  queues_.deliver({2}, *two, {9, {}});
  EXPECT_EQ(next(), "1 frame 1");
  EXPECT_EQ(next(), "2 frame 9");
  EXPECT_EQ(next(), "1 frame 2");
  EXPECT_EQ(next(), "1 frame 3");
}

TEST_F(PeerQueuesTest, AsksToPauseWhenFullAndCallsWhenHalfEmpty) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  EXPECT_EQ(next(), "1 connected");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queues_.deliver({1}, *link, {7, {}}));
  EXPECT_FALSE(queues_.deliver({1}, *link, {7, {}}));
  next();
  next();
  EXPECT_TRUE(rooms_called_.empty());
  next();
  EXPECT_EQ(rooms_called_, std::vector<PeerId>{{1}});
}

// Or a member could bring a frame more with each new link, without end.
TEST_F(PeerQueuesTest, ALinkThatComesToAFullQueueBeginsPaused) {
  queues_.set_peers(std::vector{peer(1)});
  const auto first = queues_.connected({1}, key(1));
  EXPECT_FALSE(queues_.begins_paused({1}, *first));
  EXPECT_FALSE(queues_.deliver({1}, *first, {7, crypto::Bytes(996)}));
  queues_.disconnected({1}, *first, LinkWord::closed_by_peer);
  const auto second = queues_.connected({1}, key(1));
  EXPECT_TRUE(queues_.begins_paused({1}, *second));
  EXPECT_FALSE(queues_.begins_paused({1}, *first)) << "which is over";
  EXPECT_TRUE(rooms_called_.empty());
  while (next() != "nothing") {
  }
  EXPECT_EQ(rooms_called_, std::vector<PeerId>{{1}});
  EXPECT_FALSE(queues_.begins_paused({1}, *second));
}

TEST_F(PeerQueuesTest, AsksToPauseWhenItsBytesAreFull) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  EXPECT_FALSE(queues_.deliver({1}, *link, {7, crypto::Bytes(996)}));
}

TEST_F(PeerQueuesTest, CallsWhoeverWaitsOnceUntilAllIsTaken) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  EXPECT_EQ(received_calls_, 1);
  queues_.deliver({1}, *link, {7, {}});
  EXPECT_EQ(received_calls_, 1);
  while (next() != "nothing") {
  }
  queues_.deliver({1}, *link, {7, {}});
  EXPECT_EQ(received_calls_, 2);
}

TEST_F(PeerQueuesTest, CallsTheSenderOnceUntilItTakes) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  queues_.send({1}, SendClass::bulk, outgoing(1));
  queues_.send({1}, SendClass::bulk, outgoing(2));
  EXPECT_EQ(senders_called_.size(), 1U);
  crypto::Bytes out;
  queues_.take_to_send({1}, *link, 1000, out);
  EXPECT_EQ(out.size(), 12U);
  queues_.send({1}, SendClass::bulk, outgoing(1));
  EXPECT_EQ(senders_called_.size(), 2U);
}

TEST_F(PeerQueuesTest, CallsTheSenderOnceForWhatGoesToAll) {
  queues_.set_peers(std::vector{peer(1), peer(2), peer(3)});
  queues_.connected({1}, key(1));
  queues_.connected({3}, key(3));
  EXPECT_EQ(queues_.broadcast(SendClass::urgent, outgoing(1)), 2U);
  EXPECT_EQ(sender_calls_, 1);
  EXPECT_EQ(senders_called_, (std::vector{PeerId{1}, PeerId{3}}));
  EXPECT_EQ(queues_.broadcast(SendClass::urgent, outgoing(1)), 2U);
  EXPECT_EQ(sender_calls_, 1) << "they have not been taken yet";
}

TEST_F(PeerQueuesTest, KeepsNothingForAPeerWithoutALink) {
  queues_.set_peers(std::vector{peer(1)});
  EXPECT_EQ(queues_.send({1}, SendClass::urgent, outgoing(1)), SendResult::not_connected);
  EXPECT_EQ(queues_.send({2}, SendClass::urgent, outgoing(1)), SendResult::no_such_peer);
  EXPECT_EQ(queues_.broadcast(SendClass::urgent, outgoing(1)), 0U);
  const auto first = queues_.connected({1}, key(1));
  queues_.send({1}, SendClass::urgent, outgoing(1));
  queues_.disconnected({1}, *first, LinkWord::closed_by_peer);
  const auto second = queues_.connected({1}, key(1));
  crypto::Bytes out;
  queues_.take_to_send({1}, *second, 1000, out);
  EXPECT_TRUE(out.empty());
}

TEST_F(PeerQueuesTest, APeerThatLeavesIsDisconnectedAndForgotten) {
  queues_.set_peers(std::vector{peer(1), peer(2)});
  const auto link = queues_.connected({1}, key(1));
  EXPECT_EQ(next(), "1 connected");
  queues_.deliver({1}, *link, {7, {}});
  queues_.set_peers(std::vector{peer(2)});
  EXPECT_EQ(queues_.send({1}, SendClass::urgent, outgoing(1)), SendResult::no_such_peer);
  EXPECT_EQ(next(), "1 not_a_peer");
  EXPECT_EQ(next(), "nothing");
  EXPECT_EQ(queues_.counters().size(), 1U);
  EXPECT_FALSE(queues_.connected({1}, key(1)));
}

TEST_F(PeerQueuesTest, ALinkOutlivesItsPeersKeyAndOnlyTheNewOneMakesAnother) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  EXPECT_EQ(next(), "1 connected");
  queues_.send({1}, SendClass::urgent, outgoing(1));
  queues_.set_peers(std::vector{peer(1, 77)});
  queues_.deliver({1}, *link, {7, {}});
  EXPECT_EQ(next(), "1 frame 7");
  queues_.send({1}, SendClass::urgent, outgoing(1));
  crypto::Bytes out;
  queues_.take_to_send({1}, *link, 1000, out);
  EXPECT_EQ(out.size(), 12U) << "what was sent before and after";
  EXPECT_FALSE(queues_.connected({1}, key(1)));
  queues_.disconnected({1}, *link, LinkWord::not_a_peer);
  EXPECT_EQ(next(), "1 not_a_peer");
  EXPECT_FALSE(queues_.connected({1}, key(1)));
  EXPECT_TRUE(queues_.connected({1}, key(77)));
}

TEST_F(PeerQueuesTest, RemembersWhenAPeerWasLastHeard) {
  queues_.set_peers(std::vector{peer(1)});
  const auto heard_ago = [&] { return queues_.counters().at(0).heard_ago; };
  EXPECT_EQ(heard_ago(), std::nullopt);
  const auto link = queues_.connected({1}, key(1));
  ASSERT_TRUE(heard_ago());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_GE(*heard_ago(), std::chrono::milliseconds(20));
  const auto before = std::chrono::steady_clock::now();
  queues_.deliver({1}, *link, {7, crypto::Bytes(1)});
  const auto ago = *heard_ago();
  EXPECT_GE(std::chrono::steady_clock::now() - ago, before);
  queues_.disconnected({1}, *link, LinkWord::closed_by_peer);
  EXPECT_TRUE(heard_ago()) << "that it left does not make it unseen";
}

TEST_F(PeerQueuesTest, CountsWhatItMoved) {
  queues_.set_peers(std::vector{peer(1)});
  const auto link = queues_.connected({1}, key(1));
  queues_.deliver({1}, *link, {7, crypto::Bytes(10)});
  queues_.send({1}, SendClass::newest, outgoing(1, 5));
  queues_.send({1}, SendClass::newest, outgoing(1, 6));
  queues_.count({1}, LinkWord::slow_frame);
  auto counters = queues_.counters().at(0);
  EXPECT_TRUE(counters.connected);
  EXPECT_EQ(counters.waiting_in_bytes, 15U);
  EXPECT_EQ(counters.waiting_out_bytes, 6U);
  EXPECT_EQ(counters.dropped, 1U);
  EXPECT_EQ(counters.words[static_cast<std::size_t>(LinkWord::slow_frame)], 1U);
  crypto::Bytes out;
  queues_.take_to_send({1}, *link, 1000, out);
  counters = queues_.counters().at(0);
  EXPECT_EQ(counters.frames_in, 1U);
  EXPECT_EQ(counters.bytes_in, 15U);
  EXPECT_EQ(counters.frames_out, 1U);
  EXPECT_EQ(counters.bytes_out, 11U);
}

TEST_F(PeerQueuesTest, ClosingEndsTheWaitAfterTheLastEvent) {
  queues_.set_peers(std::vector{peer(1)});
  ASSERT_TRUE(queues_.connected({1}, key(1)));
  queues_.close();
  EXPECT_TRUE(queues_.next(Clock::now() + 10s));
  EXPECT_FALSE(queues_.next(Clock::time_point::max()));
  EXPECT_EQ(queues_.send({1}, SendClass::urgent, outgoing(1)), SendResult::not_connected);
}

// ---- All peers together

QueueLimits shared_limits() {
  QueueLimits limits;
  limits.frames_in = 1'000;
  limits.bytes_in = 1'000;
  limits.out.bulk = {1'000, 1'000};
  limits.bytes_all = 3'000;
  limits.bytes_least = 100;
  limits.small_part = 4;
  return limits;
}

class AllPeers : public ::testing::Test {
 protected:
  static constexpr std::uint32_t peers = 20;

  AllPeers() {
    std::vector<Peer> all;
    for (std::uint32_t i = 1; i <= peers; ++i) all.push_back(peer(i));
    queues_.set_peers(all);
    for (std::uint32_t i = 1; i <= peers; ++i) {
      links_.push_back(*queues_.connected({i}, key(static_cast<std::uint8_t>(i))));
      queues_.try_next();
    }
  }

  // Until it is told to stop: how many bytes the peer got in.
  std::size_t fill_in(std::uint32_t number) {
    std::size_t bytes = 0;
    bool room = true;
    while (room) {
      room = queues_.deliver({number}, links_[number - 1], {7, crypto::Bytes(45)});
      bytes += 50;
    }
    return bytes;
  }
  std::size_t fill_out(std::uint32_t number) {
    std::size_t bytes = 0;
    while (true) {
      crypto::Bytes content(50, static_cast<std::uint8_t>(++sent_));
      content.front() = static_cast<std::uint8_t>(sent_ >> 8);
      const Outgoing frame{1, std::make_shared<const crypto::Bytes>(std::move(content))};
      if (queues_.send({number}, SendClass::bulk, frame) != SendResult::queued) return bytes;
      bytes += 50;
    }
  }

  unsigned sent_ = 0;
  std::vector<std::uint64_t> links_;
  std::vector<PeerId> rooms_called_;
  PeerQueues queues_{shared_limits(),
                     {[] {}, [](const std::vector<PeerId>&) {},
                      [this](PeerId id) { rooms_called_.push_back(id); }}};
};

TEST_F(AllPeers, HaveABoundTogetherWithinWhichEachHasALittle) {
  std::size_t all = 0;
  for (std::uint32_t i = 1; i <= 3; ++i) all += fill_in(i);
  EXPECT_EQ(all, 3'000U);
  for (std::uint32_t i = 4; i <= peers; ++i) EXPECT_EQ(fill_in(i), 100U) << i;
  // What is taken makes room for everybody.
  int taken = 0;
  while (queues_.try_next()) ++taken;
  EXPECT_EQ(taken, (3'000 + 17 * 100) / 50);
  EXPECT_EQ(rooms_called_.size(), peers) << "each is read again";
  EXPECT_EQ(fill_in(peers), 1'000U);
}

TEST_F(AllPeers, HaveABoundTogetherForWhatWaitsForThemAsBulk) {
  std::size_t all = 0;
  for (std::uint32_t i = 1; i <= 3; ++i) all += fill_out(i);
  EXPECT_EQ(all, 3'000U);
  for (std::uint32_t i = 4; i <= peers; ++i) EXPECT_EQ(fill_out(i), 100U) << i;
  EXPECT_EQ(queues_.send({4}, SendClass::urgent, outgoing(1, 50)), SendResult::queued)
      << "votes are no bulk";
  queues_.disconnected({1}, links_[0], LinkWord::closed_by_peer);
  crypto::Bytes out;
  queues_.take_to_send({2}, links_[1], 100'000, out);
  queues_.set_peers(std::vector{peer(3), peer(5)});
  EXPECT_EQ(fill_out(5), 900U) << "of what went, was lost or is nobody's any more nothing counts";
}

TEST_F(AllPeers, SmallOnesHaveAPartOfTheRoom) {
  Peer small = peer(1);
  small.small = true;
  queues_.set_peers(std::vector{small, peer(2)});
  EXPECT_EQ(fill_in(1), 250U);
  EXPECT_EQ(fill_out(1), 250U);
  EXPECT_EQ(fill_in(2), 1'000U);
  EXPECT_EQ(fill_out(2), 1'000U);
  queues_.set_peers(std::vector{peer(1), peer(2)});
  EXPECT_EQ(fill_out(1), 750U) << "with a vote it has as much as the others";
}

}  // namespace
}  // namespace centime::network
