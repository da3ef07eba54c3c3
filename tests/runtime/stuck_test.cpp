// What a node says of a network that stands still although all of it is connected.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

// Two of four are frozen: their links stand, and nothing comes over them.
bool of_the_frozen(const Sent& sent) { return sent.from >= 2 || sent.to >= 2; }

TEST(Stuck, IsSaidOnceWorkHasWaitedInAViewThatDoesNotEnd) {
  Replicas net(validators);
  net.open_fund();
  const auto live = [&](int seconds) {
    for (int i = 0; i < 10 * seconds; ++i) net.pass(milliseconds(100), of_the_frozen);
  };
  live(20);
  EXPECT_FALSE(net.at(0).report().stuck) << "at rest nothing is stuck";

  const auto told = net.tell(0, "platform", test::crash_donation(1));
  live(3);
  EXPECT_FALSE(net.at(0).report().stuck);
  live(5);
  const ReplicaReport report = net.at(0).report();
  ASSERT_TRUE(report.stuck);
  EXPECT_GE(*report.stuck, milliseconds(5'000));
  EXPECT_LE(*report.stuck, milliseconds(8'000));
  for (const PeerReport& peer : report.validators) EXPECT_TRUE(peer.connected);
  for (const std::size_t frozen : {2, 3}) {
    EXPECT_FALSE(report.validators[frozen].notarized || report.validators[frozen].nullified);
  }
  EXPECT_GT(net.lines_with(0, "stuck: view "), 0U);
  EXPECT_EQ(net.level_of(0, "stuck: view "), LogLevel::warn);

  net.live();
  ASSERT_TRUE(told->has_value());
  EXPECT_FALSE(net.at(0).report().stuck);
}

}  // namespace
}  // namespace centime::runtime
