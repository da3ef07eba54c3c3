// What a node says when the network leaves out what it was told.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

// A network whose last member has no vote any more: what it is told, others have to propose.
class WithoutVote : public testing::Test {
 protected:
  static constexpr std::size_t follower = 3;

  WithoutVote() : net_(validators) {
    net_.open_fund();
    const ledger::ValidatorChange change{
        0, {{{Replicas::name(0)}, {Replicas::name(1)}, {Replicas::name(2)}}}, {}};
    const auto proposed = net_.tell(0, Replicas::name(0), ledger::Record{{"g"}, change});
    net_.live();
    const ledger::RecordId id = (**proposed)->ids.front();
    for (const std::size_t i : {1, 2}) {
      net_.tell(0, Replicas::name(i), ledger::Record{{"g"}, ledger::Approval{id, {}}});
      net_.live();
    }
    EXPECT_EQ(net_.at(follower).report().role, ReplicaRole::follower);
  }

  // A block of the others, while `held` of what is sent stays back.
  void block(std::uint64_t number) {
    const auto told = net_.tell(0, "platform", test::crash_donation(number));
    for (int i = 0; i < 200 && !told->has_value(); ++i) {
      net_.settle(held_);
      net_.pass(milliseconds(10), held_);
    }
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
    net_.settle(held_);
  }

  Replicas net_;
  const std::function<bool(const Sent&)> held_ = [](const Sent& sent) {
    return sent.from == follower && sent.frame.kind == submission_frame;
  };
};

TEST_F(WithoutVote, IsToldWhatIsInNoBlockAlthoughThereWasRoom) {
  const auto mine = net_.tell(follower, "platform", test::crash_donation(1'000));
  // These may have been under way when it came.
  for (std::uint64_t i = 0; i < 2 * Mempool::overdue_after_blocks; ++i) block(10'000 + i);
  ASSERT_EQ(net_.at(follower).report().overdue, 0U);
  net_.pass(milliseconds(Mempool::overdue_grace_ms), held_);
  for (std::uint64_t i = 0; i + 1 < Mempool::overdue_after_blocks; ++i) block(i);
  EXPECT_EQ(net_.at(follower).report().overdue, 0U);
  EXPECT_EQ(net_.lines_with(follower, "overdue: "), 0U);
  block(100);
  EXPECT_EQ(net_.at(follower).report().overdue, 1U);
  EXPECT_EQ(net_.lines_with(follower, "overdue: 1 submissions"), 1U);
  EXPECT_EQ(net_.level_of(follower, "overdue: "), LogLevel::warn);
  // Once a minute at most.
  for (std::uint64_t i = 200; i < 210; ++i) block(i);
  EXPECT_EQ(net_.lines_with(follower, "overdue: "), 1U);
  net_.pass(std::chrono::minutes(1), held_);
  block(300);
  EXPECT_EQ(net_.lines_with(follower, "overdue: "), 2U);
  EXPECT_EQ(net_.at(0).report().overdue, 0U) << "it was not told";
  ASSERT_FALSE(mine->has_value());

  for (const Sent& sent : net_.take_held()) net_.deliver(sent);
  net_.live();
  for (int i = 0; i < 200 && !mine->has_value(); ++i) net_.pass(milliseconds(10));
  ASSERT_TRUE(mine->has_value() && (*mine)->has_value());
  EXPECT_EQ(net_.at(follower).report().overdue, 0U);
}

// What has no room in the node's own queues has reached nobody.
TEST_F(WithoutVote, AccusesNobodyOfWhatItCouldNotSend) {
  net_.refuse(held_);
  net_.tell(follower, "platform", test::crash_donation(1'000));
  net_.pass(milliseconds(2 * Mempool::overdue_grace_ms));
  for (std::uint64_t i = 0; i < 2 * Mempool::overdue_after_blocks; ++i) block(10'000 + i);
  EXPECT_EQ(net_.at(follower).report().overdue, 0U);
  EXPECT_EQ(net_.lines_with(follower, "overdue: "), 0U);
}

}  // namespace
}  // namespace centime::runtime
