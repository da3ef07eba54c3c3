#include "node/runtime/waiting_requests.h"

#include <gtest/gtest.h>

namespace centime::runtime {
namespace {

using consensus::Millis;
using consensus::PeerIndex;

WaitingRequests::Request of_log(PeerIndex peer, std::uint64_t height = 1) {
  return consensus::ServeChain{peer, {{height}}};
}
WaitingRequests::Request of_open_block(PeerIndex peer) {
  return consensus::ServeBlocks{peer, {}, {std::make_shared<const consensus::Block>()}};
}
PeerIndex peer_of(const std::optional<WaitingRequests::Request>& request) {
  return request ? std::visit([](const auto& each) { return each.to; }, *request) : PeerIndex{99};
}

TEST(WaitingRequests, LeaveThreeQuartersOfTheTimeToOthersWhoeverAsks) {
  WaitingRequests requests;
  EXPECT_FALSE(requests.due());
  Millis at_work{0};
  Millis now{1'000};
  int answers = 0;
  while (now < Millis{11'000}) {
    for (PeerIndex each = 0; each < 50; ++each) requests.add(of_log(each));
    now = std::max(now, *requests.due());
    ASSERT_TRUE(requests.next(now));
    const Millis work{answers++ % 2 == 0 ? 40 : 0};
    now += work;
    at_work += work;
    requests.answered(now, work);
    EXPECT_FALSE(requests.next(now + Millis{2})) << "also after one that took no time";
  }
  EXPECT_LE(at_work, Millis{2'500});
  EXPECT_GE(at_work, Millis{2'000});
}

TEST(WaitingRequests, HaveTheirTurnsAndAGreedyPeerHasOne) {
  WaitingRequests requests;
  requests.add(of_log(1));
  requests.add(of_log(2));
  for (std::uint64_t i = 0; i < 100; ++i) requests.add(of_log(1, i));
  requests.add(of_log(3));
  EXPECT_EQ(requests.size(), 3U);
  const auto first = requests.next(Millis{0});
  EXPECT_EQ(std::get<consensus::ServeChain>(*first).request.from.value, 99U) << "its newest";
  requests.add(of_log(1));
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 2);
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 3);
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 1);
  EXPECT_FALSE(requests.next(Millis{0}));
}

TEST(WaitingRequests, OfOpenBlocksComeFirst) {
  WaitingRequests requests;
  for (PeerIndex peer = 0; peer < 5; ++peer) requests.add(of_log(peer));
  requests.add(of_open_block(7));
  requests.add(of_open_block(8));
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 7);
  // However many ask for such, the others go on.
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 0);
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 8);
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 1);
  EXPECT_EQ(peer_of(requests.next(Millis{0})), 2);
}

}  // namespace
}  // namespace centime::runtime
