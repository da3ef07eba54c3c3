#include "api/standing.h"

#include <gtest/gtest.h>

namespace centime::api {
namespace {

// Four validators, this one first, all of them there and at the same height.
runtime::ReplicaReport calm() {
  runtime::ReplicaReport report;
  report.height = 100;
  report.quorum = 3;
  for (const auto* name : {"a", "b", "c", "d"})
    report.validators.push_back(
        {.member = {name}, .connected = true, .heard = true, .height = 100});
  return report;
}

TEST(Standing, IsCurrentWhileAQuorumIsThereAndNobodyIsFarAhead) {
  auto report = calm();
  report.validators[3].connected = false;
  report.validators[1].height = report.validators[2].height = 105;
  const auto standing = standing_of(report, 100);
  EXPECT_EQ(standing.word, Standing::current);
  EXPECT_EQ(standing.blocks_behind, 5U);
  EXPECT_FALSE(standing.stale());
}

TEST(Standing, IsBehindOnceAnotherToldOfMuchNewerBlocks) {
  auto report = calm();
  report.validators[1].height = 111;
  report.validators[2].height = 112;
  EXPECT_EQ(standing_of(report, 100).blocks_behind, 11U);
  EXPECT_EQ(standing_of(report, 100).word, Standing::behind);
  EXPECT_TRUE(standing_of(report, 100).stale());
  EXPECT_EQ(standing_of(report, 110).word, Standing::current) << "what is shown counts";
  report.validators[1].heard = false;
  EXPECT_EQ(standing_of(report, 100).word, Standing::current);
}

// Every node would say of itself what one liar wants.
TEST(Standing, BelievesNoMoreVotersThanMayLie) {
  auto report = calm();
  report.validators[1].height = ~std::uint64_t{0};
  EXPECT_EQ(standing_of(report, 100).word, Standing::current);
  EXPECT_EQ(standing_of(report, 100).blocks_behind, 0U);
  EXPECT_EQ(newest_height(report, 100), 100U);
  report.validators.clear();
  EXPECT_EQ(newest_height(report, 100), 100U);
}

TEST(Standing, IsCutOffWithoutAQuorum) {
  auto report = calm();
  report.validators[2].connected = report.validators[3].connected = false;
  EXPECT_EQ(standing_of(report, 100).word, Standing::cut_off);
}

TEST(Standing, AFollowerHearsOfAllFromOne) {
  auto report = calm();
  report.role = runtime::ReplicaRole::follower;
  for (runtime::PeerReport& peer : report.validators) peer.connected = false;
  EXPECT_EQ(standing_of(report, 100).word, Standing::cut_off);
  report.validators[2].connected = true;
  EXPECT_EQ(standing_of(report, 100).word, Standing::current);
}

TEST(Standing, IsHaltedByAnAlarmWhateverElseHolds) {
  auto report = calm();
  report.alarm = "conflicting_finalizations";
  report.validators[2].connected = report.validators[3].connected = false;
  EXPECT_EQ(standing_of(report, 100).word, Standing::halted);
}

// Who is frozen or halted is connected all the same.
TEST(Standing, IsStuckWhileNothingBecomesFinal) {
  auto report = calm();
  report.stuck = std::chrono::seconds(7);
  EXPECT_EQ(standing_of(report, 100).word, Standing::stuck);
  EXPECT_FALSE(standing_of(report, 100).stale()) << "there is nothing newer";
  report.role = runtime::ReplicaRole::waiting;
  EXPECT_EQ(standing_of(report, 100).word, Standing::stuck);
  report.validators[1].height = report.validators[2].height = 111;
  EXPECT_EQ(standing_of(report, 100).word, Standing::behind);
  report.validators[2].connected = report.validators[3].connected = false;
  EXPECT_EQ(standing_of(report, 100).word, Standing::cut_off);
}

TEST(Standing, ThatLearnsIsNotStale) {
  auto report = calm();
  report.role = runtime::ReplicaRole::waiting;
  EXPECT_EQ(standing_of(report, 100).word, Standing::learning);
  EXPECT_FALSE(standing_of(report, 100).stale());
}

}  // namespace
}  // namespace centime::api
