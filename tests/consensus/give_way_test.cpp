// D6: idle leaders give their views up for whoever submits.
#include <gtest/gtest.h>

#include "tests/consensus/network.h"

namespace centime::consensus {
namespace {

using namespace test;

constexpr std::int64_t a_while = 3'000;

std::uint16_t leader_at_rest(const Network& network) {
  const Engine& any = *network.nodes[0].engine;
  for (const auto& node : network.nodes) {
    if (node.engine) EXPECT_EQ(node.engine->view(), any.view());
  }
  return any.leader(any.view());
}

std::size_t votes_sent(const Network& network) {
  std::size_t votes = 0;
  for (const auto& node : network.nodes) votes += node.votes.size();
  return votes;
}

// One block is final, and submissions seem to come from this validator.
void settle(Network& network, std::optional<std::uint16_t> ingress) {
  network.submit("first");
  ASSERT_TRUE(network.run_until_final("first"));
  network.tell_ingress(ingress);
  network.run(a_while);
}

TEST(GiveWay, TheNetworkRestsWhereSubmissionsComeFrom) {
  for (std::uint16_t ingress = 0; ingress < 4; ++ingress) {
    Network network(4);
    settle(network, ingress);
    EXPECT_EQ(leader_at_rest(network), ingress);
    const std::size_t votes = votes_sent(network);
    network.run(600'000);
    EXPECT_EQ(leader_at_rest(network), ingress);
    EXPECT_EQ(votes_sent(network), votes) << "at rest, and not round and round";
  }
}

TEST(GiveWay, WhatItSubmitsThenIsFinalAfterThreeDelays) {
  Network network(4);
  settle(network, 2);
  network.submit_at(2, "lone");
  const std::int64_t start = network.time;
  const auto final = [&] { return Network::final_at(network.nodes[2], "lone"); };
  ASSERT_TRUE(network.run(a_while, final));
  EXPECT_EQ(network.time - start, 3 * network.delay_ms);
}

TEST(GiveWay, NobodyDoesBeforeItIsTimeOrWhileThereIsWork) {
  Network network(4);
  network.submit("first");
  ASSERT_TRUE(network.run_until_final("first"));
  const View view = network.nodes[0].engine->view();
  network.tell_ingress(network.nodes[0].engine->leader({view.value + 2}));
  network.run(Timing{}.give_way.count() - 100);
  EXPECT_EQ(network.nodes[0].engine->view(), view);
  // The others do not know of it yet, but the leader does.
  network.submit_at(network.nodes[0].engine->leader(view), "second");
  ASSERT_TRUE(network.run_until_final("second"));
  for (const auto& node : network.nodes) {
    EXPECT_EQ(node.engine->fin().view, view) << "made in the leader's own view";
  }
}

TEST(GiveWay, NobodyDoesForNobody) {
  for (const std::optional<std::uint16_t> ingress :
       {std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{4}}) {
    Network network(4);
    network.submit("first");
    ASSERT_TRUE(network.run_until_final("first"));
    const View view = network.nodes[0].engine->view();
    network.tell_ingress(ingress);
    network.run(a_while);
    EXPECT_EQ(network.nodes[0].engine->view(), view);
  }
}

// A liar has submitted last, and gives each of its own views up.
TEST(GiveWay, NobodyGoesRoundAndRoundForALiar) {
  Network network(4);
  settle(network, 2);
  network.crash(2);
  const auto passed = [&] {
    const Engine& any = *network.nodes[0].engine;
    return any.view().value - any.fin().view.value;
  };
  for (int i = 0; i < 40; ++i) {
    const View view = network.nodes[0].engine->view();
    if (network.nodes[0].engine->leader(view) != 2) break;
    for (const std::uint16_t to : std::vector<std::uint16_t>{0, 1, 3})
      network.hear(to, 2, signed_vote(VoteKind::nullify, view, {}, 2));
    network.run(a_while);
  }
  EXPECT_LE(passed(), 4 + Engine::given_up_max + 1);
  const std::uint64_t at_rest = passed();
  network.run(600'000);
  EXPECT_EQ(passed(), at_rest);
}

TEST(GiveWay, NobodyDoesForWhoLeadsOnlyAfterMany) {
  const auto views_given_up = [](std::uint64_t away) {
    Network network(16);
    network.submit("first");
    EXPECT_TRUE(network.run_until_final("first"));
    const View view = network.nodes[0].engine->view();
    network.tell_ingress(network.nodes[0].engine->leader({view.value + away}));
    network.run(a_while);
    return network.nodes[0].engine->view().value - view.value;
  };
  EXPECT_EQ(views_given_up(Engine::given_up_max), Engine::given_up_max);
  EXPECT_EQ(views_given_up(Engine::given_up_max + 1), 0U);
}

TEST(GiveWay, NobodyLeadsPastOrToWhoDidNotAnswer) {
  Network network(4);
  settle(network, 0);
  ASSERT_EQ(leader_at_rest(network), 0);
  const auto before = std::ranges::count(network.nodes[0].chain, 1, &Block::proposer);
  network.crash(1);
  // View after view, until the dead one has cost a deadline.
  for (const char* text : {"5", "6", "7", "8"}) {
    network.submit(text);
    ASSERT_TRUE(network.run_until_final(text));
  }
  network.tell_ingress(0);
  network.run(a_while);
  for (const char* text : {"91", "92", "93", "94"}) {
    const std::uint64_t view = network.nodes[0].engine->view().value;
    network.run(a_while);
    const std::uint16_t leader = network.nodes[0].engine->leader({view});
    if (leader != 1) {
      const bool stays = leader != 2 && leader != 3;  // From 2 and 3 the way to 0 is free.
      EXPECT_EQ(network.nodes[0].engine->view().value == view, stays) << leader;
    }
    network.submit(text);
    ASSERT_TRUE(network.run_until_final(text));
  }
  // Back, and its views make blocks again: a few are not enough.
  network.start(1);
  for (const std::uint32_t blocks : {Engine::blocks_owed - 1, Engine::blocks_owed}) {
    network.tell_ingress({});
    const auto by_it = [&] {
      return std::ranges::count(network.nodes[0].chain, 1, &Block::proposer) - before;
    };
    for (int i = 0; by_it() < blocks; ++i) {
      const std::string text = "back " + std::to_string(blocks) + " " + std::to_string(i) + ".";
      network.submit(text);
      ASSERT_TRUE(network.run_until_final(text));
    }
    network.tell_ingress(1);
    network.run(a_while);
    EXPECT_EQ(leader_at_rest(network) == 1, blocks == Engine::blocks_owed);
  }
}

TEST(GiveWay, ViewsThatWereGivenUpForItDoNotLengthenDeadlines) {
  Network network(4);
  network.submit("first");
  ASSERT_TRUE(network.run_until_final("first"));
  const View view = network.nodes[0].engine->view();
  network.tell_ingress(network.nodes[0].engine->leader({view.value + 3}));
  network.run(a_while);
  for (const auto& node : network.nodes) {
    EXPECT_EQ(node.engine->view().value, view.value + 3);
    EXPECT_EQ(node.engine->report().views_nullified, 0U);
  }
}

TEST(GiveWay, WhoHasItSubmittedMeanwhileWaitsForNoDeadline) {
  Network network(4);
  network.submit("first");
  ASSERT_TRUE(network.run_until_final("first"));
  network.tell_ingress(0);
  // Told to one of them while views are being given up.
  network.run(Timing{}.give_way.count() + network.delay_ms / 2);
  network.submit("meanwhile");
  const std::int64_t start = network.time;
  ASSERT_TRUE(network.run_until_final("meanwhile"));
  EXPECT_LT(network.time - start, Timing{}.deadline_base.count());
}

}  // namespace
}  // namespace centime::consensus
