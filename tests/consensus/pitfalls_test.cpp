// One test for each way in which networks like this one were seen to fail.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/consensus/network.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

TEST(Pitfall, ANullifiedViewIsNotFinalizedByAnyOtherPathOrAfterPruning) {
  LoneEngine lone(3);
  lone.give(Work{1});
  ASSERT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
  lone.propose({1}, value_one, one);
  std::vector<Vote> votes;
  const auto collect = [&](const Step& step) {
    for (const Vote& vote : sent<Vote>(step)) votes.push_back(vote);
  };
  collect(lone.execute(lone.certificate(N, {1}, value_one)));
  collect(lone.execute(lone.propose({2}, value_two, two)));
  collect(lone.give(0, GetCertificates{0, {{{1}}}}));
  collect(lone.wait(5'000));
  collect(lone.execute(lone.certificate(F, {2}, value_two)));
  collect(lone.certificate(N, {1}, value_one));
  collect(lone.wait(5'000));
  for (const Vote& vote : votes) EXPECT_FALSE(vote.kind == F && vote.view == View{1});
}

TEST(Pitfall, AParentIsNotAcceptedWithoutNullificationsOfTheSkippedViews) {
  LoneEngine lone(0);
  lone.certificate(N, {2}, value_one, {1, 2, 3});  // View 1 is unexplained.
  const Block late = block_on(digest_of("genesis"), 1, 3, "late", 2'000);
  const Step step = lone.execute(lone.propose({3}, value_of({0}, late), late));
  EXPECT_TRUE(sent_votes(step, N).empty());
  // View 2 was notarized; only its nullification lets a leader skip it.
  EXPECT_TRUE(sent_votes(lone.execute(lone.certificate(L, {1}, {}, {1, 2, 3})), N).empty());
  EXPECT_EQ(sent_votes(lone.execute(lone.certificate(L, {2}, {}, {1, 2, 3})), N).size(), 1);
}

TEST(Pitfall, ANotarizationIsProcessedAfterTheOwnNullify) {
  LoneEngine lone(3);
  lone.give(Work{1});
  ASSERT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
  lone.propose({1}, value_one, one);
  lone.execute(lone.certificate(N, {1}, value_one));
  EXPECT_EQ(lone.engine.view(), View{2});
  EXPECT_EQ(sent_votes(lone.execute(lone.propose({2}, value_two, two)), N).size(), 1);
}

TEST(Pitfall, ASplitByNotarizationAndNullificationHeals) {
  // Half of them pass view 1 by N, half by L: nobody may reject the other's proposals for ever.
  Network network(4);
  const Certificate notarized = certificate_of(N, {1}, value_one, {0, 1, 2});
  const Certificate nullified = certificate_of(L, {1}, {}, {0, 1, 2});
  // Three may have signed both: NOTARIZE and then NULLIFY is legal.
  for (std::uint16_t i = 0; i < 4; ++i) {
    network.crash(i);
    OwnVotes votes;
    if (i != 3) {
      votes.notarized = signed_vote(N, {1}, value_one, i);
      votes.nullified = signed_vote(L, {1}, {}, i);
      network.nodes[i].disk[votes_key(0, {1})] = crypto::encode(votes);
    }
    network.nodes[i].disk[block_key(0, {1}, one.hash)] = crypto::encode(one);
    const Certificate& known = i % 2 == 0 ? notarized : nullified;
    network.nodes[i].disk[certificate_key(0, {1}, known.kind)] = crypto::encode(known);
    network.start(i);
  }
  network.submit("a");
  EXPECT_TRUE(network.run_until_final("a", 60'000));
  EXPECT_TRUE(network.agrees());
}

TEST(Pitfall, OwnVotesCountInTheOwnTallyAfterARestart) {
  // All four had signed NULLIFY and crashed; each alone is one short of a quorum without its own.
  Network network(4);
  for (std::uint16_t i = 0; i < 4; ++i) {
    network.crash(i);
    OwnVotes votes;
    if (i != 3) votes.nullified = signed_vote(L, {1}, {}, i);
    if (votes.nullified) network.nodes[i].disk[votes_key(0, {1})] = crypto::encode(votes);
  }
  for (std::uint16_t i = 0; i < 3; ++i) network.start(i);
  EXPECT_TRUE(network.run(5'000, [&] {
    return network.nodes[0].engine->view() > View{1} && network.nodes[2].engine->view() > View{1};
  }));
}

TEST(Pitfall, AVoteIsSentAgainByteForByteAfterARestart) {
  LoneEngine before(3);
  const Step first = before.execute(before.propose({1}, value_one, one));
  LoneEngine after(3, 4, before.disk);
  EXPECT_EQ(sent_votes(after.started, N), sent_votes(first, N));
  for (const Send& send : all<Send>(after.started)) EXPECT_FALSE(send.after_sync);
  const Block other = block_on(digest_of("genesis"), 1, 1, "other", 2'000);
  const Step step = after.execute(after.propose({1}, value_of({0}, other), other));
  EXPECT_TRUE(sent_votes(step, N).empty());
}

TEST(Pitfall, ALeaderSendsItsStoredProposalAgainAndBuildsNoSecond) {
  LoneEngine before(1);
  const auto asked = all<Build>(before.give(Work{1}));
  ASSERT_EQ(asked.size(), 1);
  const Step first =
      before.give(Built{asked[0].view, block_on(asked[0].parent, 1, 1, "mine", 2'000)});
  ASSERT_EQ(sent<Proposal>(first).size(), 1);
  LoneEngine after(1, 4, before.disk);
  ASSERT_EQ(sent<Proposal>(after.started).size(), 1);
  EXPECT_EQ(sent<Proposal>(after.started)[0].vote, sent<Proposal>(first)[0].vote);
  const auto served =
      all<ServeBlocks>(after.give(0, GetBlocks{sent<Proposal>(first)[0].vote.value.block, 0}));
  ASSERT_EQ(served.size(), 1) << "for its body it is asked";
  ASSERT_EQ(served[0].open.size(), 1);
  EXPECT_EQ(*served[0].open[0], sent<Proposal>(first)[0].block);
  EXPECT_TRUE(all<Build>(after.give(Work{1})).empty());
}

TEST(Pitfall, ASlowValidatorFinalizesWhatItNeverNotarized) {
  LoneEngine lone(3);
  lone.time += 1'000;
  lone.certificate(N, {1}, value_one);
  lone.wait(300);
  const Step step = lone.execute(lone.give(1, Blocks{{{one}}}));
  EXPECT_TRUE(sent_votes(step, N).empty());
  EXPECT_EQ(sent_votes(step, F).size(), 1);
}

TEST(Pitfall, AnEquivocatingLeaderCostsTwoVerificationsAndNoMemory) {
  std::size_t checks = 0;
  EngineOptions options = options_for(4, 3);
  options.verify = [&](const crypto::PublicKey& key, crypto::BytesView message,
                       const crypto::Signature& signature) {
    ++checks;
    return crypto::verify(key, message, signature);
  };
  LoneEngine lone(std::move(options));
  for (int i = 0; i < 50; ++i) {
    const Block block = block_on(digest_of("genesis"), 1, 1, std::to_string(i), 2'000);
    lone.propose({1}, value_of({0}, block), block);
  }
  EXPECT_EQ(checks, 2);
  EXPECT_LE(lone.engine.use().blocks, 1);
}

TEST(Pitfall, AForgedVoteReplacesNothingAndPoisonsNoCertificate) {
  LoneEngine lone(3);
  lone.vote(0, N, {1}, value_one);
  Vote forged = signed_vote(N, {1}, value_one, 0);
  forged.signature.bytes[7] ^= 1;
  lone.give(0, forged);
  Certificate poisoned = certificate_of(N, {1}, value_one, {0, 1, 2});
  poisoned.signatures.items[0].signature.bytes[7] ^= 1;
  EXPECT_EQ(lone.give(1, poisoned).refused, Refusal::bad_signature);
  lone.vote(1, N, {1}, value_one);
  lone.vote(2, N, {1}, value_one);
  const Step step = lone.wait(Timing{}.tell.count());
  ASSERT_EQ(sent<Certificate>(step).size(), 1);
  EXPECT_TRUE(verify_certificate(set_of(4), sent<Certificate>(step)[0]));
}

TEST(Pitfall, NothingIsPersistedThatWasNotValidated) {
  LoneEngine lone(3);
  lone.propose({1}, value_one, one);
  lone.vote(0, N, {1}, value_one);
  lone.vote(2, N, {1}, value_one);
  EXPECT_EQ(lone.disk, genesis_disk()) << "neither bodies nor votes of others before an own vote";
  lone.give(Executed{one.hash, BlockVerdict::invalid});
  for (const auto& [key, value] : lone.disk) EXPECT_NE(key, block_key(0, {1}, one.hash));
}

TEST(Pitfall, ALeaderAdoptsTheCertificateOfAnotherValueThanItsOwn) {
  LoneEngine lone(1);
  const auto asked = all<Build>(lone.give(Work{1}));
  lone.give(Built{asked.at(0).view, block_on(asked[0].parent, 1, 1, "mine", 2'000)});
  lone.time += 1'000;
  // The quorum is without this validator: its key was not used twice, the others may lie.
  lone.certificate(N, {1}, value_one, {0, 2, 3});
  EXPECT_EQ(lone.engine.view(), View{2});
  lone.propose({2}, value_two, two);
  const Step asks = lone.wait(300);
  ASSERT_EQ(sent<GetBlocks>(asks).size(), 1) << "it builds on what this leader has not seen";
  const Step step = lone.execute(lone.give(2, Blocks{{{one}}}));
  EXPECT_TRUE(sent_votes(step, F).empty()) << "D5";
  EXPECT_EQ(sent_votes(step, N).size(), 1);
}

TEST(Pitfall, DeadlinesGrowToACapAndNeverOverflow) {
  LoneEngine lone(3);
  lone.give(Work{1});
  Millis longest{0};
  for (std::uint64_t view = 1; view < 200; ++view) {
    const auto deadline = lone.engine.report().deadline;
    ASSERT_TRUE(deadline);
    const Millis length = *deadline - Millis{lone.time};
    EXPECT_GE(length, std::min(longest, Timing{}.deadline_max)) << view;
    EXPECT_LE(length, Timing{}.deadline_max) << view;
    longest = std::max(longest, length);
    ASSERT_EQ(sent_votes(lone.wait(length.count() + 1), L).size() > 0, true);
    lone.certificate(L, {view});
  }
  EXPECT_EQ(longest, Timing{}.deadline_max);
  // Any finalization brings it back.
  const View next = lone.engine.view();
  const std::uint16_t leader = lone.engine.leader(next);
  const Block block = block_on(digest_of("genesis"), 1, leader, "x", 2'000);
  lone.execute(lone.propose(next, value_of({0}, block), block));
  lone.certificate(F, next, value_of({0}, block));
  ASSERT_TRUE(lone.engine.report().deadline);
  EXPECT_EQ(*lone.engine.report().deadline - Millis{lone.time}, Timing{}.deadline_base);
}

TEST(Pitfall, ViewsAdvanceByCertificatesNeverByLocalTimers) {
  LoneEngine lone(3);
  lone.give(Work{1});
  lone.wait(600'000);
  EXPECT_EQ(lone.engine.view(), View{1});
}

TEST(Pitfall, AnInvalidProposalIsSkippedAtOnceAndNotWaitedFor) {
  Network network(4);
  network.submit("bad");
  network.submit("good");
  // "bad" sorts first, so every leader but one that has it in no pool proposes it.
  for (std::uint16_t i = 0; i < 4; ++i) {
    if (i != 1) network.nodes[i].pool.erase("bad");
  }
  EXPECT_TRUE(network.run_until_final("good", 3'000));
}

TEST(Pitfall, ACommittedBlockIsNeverCommittedAgain) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  EXPECT_EQ(all<Commit>(lone.certificate(F, {1}, value_one)).size(), 1);
  EXPECT_EQ(lone.certificate(F, {1}, value_one).refused, Refusal::stale_view);
  lone.time += 1'000;
  lone.give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0, {}});
  const Step step = lone.give(0, Chain{{{one}}, certificate_of(F, {1}, value_one, {0, 1, 2})});
  EXPECT_EQ(step.refused, Refusal::stale_view);
  EXPECT_TRUE(all<Commit>(step).empty());
}

TEST(Pitfall, NothingUnverifiedMakesMemoryGrow) {
  LoneEngine lone(3);
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    const View view{1 + i * 4};
    const Block block = block_on(digest_of("genesis"), 1, 1, std::to_string(i), 2'000);
    lone.propose(view, value_of({0}, block), block);
    lone.vote(0, L, {i}, {});
    lone.give(0, Blocks{{{block}}});
    lone.give(0, GetBlocks{block.hash, 255});
    lone.give(0, Status{0, {i}, {i}, {i}, block.hash, 0, 0, {}});
  }
  EXPECT_LE(lone.engine.use().views, Engine::views_ahead_max + 1);
  EXPECT_LE(lone.engine.use().blocks, 3);
  EXPECT_LE(lone.engine.use().votes, 2 * Engine::views_ahead_max);
}

TEST(Pitfall, AnIdleNetworkDoesNotChangeViewsAfterItsLastSubmission) {
  // The deadline that a submission armed is cleared when it is final.
  Network network(4);
  network.submit("a");
  ASSERT_TRUE(network.run_until_final("a"));
  network.run(3'000);
  const View view = network.nodes[0].engine->view();
  network.run(120'000);
  EXPECT_EQ(network.nodes[0].engine->view(), view);
}

TEST(Pitfall, ASubmissionThatOnlyOneKnowsIsFinalAllTheSame) {
  // It is told to all, as the node does; but the one that has it first may be no leader for long.
  Network network(4);
  for (std::uint16_t i = 0; i < 4; ++i) network.nodes[i].pool.insert("a");
  network.crash(1);
  network.submit("a");
  EXPECT_TRUE(network.run_until_final("a", 30'000));
}

}  // namespace
}  // namespace centime::consensus
