// Rules R6 to R10, alarms and followers: finalizing, giving up, committing, sending again.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

// ---- R6

TEST(R6Finalize, FinalizesAViewThatIsOver) {
  LoneEngine lone(3);
  lone.certificate(L, {5}, {}, {0, 1, 2});
  lone.certificate(N, {1}, value_one, {0, 1, 2});
  lone.time += 1'000;
  lone.give(Tick{});
  Step step;
  for (const std::uint16_t peer : Peers{1, 2, 0}) {
    Step answered = lone.give(peer, Blocks{{{one}}});
    if (!answered.refused && step.effects.empty()) step = lone.execute(std::move(answered));
  }
  ASSERT_EQ(sent_votes(step, F).size(), 1);
  EXPECT_EQ(sent_votes(step, F)[0].view, View{1});
  EXPECT_TRUE(lone.disk.contains(block_key(0, {1}, one.hash)));
}

TEST(R6Finalize, NeverFinalizesWhatItNullified) {
  LoneEngine lone(3);
  lone.give(Work{1});
  ASSERT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
  lone.propose({1}, value_one, one);
  EXPECT_TRUE(sent_votes(lone.execute(lone.certificate(N, {1}, value_one)), F).empty());
}

TEST(R6Finalize, NeverFinalizesAnotherValueThanItNotarized) {
  LoneEngine lone(3);
  const Block other = block_on(digest_of("genesis"), 1, 1, "other", 2'000);
  lone.execute(lone.propose({1}, value_one, one));
  lone.time += 1'000;
  lone.certificate(N, {1}, value_of({0}, other));
  const Step step = lone.execute(lone.give(1, Blocks{{{other}}}));
  EXPECT_TRUE(sent_votes(step, F).empty());
}

// ---- R7, R9

// It is final already: to finish the later view too would be for nothing.
TEST(R7Nullify, GivesNoViewUpForAFinalBlockThatIsNotarizedOnceMore) {
  LoneEngine lone(3);
  ASSERT_NO_FATAL_FAILURE(notarize_final_again(lone));
  EXPECT_TRUE(sent_votes(lone.wait(60'000), L).empty());
}

TEST(R7Nullify, GivesAViewUpAtItsDeadlineOnlyWhenThereIsWork) {
  LoneEngine lone(3);
  EXPECT_TRUE(sent_votes(lone.wait(60'000), L).empty());
  lone.give(Work{1});
  EXPECT_TRUE(sent_votes(lone.wait(1'400), L).empty());
  const Step step = lone.wait(200);
  ASSERT_EQ(sent_votes(step, L).size(), 1);
  EXPECT_TRUE(lone.disk.contains(votes_key(0, {1})));
}

TEST(R7Nullify, FollowsALeaderThatGivesUp) {
  LoneEngine lone(3);
  EXPECT_TRUE(sent_votes(lone.vote(2, L, {1}), L).empty());
  EXPECT_EQ(sent_votes(lone.vote(1, L, {1}), L).size(), 1);
}

TEST(R7Nullify, ExecutesNothingOfAViewThatItsLeaderHasGivenUp) {
  LoneEngine lone(0);
  const Block early = block_on(digest_of("genesis"), 1, 2, "early", 2'000);
  lone.vote(2, L, {2});
  lone.propose({2}, value_of({0}, early), early);
  const Step step = lone.certificate(L, {1}, {}, {1, 2, 3});
  EXPECT_EQ(lone.engine.view(), View{2});
  EXPECT_TRUE(all<Execute>(step).empty());
  EXPECT_EQ(sent_votes(step, L).size(), 1U);
}

TEST(R7Nullify, IsAllowedAfterNotarize) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  EXPECT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
}

TEST(R9Deadline, IsClearedWhenTheWorkVanishes) {
  LoneEngine lone(3);
  lone.give(Work{1});
  lone.wait(1'000);
  EXPECT_TRUE(lone.engine.report().deadline);
  lone.give(Work{0});
  EXPECT_FALSE(lone.engine.report().deadline);
  EXPECT_TRUE(sent_votes(lone.wait(10'000), L).empty());
}

TEST(R9Deadline, IsArmedByMoreThanFNullifiesOfOthers) {
  LoneEngine lone(3);
  lone.vote(0, L, {1});
  EXPECT_FALSE(lone.engine.report().deadline);
  lone.vote(2, L, {1});
  EXPECT_TRUE(lone.engine.report().deadline);
  EXPECT_EQ(sent_votes(lone.wait(2'000), L).size(), 1);
}

// What is final is no work, however often it is notarized: with some away its finalization would
// take view after view, and nobody waits for it.
TEST(R9Deadline, IsNotArmedByTheFinalBlockNotarizedAgain) {
  LoneEngine lone(3);  // The leader of view 3.
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  lone.certificate(N, {2}, {{1}, {1}, one.hash});
  ASSERT_EQ(lone.engine.view(), View{3});
  EXPECT_FALSE(lone.engine.report().deadline);
  const Step idle = lone.wait(60'000);
  EXPECT_TRUE(sent_votes(idle, L).empty());
  EXPECT_TRUE(sent<Proposal>(idle).empty());
  EXPECT_EQ(lone.engine.view(), View{3});
}

// ---- R8

// The network had no quorum for so long: what is stored with the block stays small.
TEST(R8Commit, TellsOfTheNewestViewsOnlyWhyTheyWerePassed) {
  constexpr std::uint64_t passed = commit_justification_max + 100;
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  for (std::uint64_t view = 1; view <= passed; ++view) lone.certificate(L, {view});
  const auto commits = all<Commit>(lone.certificate(F, {passed + 1}, value_one));
  ASSERT_EQ(commits.size(), 1);
  ASSERT_EQ(commits[0].justification.size(), commit_justification_max);
  EXPECT_EQ(commits[0].justification.front(), certificate_of(L, {passed}, {}, {0, 1, 2}));
  EXPECT_EQ(commits[0].justification.back(), certificate_of(L, {101}, {}, {0, 1, 2}));
}

TEST(R8Commit, CommitsTheFinalBlockAndItsAncestorsOldestFirst) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one);
  lone.execute(lone.propose({2}, value_two, two));
  const Step step = lone.certificate(F, {2}, value_two);
  ASSERT_EQ(all<Commit>(step).size(), 1);
  const Commit commit = all<Commit>(step)[0];
  ASSERT_EQ(commit.blocks.size(), 2);
  EXPECT_EQ(*commit.blocks[0], one);
  EXPECT_EQ(*commit.blocks[1], two);
  EXPECT_EQ(commit.fin, (Finalized{0, {2}, {2}, two.hash}));
  EXPECT_EQ(commit.justification, std::vector{certificate_of(N, {1}, value_one, {0, 1, 2})});
  EXPECT_EQ(lone.disk.size(), 1) << "only the final row is left";
  EXPECT_EQ(read_disk(lone.disk).final.finalization, certificate_of(F, {2}, value_two, {0, 1, 2}));
  EXPECT_EQ(lone.engine.use().blocks, 0);
  EXPECT_EQ(lone.engine.use().votes, 0);
}

TEST(R8Commit, OfTheSameBlockAgainOnlyMovesTheView) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  const Value again{{1}, {1}, one.hash};
  const Step step = lone.certificate(F, {4}, again);
  ASSERT_EQ(all<Commit>(step).size(), 1);
  EXPECT_TRUE(all<Commit>(step)[0].blocks.empty());
  EXPECT_EQ(lone.engine.fin(), (Finalized{0, {4}, {1}, one.hash}));
}

TEST(R8Commit, OfAClosingBlockEndsTheEpoch) {
  LoneEngine lone(3);
  const Block closing = block_on(digest_of("genesis"), 1, 1, "last", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  const Step step = lone.certificate(F, {1}, value_of({0}, closing));
  ASSERT_EQ(all<Commit>(step).size(), 1);
  EXPECT_TRUE(all<Commit>(step)[0].closing);
  EXPECT_TRUE(lone.engine.ended());
  EXPECT_EQ(lone.disk.size(), 1);
  EXPECT_EQ(read_disk(lone.disk).final.fin, (Finalized{1, {0}, {1}, closing.hash}));
  lone.give(Work{1});
  EXPECT_TRUE(sent<Vote>(lone.wait(30'000)).empty()) << "this engine signs nothing more";
}

TEST(R8Commit, OfAClosingBlockIsWhereTheNextEpochsEngineStarts) {
  LoneEngine lone(3);
  const Block closing = block_on(digest_of("genesis"), 1, 1, "last", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  lone.certificate(F, {1}, value_of({0}, closing));
  ASSERT_TRUE(lone.engine.ended());

  EngineOptions options = options_for(4, 3);
  options.rules.epoch = 1;
  LoneEngine next(std::move(options), lone.disk);
  EXPECT_EQ(next.engine.fin(), (Finalized{1, {0}, {1}, closing.hash}));
  EXPECT_EQ(next.give(0, signed_vote(L, {1}, {}, 0, 0)).refused, Refusal::wrong_epoch);
  const Block first = block_on(closing.hash, 2, 1, "first", 3'000);
  const Value value = value_of({0}, first);
  const Step step =
      next.execute(next.give(1, Proposal{signed_vote(N, {1}, value, 1, 1), first, {}}));
  ASSERT_EQ(sent_votes(step, N).size(), 1);
  EXPECT_EQ(sent_votes(step, N)[0].epoch, 1);
  EXPECT_TRUE(next.disk.contains(votes_key(1, {1})));
  const Step final = next.give(0, certificate_of(F, {1}, value, {0, 1, 2}, 1));
  EXPECT_EQ(all<Commit>(final).size(), 1);
  EXPECT_EQ(next.engine.fin(), (Finalized{1, {1}, {2}, first.hash}));
}

TEST(R8Commit, OnlyProposesAClosingBlockAgain) {
  LoneEngine lone(2);
  const Block closing = block_on(digest_of("genesis"), 1, 1, "last", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  lone.certificate(N, {1}, value_of({0}, closing), {0, 1, 3});
  EXPECT_TRUE(all<Build>(lone.give(Work{1})).empty());
  const Step step = lone.wait(300);
  EXPECT_TRUE(all<Build>(step).empty());
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  EXPECT_EQ(sent<Proposal>(step)[0].vote.value.block, closing.hash);

  LoneEngine follower(3);
  follower.execute(follower.propose({1}, value_of({0}, closing), closing));
  follower.certificate(N, {1}, value_of({0}, closing), {0, 1, 2});
  const Block after = block_on(closing.hash, 2, 2, "after", 3'000);
  const Step refused = follower.propose({2}, value_of({1}, after), after);
  EXPECT_EQ(sent_votes(refused, L).size(), 1);
}

// ---- R10

TEST(R10Retransmit, SendsTheSameBytesAgain) {
  LoneEngine lone(3);
  const Step first = lone.execute(lone.propose({1}, value_one, one));
  const Step again = lone.wait(1'200);
  ASSERT_FALSE(sent_votes(again, N).empty());
  EXPECT_EQ(sent_votes(again, N)[0], sent_votes(first, N)[0]);
}

// More than f have given the view up, and the others may never hear it from the leader: to repeat
// the own NULLIFY until they follow would be for ever.
TEST(R10Retransmit, RepeatsRarelyWhatNothingWaitsFor) {
  LoneEngine lone(3);
  ASSERT_EQ(sent_votes(lone.vote(1, L, {1}), L).size(), 1);
  const std::size_t at_rest = sent_votes(lone.wait(60'000), L).size();
  EXPECT_GE(at_rest, 11U);
  EXPECT_LE(at_rest, 13U) << "as often as STATUS";
  lone.give(Work{1});
  EXPECT_GE(sent_votes(lone.wait(60'000), L).size(), 60U);
}

TEST(R10Retransmit, SendsBothCertificatesOfEntryAndTheOwnProposal) {
  LoneEngine lone(2);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  lone.certificate(L, {1}, {}, {0, 1, 3});
  const Step asked = lone.give(Work{1});
  const auto build_asked = all<Build>(asked);
  Step step = lone.last;
  if (!build_asked.empty()) {
    lone.give(
        Built{build_asked[0].view, block_on(build_asked[0].parent, build_asked[0].height.value, 2,
                                            "x", build_asked[0].earliest_ms)});
  } else {
    lone.wait(300);
  }
  step = lone.wait(1'200);
  const auto certificates = sent<Certificate>(step);
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(N, {1}, value_one, {0, 1, 3})));
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(L, {1}, {}, {0, 1, 3})));
  EXPECT_FALSE(sent<Proposal>(step).empty());
}

// On a slow line the first copy is still on its way, and whatever is sent after it waits.
TEST(R10Retransmit, SendsABodyOnce) {
  LoneEngine lone(1);
  const auto asked = all<Build>(lone.give(Work{1}));
  ASSERT_EQ(asked.size(), 1U);
  const Block block = block_on(asked[0].parent, 1, 1, "x", asked[0].earliest_ms);
  const auto first = sent<Proposal>(lone.give(Built{{1}, block}));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].block, block);
  const auto again = sent<Proposal>(lone.wait(10'000));
  ASSERT_GE(again.size(), 3U);
  for (const Proposal& proposal : again) {
    EXPECT_EQ(proposal.vote, first[0].vote);
    EXPECT_FALSE(proposal.block);
  }
  const auto asked_for = sent<Proposal>(lone.give(0, GetCertificates{0, {{{1}}}}));
  ASSERT_EQ(asked_for.size(), 1U);
  EXPECT_FALSE(asked_for[0].block);
}

// ---- Alarms

TEST(Alarms, AreRaisedByConflictingCertificates) {
  const std::vector<std::pair<Certificate, Certificate>> conflicts{
      {certificate_of(N, {1}, value_one, {0, 1, 2}),
       certificate_of(N, {1}, stranger_value, {0, 1, 2})},
      {certificate_of(F, {1}, value_one, {0, 1, 2}), certificate_of(L, {1}, {}, {0, 1, 2})},
      {certificate_of(L, {1}, {}, {0, 1, 2}), certificate_of(F, {1}, value_one, {0, 1, 2})},
      {certificate_of(N, {1}, value_one, {0, 1, 2}),
       certificate_of(F, {1}, stranger_value, {0, 1, 2})},
  };
  for (const auto& [first, second] : conflicts) {
    LoneEngine lone(3);
    lone.give(0, first);
    const Step step = lone.give(0, second);
    ASSERT_EQ(all<RaiseAlarm>(step).size(), 1);
    EXPECT_EQ(all<RaiseAlarm>(step)[0].alarm, Alarm::conflicting_certificates);
    EXPECT_TRUE(lone.engine.halted());
    EXPECT_TRUE(all<Commit>(step).empty());
    lone.give(Work{1});
    EXPECT_TRUE(sent<Vote>(lone.wait(30'000)).empty()) << "a halted engine signs nothing";
  }
}

TEST(Alarms, AreRaisedByCertifiedBlocksThatAreInvalidHere) {
  for (const VoteKind kind : {N, F}) {
    LoneEngine lone(3);
    lone.propose({1}, value_one, one);
    const Step step = lone.execute(lone.certificate(kind, {1}, value_one), BlockVerdict::invalid);
    lone.give(Executed{one.hash, BlockVerdict::invalid});
    EXPECT_EQ(lone.engine.alarm(), kind == N ? Alarm::notarized_invalid : Alarm::finalized_invalid);
    EXPECT_TRUE(all<Commit>(step).empty());
  }
}

TEST(Alarms, AreRaisedByACertificateOfABlockAtAnotherHeight) {
  for (const VoteKind kind : {N, F}) {
    LoneEngine lone(3);
    lone.execute(lone.propose({1}, value_one, one));
    const Step step = lone.certificate(kind, {2}, {{0}, {7}, one.hash});
    EXPECT_EQ(lone.engine.alarm(), kind == N ? Alarm::notarized_invalid : Alarm::finalized_invalid);
    EXPECT_TRUE(all<Commit>(step).empty());
    EXPECT_EQ(lone.engine.fin().height, BlockHeight{0});
  }
}

TEST(Alarms, OfALeaderAboutToProposeStopItFromProposing) {
  // It holds the block of view 1 for invalid and has given the view up; the others have certified
  // both, and the alarm is raised only while it looks for a parent.
  LoneEngine lone(2);
  lone.execute(lone.propose({1}, value_one, one), BlockVerdict::invalid);
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  lone.certificate(L, {1}, {}, {0, 1, 3});
  ASSERT_EQ(lone.engine.leader(lone.engine.view()), 2);
  const Step step = lone.wait(1'000);
  EXPECT_EQ(lone.engine.alarm(), Alarm::notarized_invalid);
  EXPECT_TRUE(sent<Vote>(step).empty());
  EXPECT_TRUE(sent<Proposal>(step).empty());
}

TEST(Alarms, AreRaisedByAFinalBlockOnAnotherChain) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  const Block fork = block_on(digest_of("genesis"), 1, 2, "fork", 2'000);
  const Block top = block_on(fork.hash, 2, 2, "top", 3'000);
  lone.time += 1'000;
  lone.certificate(F, {2}, value_of({1}, top));
  lone.wait(300);
  lone.give(2, Blocks{{{top}}});
  EXPECT_EQ(lone.engine.alarm(), Alarm::finalized_conflict);
  EXPECT_EQ(lone.engine.fin().block, one.hash);
}

TEST(Alarms, AreRaisedByTheOwnSignatureOnWhatTheDiskDoesNotKnow) {
  LoneEngine lone(3);
  const Step step = lone.give(0, certificate_of(N, {1}, value_one, {0, 1, 3}));
  ASSERT_EQ(all<RaiseAlarm>(step).size(), 1);
  EXPECT_EQ(all<RaiseAlarm>(step)[0].alarm, Alarm::unknown_own_vote);
}

TEST(Alarms, AreRaisedByEvidenceAgainstOneself) {
  LoneEngine lone(3);
  lone.give(0, make_evidence(signed_vote(F, {1}, value_one, 3), signed_vote(L, {1}, {}, 3)));
  EXPECT_EQ(lone.engine.alarm(), Alarm::own_contradiction);
}

TEST(Alarms, AreOnTheDiskWithTheStepThatRaisesThemAndOutliveARestart) {
  LoneEngine lone(3);
  lone.time = 5'000;
  const Step step =
      lone.give(0, make_evidence(signed_vote(F, {1}, value_one, 3), signed_vote(L, {1}, {}, 3)));
  const RaisedAlarm raised{Alarm::own_contradiction, 0, lone.engine.view(),
                           lone.now().wall_clock_ms};
  EXPECT_TRUE(std::ranges::count(step.rows, Row{alarm_key(), crypto::encode(raised)}));

  LoneEngine again(3, 4, lone.disk);
  EXPECT_EQ(again.engine.alarm(), Alarm::own_contradiction);
  again.give(Work{1});
  again.execute(again.propose({1}, value_one, one));
  EXPECT_TRUE(sent<Vote>(again.wait(30'000)).empty());
  // It follows, and what it writes meanwhile leaves the alarm where it is.
  again.execute(again.certificate(F, {1}, value_one));
  EXPECT_EQ(again.engine.fin().height, BlockHeight{1});
  EXPECT_TRUE(LoneEngine(3, 4, again.disk).engine.halted());
}

// Whose store is an old copy lacks what came after it, and that is why it is halted.
TEST(Alarms, DoNotKeepItFromAskingForWhatItLacks) {
  LoneEngine lone(3);
  lone.give(0, make_evidence(signed_vote(F, {1}, value_one, 3), signed_vote(L, {1}, {}, 3)));
  ASSERT_TRUE(lone.engine.halted());
  lone.certificate(F, {2}, value_two);
  const Step asked = lone.wait(2'000);
  std::optional<PeerIndex> source;
  for (const Send& send : all<Send>(asked)) {
    if (std::holds_alternative<GetChain>(*send.message)) source = *send.to;
  }
  ASSERT_TRUE(source);
  const Certificate final = certificate_of(F, {2}, value_two, {0, 1, 2});
  lone.execute(lone.give(*source, Chain{{{one, two}}, final}));
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{2});
}

TEST(Alarms, OutliveTheEndOfTheEpoch) {
  LoneEngine lone(3);
  lone.give(0, make_evidence(signed_vote(F, {1}, value_one, 3), signed_vote(L, {1}, {}, 3)));
  const Block closing = block_on(digest_of("genesis"), 1, 1, "closing", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  lone.execute(lone.certificate(F, {1}, value_of({0}, closing)));
  ASSERT_TRUE(lone.engine.ended());
  EngineOptions next = options_for(4, 3);
  next.rules.epoch = 1;
  EXPECT_EQ(LoneEngine(next, lone.disk).engine.alarm(), Alarm::own_contradiction);
}

TEST(Alarms, ThatContradictFinalityLetNothingBecomeFinalAfterARestart) {
  LoneEngine lone(3);
  lone.give(0, certificate_of(F, {1}, value_one, {0, 1, 2}));
  lone.give(0, certificate_of(L, {1}, {}, {0, 1, 2}));
  ASSERT_EQ(lone.engine.alarm(), Alarm::conflicting_certificates);
  LoneEngine again(3, 4, lone.disk);
  again.execute(again.propose({1}, value_one, one));
  EXPECT_TRUE(all<Commit>(again.execute(again.certificate(F, {1}, value_one))).empty());
  EXPECT_EQ(again.engine.fin().height, BlockHeight{0});
}

// ---- Followers

TEST(Follower, FollowsAndNeverSigns) {
  LoneEngine lone(options_for(4, std::nullopt));
  lone.give(Work{1});
  lone.execute(lone.propose({1}, value_one, one));
  lone.execute(lone.certificate(F, {1}, value_one));
  EXPECT_EQ(lone.engine.fin().height, BlockHeight{1});
  EXPECT_TRUE(sent<Vote>(lone.wait(30'000)).empty());
  EXPECT_TRUE(lone.engine.observing());
}

// There is nothing left that it could be executed on.
TEST(Decide, ExecutesNothingBesideWhatBecameFinalInTheSameStep) {
  LoneEngine lone(3);
  const Step step = finalize_beside_a_liars_block(lone);
  ASSERT_EQ(all<Commit>(step).size(), 1U);
  EXPECT_TRUE(all<Execute>(step).empty());
}

}  // namespace
}  // namespace centime::consensus
