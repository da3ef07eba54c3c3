// A network's only validator whose store is older than what it signed, and what it hears of that.
#include <gtest/gtest.h>

#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

constexpr std::size_t alone = 0, follower = 1;  // The others are followers, too.

bool has_blocks(const Sent& sent) {
  const auto message = read_message(sent.frame);
  return message && (std::holds_alternative<consensus::Blocks>(*message) ||
                     std::holds_alternative<consensus::Chain>(*message));
}

class ReplicaAlone : public ::testing::Test {
 protected:
  // One block is final and answered, of which the followers have the certificate only; then the
  // store of before is put back.
  void lose_a_block_that_was_certified() {
    net_.open_fund();
    pass(milliseconds(2'000));
    ASSERT_EQ(net_.at(follower).fin().height, net_.at(alone).fin().height);
    const auto copy = net_.directory(alone).string() + ".copy";
    net_.stop(alone);
    std::filesystem::copy(net_.directory(alone), copy, std::filesystem::copy_options::recursive);
    net_.start(alone);
    kept_ = net_.at(alone).fin().height;
    const auto answer = net_.tell(alone, "platform", test::crash_donation(1));
    pass(milliseconds(1'000), has_blocks);
    ASSERT_TRUE(answer->has_value());
    ASSERT_EQ(net_.at(alone).fin().height.value, kept_.value + 1);
    ASSERT_EQ(net_.at(follower).fin().height, kept_);
    net_.stop(alone);
    std::filesystem::remove_all(net_.directory(alone));
    std::filesystem::rename(copy, net_.directory(alone));
    lost_ = net_.take_held();
    net_.take_frames();
  }

  void pass(milliseconds time, const std::function<bool(const Sent&)>& held = {}) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(10))
      net_.pass(milliseconds(10), held);
  }

  Replicas net_{validators, 1};
  consensus::BlockHeight kept_;
  std::deque<Sent> lost_;
};

// It comes at once: what the only validator confirmed is in no other place until then.
TEST_F(ReplicaAlone, WhatItConfirmsIsFetchedAtOnceHoweverFastTheNextFollows) {
  net_.open_fund();
  pass(milliseconds(2'000));
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const auto answer = net_.tell(alone, "platform", test::crash_donation(i));
    pass(milliseconds(100));
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ(net_.at(follower).fin().height, net_.at(alone).fin().height);
  }
}

TEST_F(ReplicaAlone, SignsNothingInAViewThatFollowersHaveACertificateOf) {
  lose_a_block_that_was_certified();
  // Work waits before the follower is heard.
  net_.start(alone, Past::lost);
  const auto answer = net_.tell(alone, "platform", test::crash_donation(2));
  pass(milliseconds(60'000));
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(net_.at(alone).fin().height, kept_);
  EXPECT_EQ(net_.at(alone).report().role, ReplicaRole::waiting);
  for (std::size_t i = 0; i < validators; ++i)
    EXPECT_EQ(net_.at(i).report().alarm, std::nullopt) << i;
  // Somebody has the block after all.
  for (const Sent& sent : lost_) net_.deliver(sent);
  net_.live();
  pass(milliseconds(1'000));
  EXPECT_TRUE(answer->has_value());
  EXPECT_EQ(net_.at(alone).fin().height.value, kept_.value + 2);
  EXPECT_EQ(net_.at(follower).fin().height.value, kept_.value + 2);
}

// It gave a view up, its followers know that, and it does not any more.
TEST_F(ReplicaAlone, GoesOnAfterViewsThatItsOwnVotesEndedWithoutABlock) {
  net_.open_fund();
  pass(milliseconds(2'000));
  const std::uint64_t view = net_.at(alone).report().view;
  const auto height = net_.at(alone).fin().height;
  net_.stop(alone);
  const Vote given_up = net_.sign(alone, VoteKind::nullify, view, 0);
  for (PeerIndex to = follower; to < validators; ++to)
    net_.deliver({alone, to, to_frame(given_up)});
  net_.start(alone, Past::lost);
  const auto answer = net_.tell(alone, "platform", test::crash_donation(1));
  pass(milliseconds(60'000));
  EXPECT_TRUE(answer->has_value());
  for (std::size_t i = 0; i < validators; ++i) {
    EXPECT_EQ(net_.at(i).fin().height.value, height.value + 1) << i;
    EXPECT_GT(net_.at(i).fin().view.value, view) << i;
  }
}

}  // namespace
}  // namespace centime::runtime
