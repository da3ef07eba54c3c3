// The rules R1 to R12, one engine at a time. Leader of view v among four is v mod 4.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/consensus/lone_engine.h"

namespace centime::consensus {
namespace {

using namespace test;

constexpr VoteKind N = VoteKind::notarize;
constexpr VoteKind F = VoteKind::finalize;
constexpr VoteKind L = VoteKind::nullify;

const Block one = block_on(digest_of("genesis"), 1, 1, "one", 2'000);
const Value value_one = value_of({0}, one);
const Block two = block_on(one.hash, 2, 2, "two", 3'000);
const Value value_two = value_of({1}, two);
const Value stranger_value{{0}, {1}, digest_of("stranger")};

// ---- R1

TEST(R1Admit, CountsAVoteOnceAndSaysWhyNot) {
  LoneEngine lone(3);
  EXPECT_EQ(lone.vote(0, L, {1}).refused, std::nullopt);
  EXPECT_EQ(lone.vote(0, L, {1}).refused, Refusal::repeated);
  EXPECT_EQ(lone.give(1, signed_vote(L, {1}, {}, 0)).refused, Refusal::wrong_channel);
  EXPECT_EQ(lone.give(9, signed_vote(L, {1}, {}, 9)).refused, Refusal::unknown_validator);
  EXPECT_EQ(lone.vote(1, L, {0}).refused, Refusal::stale_view);
  EXPECT_EQ(lone.vote(1, L, {1 + Engine::views_ahead_max}).refused, std::nullopt);
  EXPECT_EQ(lone.vote(1, L, {2 + Engine::views_ahead_max}).refused, Refusal::future_view);
  EXPECT_EQ(lone.vote(1, L, {UINT64_MAX}).refused, Refusal::future_view);
  EXPECT_EQ(lone.give(1, signed_vote(L, {1}, {}, 1, 7)).refused, Refusal::wrong_epoch);
  Vote forged = signed_vote(L, {1}, {}, 1);
  forged.view = {2};
  EXPECT_EQ(lone.give(1, forged).refused, Refusal::bad_signature);
  Vote elsewhere{0, L, {1}, {}, 1, {}};
  elsewhere.signature = key_of(1).sign(vote_message(digest_of("other network"), elsewhere));
  EXPECT_EQ(lone.give(1, elsewhere).refused, Refusal::bad_signature);
  EXPECT_EQ(lone.give(3, signed_vote(L, {1}, {}, 3)).refused, Refusal::wrong_channel);
}

TEST(R1Admit, VerifiesEachVoteOnce) {
  std::size_t checks = 0;
  EngineOptions options = options_for(4, 3);
  options.verify = [&](const crypto::PublicKey& key, crypto::BytesView message,
                       const crypto::Signature& signature) {
    ++checks;
    return crypto::verify(key, message, signature);
  };
  LoneEngine lone(std::move(options));
  for (int i = 0; i < 3; ++i) lone.vote(0, N, {1}, value_one);
  EXPECT_EQ(checks, 1);
  // The certificate's other two signatures are new; its repeats cost nothing.
  for (int i = 0; i < 3; ++i) lone.certificate(N, {1}, value_one);
  EXPECT_EQ(checks, 3);
}

TEST(R1Admit, ReportsEachContradictionOnceAndDoesNotCountIt) {
  LoneEngine lone(3);
  lone.vote(0, F, {1}, value_one);
  const Step step = lone.vote(0, F, {1}, stranger_value);
  EXPECT_EQ(step.refused, Refusal::contradicted);
  ASSERT_EQ(all<Report>(step).size(), 1);
  EXPECT_EQ(all<Report>(step)[0].sin, Sin::two_finalized);
  EXPECT_TRUE(verify_evidence(set_of(4), all<Report>(step)[0].evidence));
  EXPECT_EQ(sent<Evidence>(step).size(), 1) << "the others are told";
  EXPECT_TRUE(all<Report>(lone.vote(0, L, {1})).empty()) << "of this view it is known";
  lone.vote(1, F, {1}, stranger_value);
  EXPECT_TRUE(sent<Certificate>(lone.vote(2, F, {1}, stranger_value)).empty());
}

TEST(R1Admit, TakesEvidenceFromAnybodyAndPassesItOnOnce) {
  LoneEngine lone(3);
  const Evidence evidence =
      make_evidence(signed_vote(L, {9}, {}, 0), signed_vote(F, {9}, value_one, 0));
  const Step step = lone.give(1, evidence);
  ASSERT_EQ(all<Report>(step).size(), 1);
  EXPECT_EQ(sent<Evidence>(step).size(), 1);
  EXPECT_EQ(lone.give(2, evidence).refused, Refusal::repeated);
  EXPECT_EQ(lone.give(2, Evidence{evidence.second, evidence.first}).refused, Refusal::wrong_order);
  EXPECT_EQ(lone.give(2, Evidence{evidence.first, evidence.first}).refused,
            Refusal::no_contradiction);
  Evidence forged = evidence;
  forged.first.view = forged.second.view = {10};
  EXPECT_EQ(lone.give(2, forged).refused, Refusal::bad_signature);
}

TEST(R1Admit, KeepsTheReportsOfOneLiarBounded) {
  LoneEngine lone(3);
  std::size_t reports = 0;
  for (std::uint64_t view = 1; view < 60; ++view) {
    lone.vote(0, F, {view}, value_one);
    reports += all<Report>(lone.vote(0, F, {view}, stranger_value)).size();
  }
  EXPECT_EQ(reports, 16);
}

TEST(R1Admit, JudgesACertificateOnItsOwnSignatures) {
  LoneEngine lone(3);
  // Validator 0 told this engine one thing, and signed another into a certificate.
  lone.vote(0, N, {1}, stranger_value);
  EXPECT_EQ(lone.certificate(N, {1}, value_one).refused, std::nullopt);
  EXPECT_EQ(lone.engine.view(), View{2});
}

TEST(R1Admit, RefusesBadCertificatesWithAWordEach) {
  LoneEngine lone(3);
  const auto refused = [&](const Certificate& certificate) {
    return lone.give(0, certificate).refused;
  };
  EXPECT_EQ(refused(certificate_of(N, {1}, value_one, {0, 1})), Refusal::no_quorum);
  EXPECT_EQ(refused(certificate_of(N, {1}, value_one, {0, 1, 1})), Refusal::bad_signers);
  EXPECT_EQ(refused(certificate_of(N, {0}, value_one, {0, 1, 2})), Refusal::stale_view);
  EXPECT_EQ(refused(certificate_of(N, {1}, value_one, {0, 1, 2}, 1)), Refusal::wrong_epoch);
  Certificate forged = certificate_of(N, {1}, value_one, {0, 1, 2});
  forged.view = {2};
  EXPECT_EQ(refused(forged), Refusal::bad_signature);
  EXPECT_EQ(refused(certificate_of(N, {1}, value_one, {0, 1, 2})), std::nullopt);
  EXPECT_EQ(refused(certificate_of(N, {1}, value_one, {0, 1, 2})), Refusal::repeated);
}

// ---- R2, R3, R12

TEST(R2Certify, TellsACertificateOnceWhenItIsFormed) {
  LoneEngine lone(3);
  EXPECT_TRUE(sent<Certificate>(lone.vote(0, N, {1}, value_one)).empty());
  EXPECT_TRUE(sent<Certificate>(lone.vote(1, N, {1}, value_one)).empty());
  const Step step = lone.vote(2, N, {1}, value_one);
  ASSERT_EQ(sent<Certificate>(step).size(), 1);
  EXPECT_EQ(sent<Certificate>(step)[0], certificate_of(N, {1}, value_one, {0, 1, 2}));
  EXPECT_TRUE(sent<Certificate>(lone.certificate(N, {1}, value_one)).empty());
}

TEST(R3Advance, EntersOnACertificateWithoutTheBody) {
  LoneEngine lone(3);
  lone.certificate(N, {1}, value_one);
  EXPECT_EQ(lone.engine.view(), View{2});
  lone.certificate(L, {7});
  EXPECT_EQ(lone.engine.view(), View{8});
  lone.certificate(L, {3});
  EXPECT_EQ(lone.engine.view(), View{8});
}

TEST(R12Forward, TellsALearntCertificateOnce) {
  LoneEngine lone(3);
  EXPECT_EQ(sent<Certificate>(lone.certificate(L, {1})).size(), 1);
  EXPECT_TRUE(sent<Certificate>(lone.certificate(L, {1})).empty());
}

// ---- R4

Step build(LoneEngine& lone, const Step& step, std::string_view body) {
  const auto asked = all<Build>(step);
  if (asked.size() != 1) return {};
  return lone.give(Built{asked[0].view, block_on(asked[0].parent, asked[0].height.value, 1, body,
                                                 asked[0].earliest_ms)});
}

TEST(R4Propose, ProposesWhenThereIsWorkAndOnlyAfterTheSync) {
  LoneEngine lone(1);
  EXPECT_TRUE(all<Build>(lone.started).empty());
  const Step asked = lone.give(Work{1});
  ASSERT_EQ(all<Build>(asked).size(), 1);
  EXPECT_EQ(all<Build>(asked)[0].parent, digest_of("genesis"));
  EXPECT_EQ(all<Build>(asked)[0].earliest_ms, 1'001);

  const Step step = build(lone, asked, "one");
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  EXPECT_TRUE(verify_vote(set_of(4), sent<Proposal>(step)[0].vote));
  EXPECT_EQ(step.rows.size(), 2) << "own vote and body";
  for (const Send& send : all<Send>(step)) EXPECT_TRUE(send.after_sync);
}

TEST(R4Propose, StaysSilentWithNothingToBuild) {
  LoneEngine lone(1);
  const Step asked = lone.give(Work{1});
  const Step step = lone.give(Built{all<Build>(asked).at(0).view, {}});
  EXPECT_TRUE(step.rows.empty());
  EXPECT_TRUE(sent<Proposal>(step).empty());
  EXPECT_EQ(all<Build>(lone.give(Work{2})).size(), 1) << "new work, new try";
}

TEST(R4Propose, DropsABlockThatComesTooLate) {
  LoneEngine lone(1);
  const Step asked = lone.give(Work{1});
  lone.certificate(L, {1}, {}, {0, 2, 3});
  EXPECT_TRUE(build(lone, asked, "one").rows.empty());
}

TEST(R4Propose, CarriesANullificationForEveryViewItSkips) {
  LoneEngine lone(1);
  for (std::uint64_t view = 1; view <= 4; ++view) lone.certificate(L, {view}, {}, {0, 2, 3});
  ASSERT_EQ(lone.engine.view(), View{5});
  const Step step = build(lone, lone.give(Work{1}), "one");
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  const auto justification = sent<Proposal>(step)[0].justification.items;
  ASSERT_EQ(justification.size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(justification[i], certificate_of(L, {4 - i}, {}, {0, 2, 3}));
  }
}

TEST(R4Propose, AsksForTheCertificateOfAnUnexplainedView) {
  LoneEngine lone(1);
  lone.certificate(L, {4}, {}, {0, 2, 3});
  lone.time += 1'000;
  const Step step = lone.give(Work{1});
  EXPECT_TRUE(all<Build>(step).empty());
  ASSERT_EQ(sent<GetCertificates>(step).size(), 1);
  EXPECT_EQ(sent<GetCertificates>(step)[0].views.items, (std::vector<View>{{1}, {2}, {3}}));
}

TEST(R4Propose, FetchesAMissingParentAndSkipsItOnlyIfItIsAlsoNullified) {
  LoneEngine lone(2);
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  lone.time += 1'000;
  const Step step = lone.give(Work{1});
  EXPECT_TRUE(all<Build>(step).empty());
  EXPECT_FALSE(sent<GetBlocks>(step).empty());
  const Step skipped = lone.certificate(L, {1}, {}, {0, 1, 3});
  ASSERT_EQ(all<Build>(skipped).size(), 1);
  EXPECT_EQ(all<Build>(skipped)[0].parent, digest_of("genesis"));
}

TEST(R4Propose, ProposesTheParentAgainInsteadOfAnEmptyBlock) {
  LoneEngine lone(2);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one, {0, 1, 3});
  ASSERT_EQ(lone.engine.view(), View{2});
  const Step step = lone.wait(300);
  ASSERT_EQ(sent<Proposal>(step).size(), 1);
  const Proposal proposal = sent<Proposal>(step)[0];
  EXPECT_EQ(proposal.vote.value, (Value{{1}, {1}, one.hash}));
  EXPECT_FALSE(proposal.block);
  EXPECT_EQ(proposal.justification.items.size(), 1);
}

TEST(R4Propose, GivesUpAViewWhereOnlyTheGenesisCouldBeProposedAgain) {
  LoneEngine lone(1);
  lone.vote(0, L, {1});
  const Step step = lone.vote(2, L, {1});
  EXPECT_EQ(sent_votes(step, L).size(), 1);
  EXPECT_TRUE(sent<Proposal>(step).empty());
}

// ---- R5

TEST(R5Notarize, VotesForAnExecutedProposalWithItsBodyOnTheDisk) {
  LoneEngine lone(3);
  const Step asked = lone.propose({1}, value_one, one);
  ASSERT_EQ(all<Execute>(asked).size(), 1);
  EXPECT_TRUE(sent_votes(asked, N).empty());
  const Step step = lone.give(Executed{one.hash, Verdict::valid});
  ASSERT_EQ(sent_votes(step, N).size(), 1);
  EXPECT_EQ(sent_votes(step, N)[0].value, value_one);
  ASSERT_EQ(step.rows.size(), 2);
  EXPECT_EQ(step.rows[0].first, votes_key(0, {1}));
  EXPECT_EQ(step.rows[1].first, block_key(0, {1}, one.hash));
}

TEST(R5Notarize, WaitsForNullificationsOfTheSkippedViews) {
  LoneEngine lone(0);
  const Block late = block_on(digest_of("genesis"), 1, 3, "late", 2'000);
  lone.certificate(L, {2}, {}, {1, 2, 3});
  lone.time += 1'000;
  const Step step = lone.propose({3}, value_of({0}, late), late);
  EXPECT_TRUE(all<Execute>(step).empty());
  ASSERT_EQ(sent<GetCertificates>(step).size(), 1);
  EXPECT_EQ(sent<GetCertificates>(step)[0].views.items, std::vector<View>{{1}});
  EXPECT_EQ(sent_votes(lone.execute(lone.certificate(L, {1}, {}, {1, 2, 3})), N).size(), 1);
}

TEST(R5Notarize, TakesTheCertificatesInTheProposalFirst) {
  LoneEngine lone(0);
  const Block late = block_on(digest_of("genesis"), 1, 3, "late", 2'000);
  const Step step = lone.execute(
      lone.propose({3}, value_of({0}, late), late,
                   {certificate_of(L, {2}, {}, {1, 2, 3}), certificate_of(L, {1}, {}, {1, 2, 3})}));
  EXPECT_EQ(sent_votes(step, N).size(), 1);
  // Entered by the nullification of view 2, which is durable with the vote (D2).
  EXPECT_TRUE(
      std::ranges::any_of(step.rows,
                          [](const Row& row) { return row.first == certificate_key(0, {2}, L); }) ||
      lone.disk.contains(certificate_key(0, {2}, L)));
}

TEST(R5Notarize, WaitsForAMissingBody) {
  LoneEngine lone(3);
  lone.time += 1'000;
  const Step step = lone.propose({1}, value_one, std::nullopt);
  EXPECT_TRUE(sent_votes(step, L).empty());
  ASSERT_EQ(sent<GetBlocks>(step).size(), 1);
  EXPECT_EQ(lone.give(0, Blocks{{{one}}}).refused, Refusal::unrequested_blocks);
  const Step arrived = lone.give(1, Blocks{{{one}}});
  EXPECT_EQ(arrived.refused, std::nullopt);
  EXPECT_EQ(sent_votes(lone.execute(arrived), N).size(), 1);
}

TEST(R5Notarize, FetchesAnotherBodyWhenThisOneIsNotTheBlocks) {
  LoneEngine lone(3);
  const Step step = lone.execute(lone.propose({1}, value_one, one), Verdict::wrong_body);
  EXPECT_TRUE(sent_votes(step, N).empty());
  EXPECT_TRUE(sent_votes(step, L).empty());
  EXPECT_EQ(sent<GetBlocks>(step).size(), 1);
}

TEST(R5Notarize, WaitsForABlockFromTheFutureAndNeverCallsItInvalid) {
  LoneEngine lone(3);
  const std::uint64_t wall = lone.now().wall_clock_ms;
  const Block early = block_on(digest_of("genesis"), 1, 1, "early", wall + 10'500);
  const Step step = lone.propose({1}, value_of({0}, early), early);
  EXPECT_TRUE(all<Execute>(step).empty());
  EXPECT_TRUE(sent_votes(step, L).empty());
  const Step later = lone.execute(lone.wait(600));
  EXPECT_EQ(sent_votes(later, N).size(), 1);
}

struct BadProposal {
  const char* name;
  Value value;
  std::optional<Block> block;
};

TEST(R5Notarize, NullifiesAProvablyInvalidProposalAtOnce) {
  const Block orphan = block_on(digest_of("nowhere"), 1, 1, "x", 2'000);
  const Block high = block_on(digest_of("genesis"), 2, 1, "x", 2'000);
  const Block old = block_on(digest_of("genesis"), 1, 1, "x", 1'000);
  const Block others = block_on(digest_of("genesis"), 1, 2, "x", 2'000);
  Block forged = one;
  forged.body.value.push_back(0);
  const std::vector<BadProposal> bad{
      {"not on its parent", value_of({0}, orphan), orphan},
      {"wrong height", value_of({0}, high), high},
      {"not later than its parent", value_of({0}, old), old},
      {"another proposer's", value_of({0}, others), others},
      {"height not the block's", {{0}, {2}, one.hash}, one},
      {"from its own view", {{1}, {1}, one.hash}, one},
      {"genesis again", {{0}, {0}, digest_of("genesis")}, std::nullopt},
      {"body of another hash", value_one, forged},
  };
  for (const BadProposal& proposal : bad) {
    LoneEngine lone(3);
    const Step step = lone.execute(lone.propose({1}, proposal.value, proposal.block));
    EXPECT_EQ(sent_votes(step, L).size(), 1) << proposal.name;
    EXPECT_TRUE(sent_votes(step, N).empty()) << proposal.name;
  }
  LoneEngine lone(3);
  const Step step = lone.execute(lone.propose({1}, value_one, one), Verdict::invalid);
  EXPECT_EQ(sent_votes(step, L).size(), 1) << "execution";
}

TEST(R5Notarize, NeverVotesForASecondProposalInOneView) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  const Block other = block_on(digest_of("genesis"), 1, 1, "other", 2'000);
  const Step step = lone.execute(lone.propose({1}, value_of({0}, other), other));
  EXPECT_EQ(step.refused, Refusal::second_proposal);
  EXPECT_TRUE(sent_votes(step, N).empty());
  ASSERT_EQ(all<Report>(step).size(), 1);
  EXPECT_EQ(all<Report>(step)[0].sin, Sin::two_notarized);
}

TEST(R5Notarize, RefusesProposalsThatAreNotTheLeaders) {
  LoneEngine lone(3);
  EXPECT_EQ(lone.give(2, Proposal{signed_vote(N, {1}, value_one, 2), one, {}}).refused,
            Refusal::wrong_channel);
  EXPECT_EQ(lone.give(2, Proposal{signed_vote(N, {1}, value_one, 1), one, {}}).refused,
            Refusal::wrong_channel);
  EXPECT_EQ(lone.give(1, Proposal{signed_vote(F, {1}, value_one, 1), one, {}}).refused,
            Refusal::wrong_kind);
  Vote forged = signed_vote(N, {1}, value_one, 1);
  forged.value.height = {9};
  EXPECT_EQ(lone.give(1, Proposal{forged, one, {}}).refused, Refusal::bad_signature);
  const View far{1 + 4 * Engine::proposals_ahead_max};
  EXPECT_EQ(lone.give(1, Proposal{signed_vote(N, far, value_one, 1), one, {}}).refused,
            Refusal::future_view);
  EXPECT_EQ(lone.engine.use().blocks, 0);
}

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

// ---- R8

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

TEST(R8Commit, OnlyProposesAClosingBlockAgain) {
  LoneEngine lone(2);
  const Block closing = block_on(digest_of("genesis"), 1, 1, "last", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  lone.certificate(N, {1}, value_of({0}, closing), {0, 1, 3});
  lone.give(Work{1});
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

// ---- R11

TEST(R11Status, IsToldEveryFiveSecondsWhenIdleAndEverySecondWhenBusy) {
  LoneEngine lone(3);
  EXPECT_EQ(sent<Status>(lone.wait(20'000)).size(), 4);
  lone.give(Work{1});
  EXPECT_GE(sent<Status>(lone.wait(10'000)).size(), 9);
}

TEST(R11Status, GivesAPeerThatIsBehindWhatItLacks) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  lone.certificate(L, {2}, {}, {0, 1, 2});
  const Step step = lone.give(0, Status{0, {1}, {0}, {0}, digest_of("genesis"), 0, 0});
  const auto certificates = sent<Certificate>(step);
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(F, {1}, value_one, {0, 1, 2})));
  EXPECT_TRUE(std::ranges::count(certificates, certificate_of(L, {2}, {}, {0, 1, 2})));
  EXPECT_EQ(lone.give(0, Status{0, {1}, {0}, {0}, digest_of("genesis"), 0, 0}).refused,
            Refusal::too_often);
}

TEST(R11Status, AsksAPeerThatIsFarAhead) {
  LoneEngine lone(3);
  lone.time += 1'000;
  const Step step = lone.give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0});
  ASSERT_EQ(sent<GetChain>(step).size(), 1);
  EXPECT_EQ(sent<GetChain>(step)[0].from, BlockHeight{1});
  EXPECT_EQ(sent<Status>(step).size(), 1);
}

TEST(R11Status, ShowsThoseOfAnEarlierEpochTheWay) {
  Disk disk = genesis_disk();
  FinalRow final = genesis_row();
  final.fin.epoch = 2;
  disk = {first_row(final)};
  EngineOptions options = options_for(4, 3);
  options.rules.epoch = 2;
  LoneEngine lone(std::move(options), disk);
  const Step step = lone.give(0, signed_vote(L, {1}, {}, 0, 1));
  EXPECT_EQ(step.refused, Refusal::wrong_epoch);
  ASSERT_EQ(all<ServeEpochEnd>(step).size(), 1);
  EXPECT_EQ(all<ServeEpochEnd>(step)[0].epoch, 1);
}

// ---- What peers ask for

TEST(Sync, AnswersWithCertificatesOrElseTheOwnVotes) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  const Step votes = lone.give(0, GetCertificates{0, {{{1}}}});
  EXPECT_EQ(sent_votes(votes, N).size(), 1);
  lone.certificate(L, {1});
  const Step certificates = lone.give(0, GetCertificates{0, {{{1}}}});
  EXPECT_EQ(sent<Certificate>(certificates).size(), 1);
  EXPECT_TRUE(sent<Vote>(certificates).empty());
  EXPECT_EQ(lone.give(0, GetCertificates{0, {{{2}, {1}}}}).refused, Refusal::unsorted_views);
}

TEST(Sync, ServesBlocksFromMemoryOrLeavesThemToTheStore) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one);
  lone.execute(lone.propose({2}, value_two, two));
  const Step step = lone.give(0, GetBlocks{two.hash, 5});
  ASSERT_EQ(sent<Blocks>(step).size(), 1);
  EXPECT_EQ(sent<Blocks>(step)[0].blocks.items, (std::vector{two, one}));
  EXPECT_EQ(all<ServeBlocks>(lone.give(0, GetBlocks{digest_of("old"), 0})).size(), 1);
  EXPECT_TRUE(all<ServeChain>(lone.give(0, GetChain{{1}})).empty()) << "nothing is final yet";
  lone.certificate(F, {2}, value_two);
  EXPECT_EQ(all<ServeChain>(lone.give(0, GetChain{{1}})).size(), 1);
}

TEST(Sync, TakesAChainOnlyWhenAskedForAndWholeAndFinal) {
  const auto asking = [] {
    auto lone = std::make_unique<LoneEngine>(3);
    lone->time += 1'000;
    lone->give(0, Status{0, {900}, {899}, {800}, digest_of("far"), 0, 0});
    return lone;
  };
  const Certificate final = certificate_of(F, {2}, value_two, {0, 1, 2});
  EXPECT_EQ(asking()->give(1, Chain{{{one, two}}, final}).refused, Refusal::unrequested_blocks);
  EXPECT_EQ(asking()->give(0, Chain{{{two}}, final}).refused, std::nullopt);
  EXPECT_EQ(asking()->give(0, Chain{{{two, one}}, final}).refused, Refusal::wrong_block);
  EXPECT_EQ(asking()->give(0, Chain{{{one}}, final}).refused, Refusal::wrong_block);
  EXPECT_EQ(
      asking()->give(0, Chain{{{one, two}}, certificate_of(N, {2}, value_two, {0, 1, 2})}).refused,
      Refusal::wrong_kind);
  EXPECT_EQ(
      asking()->give(0, Chain{{{one, two}}, certificate_of(F, {2}, value_two, {0, 1})}).refused,
      Refusal::no_quorum);
  const auto lone = asking();
  const Step step = lone->execute(lone->give(0, Chain{{{one, two}}, final}));
  EXPECT_EQ(lone->engine.fin().height, BlockHeight{2});
  EXPECT_EQ(all<Commit>(step).size(), 1);
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
    const Step step = lone.execute(lone.certificate(kind, {1}, value_one), Verdict::invalid);
    lone.give(Executed{one.hash, Verdict::invalid});
    EXPECT_EQ(lone.engine.alarm(), kind == N ? Alarm::notarized_invalid : Alarm::finalized_invalid);
    EXPECT_TRUE(all<Commit>(step).empty());
  }
}

TEST(Alarms, AreRaisedByAFinalBlockOnAnotherChain) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(F, {1}, value_one);
  const Block fork = block_on(digest_of("genesis"), 1, 2, "fork", 2'000);
  const Block top = block_on(fork.hash, 2, 2, "top", 3'000);
  lone.time += 1'000;
  lone.certificate(F, {2}, value_of({1}, top));
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

}  // namespace
}  // namespace centime::consensus
