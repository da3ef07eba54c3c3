// Links between whole networks on real sockets.
#include "node/network/network.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <mutex>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"
#include "tests/support/tcp_proxy.h"

namespace centime::network {
namespace {

using namespace testing;
using test::TcpProxy;

Frame vote(std::string_view text) { return {vote_kind, crypto::to_bytes(text)}; }

std::string text_of(const std::optional<Frame>& frame) {
  return frame ? crypto::to_text(frame->bytes) : "nothing";
}

std::size_t index_of(LinkWord word) { return static_cast<std::size_t>(word); }

// Waits for a link that carries frames both ways; one may be lost with a duplicate link.
bool talk(TestNode& one, TestNode& two) {
  return eventually([&] {
    one.network().send(two.id(), vote("ping"));
    two.network().send(one.id(), vote("pong"));
    return one.wait_for<Frame>(two.id(), 200ms) && two.wait_for<Frame>(one.id(), 200ms);
  });
}

TEST(Network, TwoNodesExchangeFrames) {
  TestNode one(1), two(2);
  one.network().set_peers({two.as_peer()});
  two.network().set_peers({one.as_peer({})});
  ASSERT_TRUE(one.wait_for<Connected>(two.id()));
  ASSERT_TRUE(two.wait_for<Connected>(one.id()));
  EXPECT_EQ(one.network().send(two.id(), vote("a")), SendResult::queued);
  EXPECT_EQ(one.network().send(two.id(), vote("b")), SendResult::queued);
  EXPECT_EQ(two.network().send(one.id(), vote("c")), SendResult::queued);
  EXPECT_EQ(text_of(two.wait_for<Frame>(one.id())), "a");
  EXPECT_EQ(text_of(two.wait_for<Frame>(one.id())), "b");
  EXPECT_EQ(text_of(one.wait_for<Frame>(two.id())), "c");
}

TEST(Network, CarriesTheLongestFrame) {
  TestNode one(1), two(2);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  crypto::Bytes longest(1U << 20);
  for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = static_cast<std::uint8_t>(i * 7);
  ASSERT_EQ(one.network().send(two.id(), {blocks_kind, longest}), SendResult::queued);
  std::optional<Frame> frame;
  do frame = two.wait_for<Frame>(one.id());
  while (frame && frame->kind != blocks_kind);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes, longest);
}

TEST(Network, FourNodesReachEachOther) {
  std::vector<std::unique_ptr<TestNode>> nodes;
  for (std::uint8_t i = 1; i <= 4; ++i) nodes.push_back(std::make_unique<TestNode>(i));
  std::vector<Peer> everyone;
  for (const auto& node : nodes) everyone.push_back(node->as_peer());
  // One's own row is passed over.
  for (const auto& node : nodes) node->network().set_peers(everyone);
  for (const auto& node : nodes) {
    for (const auto& other : nodes) {
      if (node != other) {
        EXPECT_TRUE(talk(*node, *other));
      }
    }
  }
  EXPECT_EQ(nodes[0]->network().broadcast({status_kind, crypto::Bytes(8)}), 3U);
  for (std::size_t i = 1; i < 4; ++i) {
    std::optional<Frame> frame;
    do frame = nodes[i]->wait_for<Frame>({1});
    while (frame && frame->kind != status_kind);
    EXPECT_TRUE(frame);
  }
}

TEST(Network, OneLinkIsLeftWhenBothDialAtOnce) {
  TestNode one(1), two(2);
  // On slow lines both have dialled before either hears of it.
  TcpProxy to_one(one.port()), to_two(two.port());
  to_one.set_delay(100ms);
  to_two.set_delay(100ms);
  one.network().set_peers({two.as_peer({to_two.port()})});
  two.network().set_peers({one.as_peer({to_one.port()})});
  ASSERT_TRUE(talk(one, two));
  ASSERT_TRUE(eventually([&] {
    return one.peer_words(two.id(), LinkWord::duplicate_link) +
               two.peer_words(one.id(), LinkWord::duplicate_link) >
           0;
  }));
  ASSERT_TRUE(eventually([&] { return to_one.connections() + to_two.connections() == 1; }));
  // The link of the smaller key's dialling, and it stays.
  const bool one_is_smaller = secret_key(1).public_key() < secret_key(2).public_key();
  EXPECT_EQ(to_two.connections(), one_is_smaller ? 1U : 0U);
  const auto accepted = to_one.accepted() + to_two.accepted();
  std::this_thread::sleep_for(500ms);
  EXPECT_TRUE(one.connected_to(two.id()));
  EXPECT_TRUE(two.connected_to(one.id()));
  EXPECT_EQ(to_one.accepted() + to_two.accepted(), accepted);
}

// Each takes the other's link, for as long as both run.
TEST(Network, SaysThatTwoNodesRunWithOneKey) {
  std::mutex mutex;
  std::vector<std::string> warnings;
  TestNode one(1, [&](NetworkOptions& options) {
    options.warn = [&](std::string_view line) {
      const std::lock_guard lock(mutex);
      warnings.emplace_back(line);
    };
  });
  const auto warned = [&] {
    const std::lock_guard lock(mutex);
    return warnings;
  };
  one.network().set_peers({TestNode(2).as_peer(std::vector<std::uint16_t>{})});
  // It comes back as often as it is begun anew, and that is nothing to warn of.
  for (int i = 0; i < 8; ++i) {
    TestNode again(2);
    again.network().set_peers({one.as_peer()});
    ASSERT_TRUE(again.wait_for<Connected>(one.id()));
    again.network().stop();
    ASSERT_TRUE(eventually([&] { return !one.connected_to(again.id()); }));
  }
  EXPECT_TRUE(warned().empty());

  TestNode two(2), twin(2);
  two.network().set_peers({one.as_peer()});
  twin.network().set_peers({one.as_peer()});
  ASSERT_TRUE(eventually([&] { return !warned().empty(); }));
  EXPECT_TRUE(warned()[0].starts_with("network: member-2: two nodes run with its key?"))
      << warned()[0];
  EXPECT_NE(warned()[0].find("from 127.0.0.1"), std::string::npos) << warned()[0];
  const auto replaced = one.peer_words(two.id(), LinkWord::duplicate_link);
  ASSERT_TRUE(eventually(
      [&] { return one.peer_words(two.id(), LinkWord::duplicate_link) > replaced + 8; }));
  EXPECT_EQ(warned().size(), 1U) << "once";
}

TEST(Network, ComesBackAfterTheLineWasCut) {
  TestNode one(1), two(2);
  TcpProxy line(two.port());
  one.network().set_peers({two.as_peer({line.port()})});
  two.network().set_peers({one.as_peer({})});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(talk(one, two));
    line.cut();
    ASSERT_TRUE(one.wait_for<Disconnected>(two.id()));
  }
  EXPECT_TRUE(talk(one, two));
}

TEST(Network, ComesBackAfterOneSideBeganAnew) {
  TestNode one(1);
  auto two = std::make_unique<TestNode>(2);
  TcpProxy line(two->port());
  one.network().set_peers({two->as_peer({line.port()})});
  two->network().set_peers({one.as_peer({})});
  ASSERT_TRUE(talk(one, *two));
  two.reset();
  ASSERT_TRUE(one.wait_for<Disconnected>({2}));
  std::this_thread::sleep_for(300ms);
  two = std::make_unique<TestNode>(2);
  two->network().set_peers({one.as_peer({})});
  line.set_target(two->port());
  EXPECT_TRUE(talk(one, *two));
}

TEST(Network, DialsLessOftenTheLongerItFails) {
  TestNode one(1, [](NetworkOptions& options) { options.backoff = {50ms, 400ms}; });
  TestNode two(2);
  TcpProxy line(two.port());
  // Two does not know one: each try ends in a refusal.
  const auto begun = Clock::now();
  one.network().set_peers({two.as_peer({line.port()})});
  ASSERT_TRUE(eventually([&] { return line.accepted() >= 8; }));
  // At the least 25 + 50 + 100 + 4 * 200; with the first wait each time it would be 175 to 350.
  EXPECT_GE(Clock::now() - begun, 975ms);
}

TEST(Network, IsIdleNoLongerThanAllowedInAPartition) {
  TestNode one(1, [](NetworkOptions& options) { options.times.idle = 500ms; });
  TestNode two(2);
  TcpProxy line(two.port());
  one.network().set_peers({two.as_peer({line.port()})});
  two.network().set_peers({one.as_peer({})});
  ASSERT_TRUE(talk(one, two));
  line.hold(TcpProxy::Direction::both);
  const auto end = one.wait_for<Disconnected>(two.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->word, LinkWord::idle_link);
  line.release();
  EXPECT_TRUE(talk(one, two));
}

TEST(Network, AStalledConsumerStopsTheSenderWithinBoundsAndLosesNothing) {
  const auto small = [](NetworkOptions& options) {
    options.queues.bytes_in = 1U << 20;
    options.queues.out.bulk = {4, 4U << 20};
  };
  TestNode slow(1, small), fast(2, small), third(3, small);
  slow.network().set_peers({fast.as_peer(), third.as_peer()});
  fast.network().set_peers({slow.as_peer({})});
  third.network().set_peers({slow.as_peer({})});
  ASSERT_TRUE(fast.wait_for<Connected>(slow.id()));
  ASSERT_TRUE(third.wait_for<Connected>(slow.id()));

  // Nobody takes events at `slow` for a while.
  std::uint8_t queued = 0;
  auto refused_since = Clock::time_point::max();
  const auto give_up = Clock::now() + patience;
  const auto is_full = [&] {
    return Clock::now() - 300ms > refused_since && slow.network().counters().peers.at(0).pauses > 0;
  };
  while (queued < 200 && Clock::now() < give_up && !is_full()) {
    crypto::Bytes bytes(512U << 10, queued);
    if (was_queued(fast.network().send(slow.id(), {blocks_kind, bytes}))) {
      ++queued;
      refused_since = Clock::time_point::max();
      continue;
    }
    refused_since = std::min(refused_since, Clock::now());
    std::this_thread::sleep_for(5ms);
  }
  ASSERT_LT(queued, 200);
  const auto at_fast = fast.network().counters().peers.at(0);
  EXPECT_GT(at_fast.refused, 0U);
  EXPECT_LE(at_fast.waiting_out_bytes, 4U << 20);
  const auto at_slow = slow.network().counters().peers.at(0);
  EXPECT_GT(at_slow.pauses, 0U);
  EXPECT_LE(at_slow.waiting_in_bytes, (1U << 20) + (512U << 10) + frame_header_size);

  // The third is served nevertheless, and in its turn.
  ASSERT_TRUE(was_queued(third.network().send(slow.id(), vote("third"))));
  ASSERT_TRUE(eventually([&] { return slow.network().counters().peers.at(1).frames_in == 1; }));
  int events_before_third = 0;
  while (const auto event = slow.network().next(Clock::now() + patience)) {
    if (event->peer == third.id() && std::holds_alternative<Frame>(event->what)) break;
    ++events_before_third;
  }
  EXPECT_LE(events_before_third, 4);

  // All that was queued comes, in order: what the loop above took is counted at its end.
  const std::uint8_t seen = static_cast<std::uint8_t>(events_before_third - 2);
  for (std::uint8_t next = seen; next < queued; ++next) {
    const auto frame = slow.wait_for<Frame>(fast.id());
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame->bytes.at(0), next);
  }
}

TEST(Network, APausedLinkIsNotIdle) {
  const auto small = [](NetworkOptions& options) {
    options.queues.frames_in = 1;
    options.times.idle = 300ms;
  };
  TestNode slow(1, small), fast(2);
  slow.network().set_peers({fast.as_peer()});
  fast.network().set_peers({slow.as_peer({})});
  ASSERT_TRUE(fast.wait_for<Connected>(slow.id()));
  // Again where the link was idle for too long before the first came.
  ASSERT_TRUE(eventually([&] {
    fast.network().send(slow.id(), vote("a"));
    return slow.network().counters().peers.at(0).pauses > 0;
  }));
  std::this_thread::sleep_for(800ms);
  EXPECT_TRUE(slow.connected_to(fast.id()));
}

TEST(Network, RemovingAPeerEndsItsLink) {
  TestNode one(1), two(2);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  one.network().set_peers({});
  EXPECT_EQ(one.network().send(two.id(), vote("a")), SendResult::no_such_peer);
  const auto end = one.wait_for<Disconnected>(two.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->word, LinkWord::not_a_peer);
  EXPECT_TRUE(two.wait_for<Disconnected>(one.id()));
  // And it is a stranger from now on.
  EXPECT_TRUE(eventually([&] { return one.stranger_words(LinkWord::unknown_key) > 0; }));
}

// Over the link that stands the node hears of its member's new key.
TEST(Network, ALinkGoesOnForAWhileWhenItsPeersKeyIsReplaced) {
  TestNode one(1), two(2);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  auto rotated = TestNode(3).as_peer({});
  rotated.id = two.id();
  one.network().set_peers({rotated});
  ASSERT_TRUE(talk(one, two));
  ASSERT_TRUE(talk(two, one));
  EXPECT_TRUE(one.connected_to(two.id()));
}

TEST(Network, ALinkEndsAWhileAfterItsPeersKeyIsReplaced) {
  TestNode one(1, [](NetworkOptions& options) { options.times.replaced = 500ms; });
  TestNode two(2);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  auto rotated = TestNode(3).as_peer({});
  rotated.id = two.id();
  const auto replaced = Clock::now();
  one.network().set_peers({rotated});
  const auto end = one.wait_for<Disconnected>(two.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->word, LinkWord::not_a_peer);
  EXPECT_GE(Clock::now() - replaced, 500ms);
  // And with the old key nobody gets in.
  EXPECT_TRUE(eventually([&] { return one.stranger_words(LinkWord::unknown_key) > 0; }));
  EXPECT_FALSE(one.connected_to(two.id()));
}

TEST(Network, AnotherKeyEndsTheLinkOfTheOld) {
  TestNode one(1), two(2);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  TestNode successor(3);
  successor.network().set_peers({one.as_peer()});
  auto rotated = successor.as_peer();
  rotated.id = two.id();
  one.network().set_peers({rotated});
  ASSERT_TRUE(one.wait_for<Disconnected>(two.id()));
  ASSERT_TRUE(one.wait_for<Connected>(two.id()));
  EXPECT_TRUE(successor.wait_for<Connected>(one.id()));
  EXPECT_TRUE(eventually([&] { return !two.connected_to(one.id()); }));
}

TEST(Network, KeepsTheLinksOfPeersThatStay) {
  TestNode one(1), two(2), three(3);
  introduce(one, two);
  ASSERT_TRUE(talk(one, two));
  std::this_thread::sleep_for(100ms);
  const auto links = one.network().counters().peers.at(0).links;
  one.network().set_peers({two.as_peer(), three.as_peer()});
  one.network().set_peers({two.as_peer({})});
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(one.network().counters().peers.at(0).links, links);
  EXPECT_TRUE(talk(one, two));
}

TEST(Network, StoppingUnderLoadSendsWhatWasQueued) {
  TestNode one(1, [](NetworkOptions& options) { options.times.stop = 1min; });
  TestNode two(2);
  one.network().set_peers({two.as_peer()});
  two.network().set_peers({one.as_peer({})});
  ASSERT_TRUE(one.wait_for<Connected>(two.id()));
  ASSERT_TRUE(two.wait_for<Connected>(one.id()));
  int queued = 0;
  for (int i = 0; i < 500; ++i) {
    queued += was_queued(one.network().send(two.id(), vote(std::to_string(i)))) ? 1 : 0;
    two.network().send(one.id(), {status_kind, crypto::Bytes(200)});
  }
  one.network().stop();
  EXPECT_EQ(one.network().send(two.id(), vote("late")), SendResult::not_connected);
  for (int i = 0; i < queued; ++i)
    ASSERT_EQ(text_of(two.wait_for<Frame>(one.id())), std::to_string(i));
  const auto end = two.wait_for<Disconnected>(one.id());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->word, LinkWord::closed_by_peer);
  EXPECT_EQ(one.network().counters().peers.at(0).words[index_of(LinkWord::stopping)], 1U);
}

TEST(Network, StoppingWaitsNoLongerThanAllowedForAStalledPeer) {
  TestNode node(1, [](NetworkOptions& options) { options.times.stop = 300ms; });
  const auto key = secret_key(2);
  node.network().set_peers({{{2}, "member", key.public_key(), {}}});
  RawPeer peer(RawSocket::connect(node.port()), {&key});
  peer.say_hello({1, network_id()});
  ASSERT_TRUE(node.wait_for<Connected>({2}));
  for (std::uint8_t i = 0; i < 64; ++i)
    node.network().send({2}, {blocks_kind, crypto::Bytes(1U << 20, i)});
  auto in_handshake = RawSocket::connect(node.port());
  const auto begun = Clock::now();
  node.network().stop();
  EXPECT_LT(Clock::now() - begun, 5s);
  EXPECT_TRUE(in_handshake.ends());
  EXPECT_TRUE(node.wait_for<Disconnected>({2}));
}

TEST(Network, StopsWithoutEverHavingStarted) {
  Network network(test_options(), secret_key(1));
  network.stop();
  EXPECT_FALSE(network.next(Clock::time_point::max()));
}

TEST(Network, SaysWhyItCannotListen) {
  TestNode one(1);
  auto options = test_options();
  options.listen = one.address();
  Network taken(options, secret_key(2));
  EXPECT_EQ(
      taken.start().error(),
      fmt::format("cannot listen on 127.0.0.1 port {} for other members' nodes: Address already "
                  "in use",
                  options.listen->port));
  options.listen = Address{"localhost:80", 0};
  Network named(options, secret_key(2));
  EXPECT_EQ(named.start().error(), "'localhost:80' is not an IP address");
}

}  // namespace
}  // namespace centime::network
