// Rules R1 to R3 and R12: what an engine counts, and what it refuses.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

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

// One proof is as good as a thousand; a thousand would cost the others as many checks.
TEST(R1Admit, ChecksNoMoreContradictionsOfOneThanItReports) {
  EngineOptions options = options_for(4, 0);
  int checks = 0;
  options.verify = [&checks](const auto& key, auto message, const auto& signature) {
    ++checks;
    return crypto::verify(key, message, signature);
  };
  LoneEngine lone(std::move(options));
  std::size_t reports = 0;
  const auto contradict = [&](std::uint64_t view) {
    EXPECT_EQ(lone.vote(1, F, {view}, value_one).refused, std::nullopt);
    const Step step = lone.vote(1, F, {view}, value_two);
    EXPECT_EQ(step.refused, Refusal::contradicted);
    reports += all<Report>(step).size();
  };
  for (std::uint64_t view = 1; view <= 16; ++view) contradict(view);
  EXPECT_EQ(reports, 16U);
  EXPECT_EQ(checks, 32);
  for (std::uint64_t view = 17; view <= 20; ++view) contradict(view);
  EXPECT_EQ(reports, 16U);
  EXPECT_EQ(checks, 36) << "the first of each view only";
  const Evidence more =
      make_evidence(signed_vote(F, {30}, value_one, 1), signed_vote(F, {30}, value_two, 1));
  EXPECT_EQ(lone.give(2, more).refused, Refusal::repeated);
  EXPECT_EQ(checks, 36);
}

TEST(R1Admit, TakesEvidenceFromAnybodyAndPassesItOnOnce) {
  LoneEngine lone(3);
  const Evidence evidence =
      make_evidence(signed_vote(L, {9}, {}, 0), signed_vote(F, {9}, value_one, 0));
  // With one true vote nobody is convicted.
  for (Vote Evidence::* vote : {&Evidence::first, &Evidence::second}) {
    Evidence half = evidence;
    (half.*vote).signature.bytes[7] ^= 1;
    EXPECT_EQ(lone.give(1, half).refused, Refusal::bad_signature);
  }
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

constexpr std::int64_t tell_ms = Timing{}.tell.count();

TEST(R2Certify, TellsACertificateOnceWhenItIsFormed) {
  LoneEngine lone(3);
  EXPECT_TRUE(sent<Certificate>(lone.vote(0, N, {1}, value_one)).empty());
  EXPECT_TRUE(sent<Certificate>(lone.vote(1, N, {1}, value_one)).empty());
  EXPECT_TRUE(sent<Certificate>(lone.vote(2, N, {1}, value_one)).empty());
  EXPECT_TRUE(sent<Certificate>(lone.wait(tell_ms - 1)).empty());
  const Step step = lone.wait(1);
  ASSERT_EQ(sent<Certificate>(step).size(), 1);
  EXPECT_EQ(sent<Certificate>(step)[0], certificate_of(N, {1}, value_one, {0, 1, 2}));
  EXPECT_TRUE(sent<Certificate>(lone.certificate(N, {1}, value_one)).empty());
  EXPECT_TRUE(sent<Certificate>(lone.wait(2 * tell_ms)).empty());
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

// To whom it sends certificates.
std::vector<std::vector<PeerIndex>> not_told(const Step& step) {
  std::vector<std::vector<PeerIndex>> except;
  for (const Send& each : all<Send>(step)) {
    if (!std::holds_alternative<Certificate>(*each.message)) continue;
    EXPECT_EQ(each.to, std::nullopt);
    except.push_back(each.except);
  }
  return except;
}

using Told = std::vector<std::vector<PeerIndex>>;

TEST(R12Forward, TellsALearntCertificateOnceAndNotToWhoToldIt) {
  LoneEngine lone(3);
  EXPECT_TRUE(sent<Certificate>(lone.certificate(L, {1})).empty());
  lone.give(0, certificate_of(L, {1}, {}, {0, 1, 2}));
  EXPECT_EQ(not_told(lone.wait(tell_ms)), (Told{{0, 2}}));
  lone.certificate(L, {1});
  EXPECT_EQ(not_told(lone.wait(2 * tell_ms)), Told{});
}

TEST(R12Forward, WhoFinalizesHasTheNotarization) {
  LoneEngine lone(3);
  lone.certificate(N, {1}, value_one);
  lone.vote(0, F, {1}, value_one);
  EXPECT_EQ(not_told(lone.wait(tell_ms)), (Told{{0, 2}}));
}

TEST(R12Forward, OnlyTheLastFinalizationIsToldOnceItIsFinal) {
  LoneEngine lone(3);
  lone.execute(lone.propose({1}, value_one, one));
  lone.certificate(N, {1}, value_one);
  ASSERT_EQ(all<Commit>(lone.certificate(F, {1}, value_one)).size(), 1);
  lone.give(0, Status{0, {2}, {1}, {1}, one.hash, 0, 0, {}});
  EXPECT_EQ(not_told(lone.wait(tell_ms)), (Told{{0, 2}})) << "and no notarization";
}

TEST(R12Forward, FollowersAreToldWhatValidatorsHave) {
  LoneEngine lone(3);
  lone.certificate(L, {1});
  lone.give(0, certificate_of(L, {1}, {}, {0, 1, 2}));
  lone.give(1, certificate_of(L, {1}, {}, {0, 1, 2}));
  lone.give(4, certificate_of(L, {1}, {}, {0, 1, 2}));
  EXPECT_EQ(not_told(lone.wait(tell_ms)), (Told{{0, 1, 2}}));
}

TEST(R12Forward, WhatEndsAnEpochIsToldAtOnce) {
  LoneEngine lone(3);
  const Block closing = block_on(digest_of("genesis"), 1, 1, "last", 2'000, true);
  lone.execute(lone.propose({1}, value_of({0}, closing), closing));
  const Step step = lone.certificate(F, {1}, value_of({0}, closing));
  ASSERT_EQ(all<Commit>(step).size(), 1);
  EXPECT_EQ(not_told(step), (Told{{}}));
}

}  // namespace
}  // namespace centime::consensus
