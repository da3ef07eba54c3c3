// Several engines together: agreement, faults, restarts, catching up.
#include <gtest/gtest.h>
// Before rapidcheck's own.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/consensus/network.h"

namespace centime::consensus {
namespace {

using namespace test;

TEST(NetworkOfOne, CommitsABlockInOneStepWithNothingButTheFinalRow) {
  LoneEngine lone(0, 1);
  std::uint64_t signatures = 0;
  EngineOptions options = options_for(1, 0);
  options.sign = [&](crypto::BytesView message) {
    ++signatures;
    return key_of(0).sign(message);
  };
  Engine engine(std::move(options), genesis_state());
  engine.start({});
  Step step = engine.step({}, Work{1});
  crypto::Digest parent = digest_of("genesis");
  for (std::uint64_t height = 1; height <= 20; ++height) {
    const auto asked = all<Build>(step);
    ASSERT_EQ(asked.size(), 1);
    EXPECT_EQ(asked[0].parent, parent);
    const Block block = block_on(parent, height, 0, std::to_string(height), asked[0].earliest_ms);
    step = engine.step({}, Built{asked[0].view, block});
    ASSERT_EQ(all<Commit>(step).size(), 1);
    const Commit commit = all<Commit>(step)[0];
    EXPECT_EQ(commit.blocks.size(), 1);
    EXPECT_EQ(commit.finalization.kind, VoteKind::finalize);
    EXPECT_TRUE(verify_certificate(set_of(1), commit.finalization));
    EXPECT_EQ(engine.fin(), (Finalized{0, {height}, {height}, block.hash}));
    ASSERT_EQ(step.rows.size(), 1);
    EXPECT_EQ(step.rows[0].first, final_key());
    EXPECT_EQ(step.batch, height);
    EXPECT_EQ(signatures, 2 * height);
    parent = block.hash;
  }
}

TEST(NetworkOfOne, NeverSignsTwoBlocksInOneViewAcrossARestart) {
  Disk disk = genesis_disk();
  View last{0};
  for (std::uint64_t height = 1; height <= 10; ++height) {
    LoneEngine lone(0, 1, disk);
    const auto asked = all<Build>(lone.give(Work{1}));
    ASSERT_EQ(asked.size(), 1);
    const Step step =
        lone.give(Built{asked[0].view, block_on(asked[0].parent, height, 0, std::to_string(height),
                                                asked[0].earliest_ms)});
    ASSERT_EQ(all<Commit>(step).size(), 1);
    EXPECT_GT(all<Commit>(step)[0].finalization.view, last);
    last = all<Commit>(step)[0].finalization.view;
    disk = lone.disk;
  }
}

TEST(Network, OfAnySizeMakesASubmissionFinal) {
  for (const std::uint16_t n : Peers{1, 2, 3, 4, 5, 6, 7, 10}) {
    Network network(n);
    network.submit("a");
    network.submit("b");
    EXPECT_TRUE(network.run_until_final("a", 5'000)) << n;
    EXPECT_TRUE(network.run_until_final("b", 5'000)) << n;
    EXPECT_TRUE(network.agrees());
    for (const Network::Node& node : network.nodes) {
      EXPECT_EQ(node.chain.size(), 2) << "no block is empty or repeated";
      EXPECT_TRUE(node.alarms.empty());
      EXPECT_TRUE(node.evidence.empty());
    }
  }
}

TEST(Network, OfFourIsFinalAfterThreeMessageDelays) {
  Network network(4);
  network.run(2'000);
  const std::int64_t before = network.time;
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a", 5'000));
  EXPECT_LE(network.time - before, 3 * network.delay_ms);
}

TEST(Network, IsQuietWhenIdle) {
  Network network(4);
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a"));
  network.run(10'000);
  std::vector<View> views;
  for (const auto& node : network.nodes) views.push_back(node.engine->view());
  const std::size_t messages = network.messages;
  network.run(60'000);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(network.nodes[i].engine->view(), views[i]);
    EXPECT_EQ(network.nodes[i].chain.size(), 1);
  }
  EXPECT_LE(network.messages - messages, 4U * 3 * 13) << "only STATUS, every five seconds";
}

TEST(Network, SkipsASilentLeader) {
  for (std::uint16_t silent = 0; silent < 4; ++silent) {
    Network network(4);
    network.crash(silent);
    for (const char* text : {"a", "b", "c", "d", "e"}) {
      network.submit(text);
      EXPECT_TRUE(network.run_until_final(text, 30'000)) << silent << text;
    }
    EXPECT_TRUE(network.agrees());
  }
}

TEST(Network, LetsALateOneCatchUp) {
  Network network(4);
  network.crash(3);
  for (int i = 0; i < 100; ++i) {
    network.submit("tx" + std::to_string(1'000 + i));
    ASSERT_TRUE(network.run_until_final("tx" + std::to_string(1'000 + i), 30'000)) << i;
  }
  network.start(3);
  const auto caught_up = [&] {
    return network.nodes[3].chain.size() == network.nodes[0].chain.size();
  };
  EXPECT_TRUE(network.run(60'000, caught_up));
  EXPECT_TRUE(network.agrees());
  network.submit("after");
  EXPECT_TRUE(network.run_until_final("after"));
}

TEST(Network, StopsWithoutAQuorumAndGoesOnWhenItIsBack) {
  Network network(4);
  bool split = true;
  network.passes = [&](std::uint16_t from, std::uint16_t to, const Message&) {
    return !split || from / 2 == to / 2;
  };
  network.submit("a");
  EXPECT_FALSE(network.run_until_final("a", 120'000));
  for (const auto& node : network.nodes) EXPECT_TRUE(node.chain.empty());
  split = false;
  EXPECT_TRUE(network.run_until_final("a", 40'000));
  EXPECT_TRUE(network.agrees());
}

TEST(Network, SurvivesAnInvalidProposer) {
  Network network(4);
  // Each proposes it when it leads; the others have something better.
  network.submit_at(0, "bad news");
  for (std::uint16_t i = 1; i < network.size(); ++i) network.submit_at(i, "good");
  EXPECT_TRUE(network.run_until_final("good"));
  EXPECT_TRUE(network.agrees());
  for (const auto& node : network.nodes) {
    for (const Block& block : node.chain)
      EXPECT_FALSE(crypto::as_text(block.body.value).contains("bad"));
    EXPECT_TRUE(node.alarms.empty());
  }
}

// Honest validators never sign a contradiction and never frame each other, wherever they restart.
void expect_honest(const Network& network) {
  for (const Network::Node& node : network.nodes) {
    EXPECT_TRUE(node.evidence.empty());
    EXPECT_TRUE(node.alarms.empty());
    for (const Vote& a : node.votes) {
      for (const Vote& b : node.votes) EXPECT_FALSE(contradiction(a, b));
    }
  }
}

// One validator, or all, stop right after the k-th durable write, before anything is sent.
class RestartAtEachWrite : public testing::TestWithParam<std::tuple<std::uint64_t, bool>> {};

TEST_P(RestartAtEachWrite, LosesNothingAndAgrees) {
  const auto [at, everybody] = GetParam();
  Network network(4);
  std::uint64_t writes = 0;
  bool crashed = false;
  network.on_write = [&, at = at, everybody = everybody](std::uint16_t index) {
    if (crashed || ++writes != at) return;
    crashed = true;
    for (std::uint16_t i = 0; i < 4; ++i) {
      if (everybody || i == index) network.crash(i);
    }
  };
  for (const char* text : {"a", "b", "c"}) network.submit(text);
  network.run(200);
  for (std::uint16_t i = 0; i < 4; ++i) {
    if (!network.up(i)) network.start(i);
  }
  for (const char* text : {"a", "b", "c"}) {
    EXPECT_TRUE(network.run_until_final(text, 60'000)) << text;
  }
  EXPECT_TRUE(crashed || at > writes);
  EXPECT_TRUE(network.agrees());
  EXPECT_EQ(network.nodes[0].chain.size(), 3);
  expect_honest(network);
}

INSTANTIATE_TEST_SUITE_P(EachWrite, RestartAtEachWrite,
                         testing::Combine(testing::Range<std::uint64_t>(1, 37), testing::Bool()));

// The first four views of a network that hears nothing for a while: nobody can vote itself stuck.
RC_GTEST_PROP(Network, AgreesAndGoesOnWhateverWasLost, ()) {
  const auto n = *rc::gen::element<std::uint16_t>(4, 5, 7);
  const auto lost = *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 100));
  const auto percent = *rc::gen::inRange(0, 60);
  const auto crashes = *rc::gen::container<std::vector<std::pair<int, std::uint16_t>>>(
      rc::gen::pair(rc::gen::inRange(50, 4'000), rc::gen::inRange<std::uint16_t>(0, n)));
  Network network(n);
  std::size_t count = 0;
  bool lossy = true;
  network.passes = [&](std::uint16_t, std::uint16_t, const Message&) {
    return !lossy || lost[count++ % lost.size()] >= percent;
  };
  for (const char* text : {"a", "b", "c"}) network.submit(text);
  for (const auto& [ms, index] : crashes) {
    network.run(ms);
    if (network.up(index)) {
      network.crash(index);
    } else {
      network.start(index);
    }
  }
  network.run(3'000);
  lossy = false;
  for (std::uint16_t i = 0; i < n; ++i) {
    if (!network.up(i)) network.start(i);
  }
  for (const char* text : {"a", "b", "c"}) RC_ASSERT(network.run_until_final(text, 120'000));
  RC_ASSERT(network.agrees());
  for (const Network::Node& node : network.nodes) {
    RC_ASSERT(node.evidence.empty());
    RC_ASSERT(node.alarms.empty());
    RC_ASSERT(node.chain.size() == 3U);
  }
}

TEST(Network, GivesTheSameTraceForTheSameInputs) {
  const auto trace = [] {
    Network network(4);
    network.submit("a");
    network.run(3'000);
    crypto::Bytes bytes;
    for (const auto& node : network.nodes) {
      for (const auto& [key, value] : node.disk) {
        bytes.insert(bytes.end(), key.begin(), key.end());
        bytes.insert(bytes.end(), value.begin(), value.end());
      }
    }
    return crypto::sha256(bytes);
  };
  EXPECT_EQ(trace(), trace());
}

TEST(Rejoin, SignsNothingUntilAQuorumOfOthersHasProvenWhereItIs) {
  Network network(4);
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a"));
  network.crash(0);
  network.nodes[0].disk = genesis_disk();
  network.nodes[0].chain.clear();
  network.nodes[0].finalizations.clear();
  const std::size_t votes = network.nodes[0].votes.size();
  const auto others_talk = [&](bool talk) {
    network.passes = [talk](std::uint16_t from, std::uint16_t to, const Message&) {
      return talk || !(from == 3 && to == 0);
    };
  };
  others_talk(false);
  network.start(0, true);
  network.run(30'000);
  EXPECT_TRUE(network.nodes[0].engine->observing()) << "one of the three others is not heard";
  EXPECT_EQ(network.nodes[0].votes.size(), votes);

  others_talk(true);
  EXPECT_TRUE(network.run(30'000, [&] { return !network.nodes[0].engine->observing(); }));
  EXPECT_TRUE(network.nodes[0].disk.contains(abstain_key(0)));
  for (const char* text : {"b", "c", "d", "e"}) {
    network.submit(text);
    EXPECT_TRUE(network.run_until_final(text, 60'000)) << text;
  }
  EXPECT_GT(network.nodes[0].votes.size(), votes) << "it votes again";
  EXPECT_FALSE(network.nodes[0].disk.contains(abstain_key(0))) << "and no longer abstains";
  expect_honest(network);
}

TEST(Rejoin, AbstainsThroughTheViewAfterTheHighestProven) {
  EngineOptions options = options_for(4, 3);
  options.rejoin = true;
  LoneEngine lone(std::move(options));
  lone.certificate(VoteKind::nullify, {4});
  for (const std::uint16_t peer : Peers{0, 1}) {
    lone.give(peer, Status{0, {5}, {0}, {0}, digest_of("genesis"), 0, 0, {}});
  }
  lone.give(2, Status{0, {7}, {0}, {0}, digest_of("genesis"), 0, 0, {}});
  EXPECT_TRUE(lone.engine.observing()) << "view 7 is not proven";
  const Step step = lone.certificate(VoteKind::nullify, {6});
  EXPECT_TRUE(lone.engine.observing()) << "how the views below were passed is not known";
  const auto asked = sent<GetCertificates>(step);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked.front().views.items, (std::vector<View>{{1}, {2}, {3}, {5}}));
  for (const std::uint64_t view : std::vector<std::uint64_t>{1, 2, 3, 5})
    lone.certificate(VoteKind::nullify, {view});
  EXPECT_FALSE(lone.engine.observing());
  EXPECT_EQ(read_disk(lone.disk).certificates.size(), 6U);
  EXPECT_EQ(read_disk(lone.disk).abstain_through, View{8});
  lone.give(Work{1});
  EXPECT_TRUE(sent<Vote>(lone.wait(30'000)).empty()) << "view 7 may have been voted in";
  lone.certificate(VoteKind::nullify, {8});
  EXPECT_FALSE(sent<Vote>(lone.wait(30'000)).empty());
}

TEST(Rejoin, EndsWhereACertificateNamesALaterParent) {
  EngineOptions options = options_for(4, 3);
  options.rejoin = true;
  LoneEngine lone(std::move(options));
  lone.certificate(VoteKind::notarize, {2}, {{9}, {1}, digest_of("liars")});
  for (const std::uint16_t peer : Peers{0, 1, 2}) {
    lone.give(peer, Status{0, {3}, {0}, {0}, digest_of("genesis"), 0, 0, {}});
  }
  EXPECT_TRUE(lone.engine.observing()) << "how view 1 was passed is not known";
  lone.certificate(VoteKind::nullify, {1});
  EXPECT_FALSE(lone.engine.observing());
}

}  // namespace
}  // namespace centime::consensus
