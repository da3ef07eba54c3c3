#include "api/client_limits.h"

#include <gtest/gtest.h>

namespace centime::api {
namespace {

using std::chrono::milliseconds;
const ClientLimits::Clock::time_point start{std::chrono::hours(1)};

TEST(ClientLimits, GivesABurstAndThenTheRate) {
  ClientLimits limits({10, 5, 10, 10});
  auto lease = limits.connect("a", start);
  ASSERT_TRUE(lease);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(lease->take(start));
  EXPECT_FALSE(lease->take(start));
  EXPECT_FALSE(lease->take(start + milliseconds(99)));
  EXPECT_TRUE(lease->take(start + milliseconds(101)));
  EXPECT_FALSE(lease->take(start + milliseconds(102)));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(lease->take(start + milliseconds(60'000)));
  EXPECT_FALSE(lease->take(start + milliseconds(60'000)));  // No more than the burst is saved.
}

TEST(ClientLimits, RemembersAClientBetweenConnections) {
  ClientLimits limits({1, 1, 10, 10});
  EXPECT_TRUE(limits.connect("a", start)->take(start));
  EXPECT_FALSE(limits.connect("a", start)->take(start));
  EXPECT_TRUE(limits.connect("b", start)->take(start));
}

TEST(ClientLimits, CountsConnectionsUntilTheyEnd) {
  ClientLimits limits({1, 1, 2, 10});
  auto first = limits.connect("a", start);
  {
    auto second = limits.connect("a", start);
    EXPECT_TRUE(second);
    EXPECT_FALSE(limits.connect("a", start));
    EXPECT_TRUE(limits.connect("b", start));
  }
  EXPECT_TRUE(limits.connect("a", start));
}

TEST(ClientLimits, AnIPv6NetworkIsOneClient) {
  EXPECT_EQ(client_of("2001:db8::1"), client_of("2001:db8::ffff:1"));
  EXPECT_NE(client_of("2001:db8::1"), client_of("2001:db8:0:1::1"));
  EXPECT_NE(client_of("192.0.2.1"), client_of("192.0.2.2"));
  EXPECT_EQ(client_of("nobody"), "nobody");
}

TEST(ClientLimits, StrangersShareOneAllowanceWhenTheTableIsFull) {
  ClientLimits limits({1, 2, 10, 2});
  auto a = limits.connect("a", start), b = limits.connect("b", start);
  auto c = limits.connect("c", start), d = limits.connect("d", start);
  EXPECT_TRUE(c->take(start));
  EXPECT_TRUE(d->take(start));
  EXPECT_FALSE(c->take(start));
  EXPECT_TRUE(a->take(start));
}

TEST(ClientLimits, ForgetsWhoIsGoneAndRested) {
  ClientLimits limits({1, 2, 10, 2});
  limits.connect("spent", start)->take(start);
  limits.connect("idle", start);
  const auto later = start + milliseconds(500);
  auto fresh = limits.connect("fresh", later);  // Takes the idle one's place, not the spent one's.
  EXPECT_TRUE(fresh->take(later));
  EXPECT_TRUE(fresh->take(later));
  EXPECT_FALSE(fresh->take(later));
  auto spent = limits.connect("spent", later);
  EXPECT_TRUE(spent->take(later));
  EXPECT_FALSE(spent->take(later));
}

TEST(ClientLimits, NoRateMeansNoLimit) {
  ClientLimits limits({0, 0, 10, 10});
  auto lease = limits.connect("a", start);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(lease->take(start));
}

}  // namespace
}  // namespace centime::api
