// D7: at rest views are passed for whoever lost its votes.
#include <gtest/gtest.h>

#include "tests/consensus/network.h"

namespace centime::consensus {
namespace {

using namespace test;

constexpr std::int64_t long_enough = 20'000;

void remake(Network& network, std::uint16_t index) {
  network.crash(index);
  network.nodes[index].disk = genesis_disk();
  network.nodes[index].chain.clear();
  network.nodes[index].finalizations.clear();
  network.start(index, true);
}

bool votes(const Network& network, std::uint16_t index) {
  const Engine& engine = *network.nodes[index].engine;
  return !engine.observing() && engine.view() > engine.abstains_through();
}

std::size_t given_up(const Step& step) {
  std::size_t count = 0;
  for (const Vote& vote : sent<Vote>(step)) count += vote.kind == VoteKind::nullify ? 1 : 0;
  return count;
}

Status says(View view, View abstains_through) {
  return {0, view, {0}, {0}, digest_of("genesis"), 0, 0, abstains_through};
}

TEST(Abstainer, OneAfterTheOtherIsMadeAnewAtRest) {
  Network network(4);
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a"));
  for (const std::uint16_t index : Peers{0, 1, 2, 3}) {
    remake(network, index);
    EXPECT_TRUE(network.run(long_enough, [&] { return votes(network, index); })) << index;
  }
  network.crash(0);
  network.submit("b");
  EXPECT_TRUE(network.run_until_final("b", 60'000)) << "three of four have to count";
}

TEST(Abstainer, IsForgottenOnceItVotes) {
  Network network(4);
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a"));
  remake(network, 3);
  ASSERT_TRUE(network.run(long_enough, [&] { return votes(network, 3); }));
  network.run(long_enough);
  const View view = network.nodes[0].engine->view();
  network.run(600'000);
  EXPECT_EQ(network.nodes[0].engine->view(), view) << "at rest again";
}

TEST(Abstainer, NobodyIsToBlameForTheViewsThatPass) {
  LoneEngine lone(0);
  lone.give(1, says({1}, {2}));
  EXPECT_GE(given_up(lone.wait(long_enough)), 1U);
  EXPECT_EQ(lone.engine.report().views_nullified, 0U) << "so that the next deadline is no longer";
}

TEST(Abstainer, CountsOnlyForTheViewsThatItCanHaveVotedIn) {
  LoneEngine lone(0);
  lone.give(1, says({1}, {3}));
  lone.give(2, says({1}, {0}));
  lone.give(7, says({1}, {2}));  // A follower has no votes to lose.
  EXPECT_EQ(given_up(lone.wait(long_enough)), 0U);
  lone.certificate(VoteKind::nullify, {5});
  lone.give(1, says({1}, {2}));
  EXPECT_EQ(given_up(lone.wait(long_enough)), 0U) << "its views are over";
}

TEST(Abstainer, WaitsForADeadlineAndForWorkToBeDone) {
  const Millis deadline = Timing{}.deadline_base;
  LoneEngine lone(0);
  lone.give(1, says({1}, {2}));
  EXPECT_EQ(given_up(lone.wait(deadline.count() - 100)), 0U);
  EXPECT_EQ(given_up(lone.wait(200)), 1U);
}

// A liar loses its votes in each view.
TEST(Abstainer, ALiarMovesAnIdleNetworkHardly) {
  LoneEngine lone(0);
  std::size_t views = 0;
  constexpr std::int64_t an_hour = 3'600'000;
  for (const std::int64_t end = lone.time + an_hour; lone.time < end;) {
    const View view = lone.engine.view();
    lone.give(1, says(view, view.next()));
    if (given_up(lone.wait(1'000)) == 0) continue;
    ++views;
    lone.certificate(VoteKind::nullify, view);
  }
  EXPECT_GE(views, 2U);
  EXPECT_LE(views, 32U);
}

}  // namespace
}  // namespace centime::consensus
