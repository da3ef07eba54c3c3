#include "consensus/vote.h"

#include <gtest/gtest.h>
// Before rapidcheck's own.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "consensus/view_votes.h"
#include "crypto/encoding.h"
#include "tests/consensus/samples.h"

namespace centime::consensus {
namespace {

using namespace test;

const Value value{{6}, {5}, digest_of("block")};
constexpr View view{7};

Vote vote_of(std::uint16_t signer, VoteKind kind = VoteKind::finalize) {
  return signed_vote(kind, view, value, signer);
}

TEST(Quorum, HasThePublishedSizes) {
  const std::map<std::size_t, std::size_t> sizes{{1, 1},  {2, 2},   {3, 2},  {4, 3}, {5, 4},
                                                 {6, 4},  {7, 5},   {8, 6},  {9, 6}, {10, 7},
                                                 {13, 9}, {20, 14}, {50, 34}};
  for (const auto& [validators, votes] : sizes) EXPECT_EQ(quorum(validators), votes) << validators;
}

TEST(Quorum, OfAnySizeSharesAnHonestValidatorAndIsWithinReachOfTheHonest) {
  for (std::size_t n = 1; n <= validators_max; ++n) {
    const std::size_t f = (n - 1) / 3;
    EXPECT_GE(2 * quorum(n), n + f + 1) << n;
    EXPECT_LE(quorum(n), n - f) << n;
    EXPECT_LT(2 * (quorum(n) - 1), n + f + 1) << "a smaller one would do for " << n;
  }
}

// The documented layout, byte by byte: tag, version, network, epoch, kind, view, value.
std::string golden_message(VoteKind kind) {
  crypto::Digest network;
  network.bytes.fill(0xaa);
  crypto::Digest block;
  block.bytes.fill(0xbb);
  Vote vote{0x0102030405060708, kind, {0x1112131415161718}, {{0x21}, {0x31}, block}, 9, {}};
  return crypto::to_hex(vote_message(network, vote));
}
const std::string golden_head =
    "63656e74696d652f766f74652f76310a"  // "centime/vote/v1\n"
    "0001"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "0102030405060708";
const std::string golden_value =
    "0000000000000021"
    "0000000000000031"
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

TEST(VoteMessage, OfEachKindIsTheDocumentedBytes) {
  EXPECT_EQ(golden_message(VoteKind::notarize),
            golden_head + "00" + "1112131415161718" + golden_value);
  EXPECT_EQ(golden_message(VoteKind::finalize),
            golden_head + "01" + "1112131415161718" + golden_value);
  EXPECT_EQ(golden_message(VoteKind::nullify), golden_head + "02" + "1112131415161718");
}

TEST(VoteMessage, TellsItsKind) {
  for (const VoteKind kind : {VoteKind::notarize, VoteKind::finalize, VoteKind::nullify}) {
    EXPECT_EQ(vote_kind(vote_message(digest_of("network"), vote_of(3, kind))), kind);
  }
}

TEST(VoteMessage, HasTheDocumentedLengths) {
  EXPECT_EQ(golden_message(VoteKind::notarize).size(), 2 * 115U);
  EXPECT_EQ(golden_message(VoteKind::nullify).size(), 2 * 67U);
}

TEST(VerifyVote, RefusesAnotherNetworkKindViewValueEpochOrSigner) {
  const ValidatorSet set = set_of(4);
  const Vote good = vote_of(2);
  ASSERT_TRUE(verify_vote(set, good));
  ValidatorSet other = set;
  other.network = digest_of("other network");
  EXPECT_FALSE(verify_vote(other, good));
  for (int change = 0; change < 7; ++change) {
    Vote bad = good;
    if (change == 0) bad.kind = VoteKind::notarize;
    if (change == 1) bad.view = {8};
    if (change == 2) bad.value.height = {6};
    if (change == 3) bad.signer = 1;
    if (change == 4) bad.epoch = 1;
    if (change == 5) bad.signer = 4;
    if (change == 6) bad.kind = VoteKind::nullify;
    EXPECT_FALSE(verify_vote(set, bad)) << change;
  }
}

TEST(Vote, OfNullifyHasNoBytesForAValue) {
  const Vote nullify = vote_of(1, VoteKind::nullify);
  EXPECT_EQ(crypto::encode(nullify).size(), 8U + 1 + 8 + 2 + 64);
  EXPECT_EQ(crypto::encode(vote_of(1)).size(), 8U + 1 + 8 + 48 + 2 + 64);
  const auto decoded = crypto::decode<Vote>(crypto::encode(nullify));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, nullify);
  EXPECT_TRUE(verify_vote(set_of(4), *decoded));
}

TEST(ViewVotes, MakeACertificateAtTheQuorum) {
  ViewVotes votes;
  for (const std::uint16_t signer : Peers{3, 0}) votes.add(vote_of(signer));
  EXPECT_FALSE(votes.certificate(VoteKind::finalize, 3));
  votes.add(vote_of(1));
  const auto certificate = votes.certificate(VoteKind::finalize, 3);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(*certificate, certificate_of(VoteKind::finalize, view, value, {0, 1, 3}));
  EXPECT_FALSE(votes.certificate(VoteKind::notarize, 3));
}

TEST(ViewVotes, CountOnlyVotesForTheSameValue) {
  ViewVotes votes;
  const Value other{{6}, {5}, digest_of("other")};
  for (const std::uint16_t signer : Peers{0, 1}) votes.add(vote_of(signer));
  for (const std::uint16_t signer : Peers{2, 3}) {
    votes.add(signed_vote(VoteKind::finalize, view, other, signer));
  }
  EXPECT_FALSE(votes.certificate(VoteKind::finalize, 3));
}

TEST(ViewVotes, CountTheFirstOfEachSignerAndKind) {
  ViewVotes votes;
  EXPECT_TRUE(votes.add(vote_of(0)));
  EXPECT_FALSE(votes.add(vote_of(0)));
  EXPECT_FALSE(votes.add(signed_vote(VoteKind::finalize, view, {{6}, {5}, digest_of("other")}, 0)));
  EXPECT_EQ(votes.find(VoteKind::finalize, 0)->value, value);
  EXPECT_TRUE(votes.add(vote_of(0, VoteKind::notarize)));
  EXPECT_EQ(votes.size(), 2);
}

TEST(VerifyCertificate, JudgesSignersQuorumAndSignatures) {
  const ValidatorSet set = set_of(4);
  const auto judged = [&](const std::vector<std::uint16_t>& signers, VoteKind kind) {
    return verify_certificate(set, certificate_of(kind, view, value, signers));
  };
  for (const VoteKind kind : {VoteKind::notarize, VoteKind::finalize, VoteKind::nullify}) {
    EXPECT_TRUE(judged({0, 1, 3}, kind));
    EXPECT_TRUE(judged({0, 1, 2, 3}, kind));
    EXPECT_EQ(judged({0, 1}, kind).error(), CertificateError::no_quorum);
    EXPECT_EQ(judged({0, 1, 1}, kind).error(), CertificateError::bad_signers);
    EXPECT_EQ(judged({1, 0, 3}, kind).error(), CertificateError::bad_signers);
    EXPECT_EQ(judged({0, 1, 4}, kind).error(), CertificateError::bad_signers);
  }
  Certificate forged = certificate_of(VoteKind::finalize, view, value, {0, 1, 3});
  forged.signatures.items[1].signature.bytes[5] ^= 1;
  EXPECT_EQ(verify_certificate(set, forged).error(), CertificateError::bad_signature);
}

TEST(Certificate, SurvivesItsEncoding) {
  for (const VoteKind kind : {VoteKind::notarize, VoteKind::finalize, VoteKind::nullify}) {
    const Certificate certificate = certificate_of(kind, view, value, {0, 1, 3});
    const auto decoded = crypto::decode<Certificate>(crypto::encode(certificate));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, certificate);
  }
}

RC_GTEST_PROP(Certificate, OfAnySizeNeedsItsQuorum, ()) {
  const auto n = *rc::gen::inRange<std::uint16_t>(1, validators_max + 1);
  const auto signers =
      *rc::gen::unique<std::vector<std::uint16_t>>(rc::gen::inRange<std::uint16_t>(0, n));
  std::vector<std::uint16_t> sorted = signers;
  std::ranges::sort(sorted);
  const Certificate certificate = certificate_of(VoteKind::notarize, view, value, sorted);
  RC_ASSERT(check_signers(n, certificate).has_value() == (sorted.size() >= quorum(n)));
}

}  // namespace
}  // namespace centime::consensus
