// Strangers in numbers: what they cost, and that members go on.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "tests/network/raw_peer.h"
#include "tests/network/test_node.h"

namespace centime::network {
namespace {

using namespace testing;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096;
}

std::string stranger_address(int number) {
  return "127.1." + std::to_string(number / 200) + "." + std::to_string(1 + number % 200);
}

// Strangers from as many addresses, half of them silent and half of them speaking garbage, hold
// their connections while a known pair talks and a third known node comes in.
void flood(int strangers) {
  TestNode one(1), two(2), three(3);
  one.network().set_peers({two.as_peer({}), three.as_peer({})});
  two.network().set_peers({one.as_peer()});
  ASSERT_TRUE(one.wait_for<Connected>(two.id()));
  ASSERT_TRUE(two.wait_for<Connected>(one.id()));
  const auto before = resident_bytes();

  std::vector<RawSocket> held;
  for (int i = 0; i < strangers; ++i) {
    held.push_back(RawSocket::connect(one.port(), stranger_address(i)));
    // The beginning of a ClientHello, which promises more.
    if (i % 2 == 1) held.back().write(crypto::Bytes{0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00});
    if (i % 10 != 0) continue;
    ASSERT_TRUE(was_queued(two.network().send(one.id(), {vote_kind, crypto::Bytes(100)})));
    ASSERT_TRUE(one.wait_for<Frame>(two.id()));
  }
  ASSERT_TRUE(eventually([&] {
    return one.network().counters().accepted == static_cast<std::uint64_t>(strangers) + 1;
  }));
  EXPECT_LE(one.network().counters().handshakes, Door::Options{}.strangers);
  // A handshake holds some 100 kB: the door's places bound it, not the number of strangers.
  EXPECT_LT(resident_bytes(), before + (48U << 20));

  three.network().set_peers({one.as_peer()});
  EXPECT_TRUE(one.wait_for<Connected>(three.id()));
  const auto& words = one.network().counters().strangers;
  EXPECT_GE(words[static_cast<std::size_t>(LinkWord::too_many_handshakes)] +
                words[static_cast<std::size_t>(LinkWord::rate_limited)],
            static_cast<std::uint64_t>(strangers) / 2);
  EXPECT_EQ(one.peer_words(two.id(), LinkWord::idle_link), 0U);
  EXPECT_EQ(one.network().counters().peers.at(0).links, 1U);
}

rlim_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST(Flood, TwoHundredStrangersTakeNothingFromMembers) { flood(200); }

TEST(Flood, AThousandStrangersTakeNothingFromMembers) {
  ASSERT_GE(raise_descriptor_limit(), 4096U);
  flood(1000);
}

// From one address, the members' own: the hardest case for those that come in.
TEST(Flood, StrangersFromAMembersAddressDelayItsLinkAndNoMore) {
  TestNode one(1), two(2);
  one.network().set_peers({two.as_peer({})});
  {
    std::vector<RawSocket> held;
    for (int i = 0; i < 200; ++i) held.push_back(RawSocket::connect(one.port()));
    two.network().set_peers({one.as_peer()});
  }
  EXPECT_TRUE(one.wait_for<Connected>(two.id()));
}

}  // namespace
}  // namespace centime::network
