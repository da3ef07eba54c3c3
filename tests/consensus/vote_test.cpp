#include <gtest/gtest.h>
// Before rapidcheck's own.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "consensus/engine.h"
#include "consensus/quorum.h"
#include "consensus/vote_tally.h"

namespace centime::consensus {
namespace {

crypto::SecretKey key_of(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed[0] = number;
  return crypto::SecretKey::from_seed(seed);
}

crypto::Digest digest_of(std::string_view text) { return crypto::sha256(crypto::as_bytes(text)); }

ValidatorSet set_of(std::uint8_t count) {
  ValidatorSet set{digest_of("network"), {}};
  for (std::uint8_t i = 0; i < count; ++i) set.keys.push_back(key_of(i).public_key());
  return set;
}

Vote signed_vote(const ValidatorSet& set, std::uint16_t signer,
                 VoteKind kind = VoteKind::finalize) {
  Vote vote{0, kind, {7}, {{6}, {5}, digest_of("block")}, signer, {}};
  vote.signature = key_of(static_cast<std::uint8_t>(signer)).sign(vote_message(set.network, vote));
  return vote;
}

Certificate certificate_of(const ValidatorSet& set, const std::vector<std::uint16_t>& signers) {
  const Vote first = signed_vote(set, signers.at(0));
  Certificate certificate{first.epoch, first.kind, first.view, first.value, {}};
  for (const std::uint16_t signer : signers) {
    certificate.signatures.items.push_back({signer, signed_vote(set, signer).signature});
  }
  return certificate;
}

TEST(Quorum, HasThePublishedSizes) {
  const std::map<std::size_t, std::size_t> sizes{{1, 1},  {2, 2},   {3, 2},  {4, 3}, {5, 4},
                                                 {6, 4},  {7, 5},   {8, 6},  {9, 6}, {10, 7},
                                                 {13, 9}, {20, 14}, {50, 34}};
  for (const auto& [validators, votes] : sizes) EXPECT_EQ(quorum(validators), votes) << validators;
}

RC_GTEST_PROP(Quorum, AnyTwoShareAnHonestValidator, ()) {
  const auto validators = *rc::gen::inRange<std::size_t>(1, 1'000);
  RC_ASSERT(2 * quorum(validators) - validators > faulty_max(validators));
}

RC_GTEST_PROP(Quorum, IsWithinReachOfTheHonest, ()) {
  const auto validators = *rc::gen::inRange<std::size_t>(1, 1'000);
  RC_ASSERT(quorum(validators) <= validators - faulty_max(validators));
}

TEST(VoteMessage, HasTheDocumentedLength) {
  EXPECT_EQ(vote_message(digest_of("network"), signed_vote(set_of(1), 0)).size(),
            16U + 2 + 32 + 8 + 1 + 8 + 48);
}

TEST(VerifyVote, RefusesAnotherNetworkKindViewValueOrSigner) {
  const ValidatorSet set = set_of(4);
  const Vote good = signed_vote(set, 2);
  ASSERT_TRUE(verify_vote(set, good));
  ValidatorSet other = set;
  other.network = digest_of("other network");
  EXPECT_FALSE(verify_vote(other, good));
  for (int change = 0; change < 6; ++change) {
    Vote bad = good;
    if (change == 0) bad.kind = VoteKind::notarize;
    if (change == 1) bad.view = {8};
    if (change == 2) bad.value.height = {6};
    if (change == 3) bad.signer = 1;
    if (change == 4) bad.epoch = 1;
    if (change == 5) bad.signer = 4;
    EXPECT_FALSE(verify_vote(set, bad)) << change;
  }
}

TEST(VoteTally, MakesOneCertificateAtTheQuorum) {
  const ValidatorSet set = set_of(4);
  const Vote first = signed_vote(set, 3);
  VoteTally tally(4, 0, first.kind, first.view, first.value);
  EXPECT_FALSE(tally.add(first)->has_value());
  EXPECT_FALSE(tally.add(signed_vote(set, 0))->has_value());
  const auto certificate = tally.add(signed_vote(set, 1));
  ASSERT_TRUE(certificate && certificate->has_value());
  EXPECT_TRUE(verify_certificate(set, **certificate));
  EXPECT_FALSE(tally.add(signed_vote(set, 2))->has_value()) << "a fourth vote commits again";
}

TEST(VoteTally, RefusesSecondVotesStrangersAndOtherValues) {
  const ValidatorSet set = set_of(4);
  const Vote vote = signed_vote(set, 0);
  VoteTally tally(4, 0, vote.kind, vote.view, vote.value);
  ASSERT_TRUE(tally.add(vote));
  EXPECT_EQ(tally.add(vote).error(), VoteError::already_voted);
  Vote stranger = vote;
  stranger.signer = 4;
  EXPECT_EQ(tally.add(stranger).error(), VoteError::unknown_validator);
  EXPECT_EQ(tally.add(signed_vote(set, 1, VoteKind::notarize)).error(), VoteError::other_value);
}

TEST(VerifyCertificate, JudgesSignersQuorumAndSignatures) {
  const ValidatorSet set = set_of(4);
  EXPECT_TRUE(verify_certificate(set, certificate_of(set, {0, 1, 3})));
  EXPECT_EQ(verify_certificate(set, certificate_of(set, {0, 1})).error(),
            CertificateError::no_quorum);
  EXPECT_EQ(verify_certificate(set, certificate_of(set, {0, 1, 1})).error(),
            CertificateError::bad_signers);
  EXPECT_EQ(verify_certificate(set, certificate_of(set, {1, 0, 3})).error(),
            CertificateError::bad_signers);
  EXPECT_EQ(verify_certificate(set, certificate_of(set, {0, 1, 4})).error(),
            CertificateError::bad_signers);
  Certificate forged = certificate_of(set, {0, 1, 3});
  forged.signatures.items[1].signature.bytes[5] ^= 1;
  EXPECT_EQ(verify_certificate(set, forged).error(), CertificateError::bad_signature);
}

TEST(Certificate, SurvivesItsEncoding) {
  const Certificate certificate = certificate_of(set_of(4), {0, 1, 3});
  const auto decoded = crypto::decode<Certificate>(crypto::encode(certificate));
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(verify_certificate(set_of(4), *decoded));
}

TEST(Engine, FinalizesEachBlockOnItsParentInAViewOfItsOwn) {
  const ValidatorSet set = set_of(1);
  Engine engine(set, key_of(0), {0, {0}, {0}, digest_of("genesis")});
  const auto first = engine.propose({{1}, digest_of("one"), digest_of("genesis")});
  ASSERT_TRUE(first);
  EXPECT_TRUE(verify_certificate(set, first->finalization));
  EXPECT_EQ(first->finalization.kind, VoteKind::finalize);
  EXPECT_EQ(first->finalization.value.block, digest_of("one"));
  EXPECT_EQ(first->fin, (Finalized{0, {1}, {1}, digest_of("one")}));
  const auto second = engine.propose({{2}, digest_of("two"), digest_of("one")});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->finalization.view, View{2});
  EXPECT_EQ(second->finalization.value.parent_view, View{1});
}

TEST(Engine, RefusesABlockOnAnythingButTheLastFinalOne) {
  Engine engine(set_of(1), key_of(0), {0, {3}, {3}, digest_of("three")});
  EXPECT_EQ(engine.propose({{4}, digest_of("x"), digest_of("two")}).error(),
            EngineError::wrong_parent);
  EXPECT_EQ(engine.propose({{5}, digest_of("x"), digest_of("three")}).error(),
            EngineError::wrong_parent);
  EXPECT_EQ(engine.fin().height, BlockHeight{3});
}

TEST(Engine, NeverSignsTwoBlocksInOneViewAcrossARestart) {
  const ValidatorSet set = set_of(1);
  Finalized fin{0, {0}, {0}, digest_of("genesis")};
  View last{0};
  for (std::uint64_t height = 1; height <= 20; ++height) {
    // A restart from what was durable: only `fin`.
    Engine engine(set, key_of(0), fin);
    const auto step = engine.propose({{height}, digest_of(std::to_string(height)), fin.block});
    ASSERT_TRUE(step);
    EXPECT_GT(step->finalization.view, last);
    last = step->finalization.view;
    fin = step->fin;
  }
}

TEST(EngineDeath, RefusesMoreThanOneValidator) {
  EXPECT_DEATH(Engine(set_of(4), key_of(0), {}), "networks of one validator");
}

}  // namespace
}  // namespace centime::consensus
