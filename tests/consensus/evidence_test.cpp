#include "consensus/evidence.h"

#include <gtest/gtest.h>

#include "tests/consensus/samples.h"

namespace centime::consensus {
namespace {

using namespace test;

constexpr View view{5};
const Value p{{4}, {3}, digest_of("p")};
const Value other_p{{4}, {3}, digest_of("p'")};

Vote notarize(const Value& value) { return signed_vote(VoteKind::notarize, view, value, 2); }
Vote finalize(const Value& value) { return signed_vote(VoteKind::finalize, view, value, 2); }
Vote nullify() { return signed_vote(VoteKind::nullify, view, {}, 2); }

TEST(Evidence, OfEachSinHolds) {
  const ValidatorSet set = set_of(4);
  const auto sin = [&](const Vote& a, const Vote& b) {
    EXPECT_EQ(make_evidence(a, b), make_evidence(b, a));
    return verify_evidence(set, make_evidence(a, b));
  };
  EXPECT_EQ(sin(notarize(p), notarize(other_p)), Sin::two_notarized);
  EXPECT_EQ(sin(finalize(p), finalize(other_p)), Sin::two_finalized);
  EXPECT_EQ(sin(nullify(), finalize(p)), Sin::nullified_finalized);
  EXPECT_EQ(sin(notarize(p), finalize(other_p)), Sin::notarized_finalized);
}

TEST(Evidence, AccusesNobodyOfWhatIsLegal) {
  EXPECT_FALSE(contradiction(notarize(p), nullify()));
  EXPECT_FALSE(contradiction(notarize(p), finalize(p)));
  EXPECT_FALSE(contradiction(notarize(p), notarize(p)));
  EXPECT_FALSE(contradiction(nullify(), nullify()));
  Vote later = finalize(other_p);
  later.view = {6};
  EXPECT_FALSE(contradiction(finalize(p), later));
  Vote elsewhere = finalize(other_p);
  elsewhere.epoch = 1;
  EXPECT_FALSE(contradiction(finalize(p), elsewhere));
}

TEST(Evidence, OfTwoSignersOfOneVoteSentTwiceIsRefused) {
  // A restarted validator signs the same content again; with another signature it is no sin.
  Vote again = finalize(p);
  again.signature.bytes[0] ^= 1;
  EXPECT_FALSE(contradiction(finalize(p), again));
  EXPECT_EQ(verify_evidence(set_of(4), {finalize(p), again}).error(),
            EvidenceError::no_contradiction);
}

TEST(Evidence, IsRefusedWithOneWordForEachFault) {
  const ValidatorSet set = set_of(4);
  Evidence good = make_evidence(finalize(p), finalize(other_p));
  ASSERT_TRUE(verify_evidence(set, good));

  Evidence swapped{good.second, good.first};
  EXPECT_EQ(verify_evidence(set, swapped).error(), EvidenceError::wrong_order);
  Evidence forged = good;
  forged.second.signature.bytes[9] ^= 1;
  EXPECT_EQ(verify_evidence(set, forged).error(), EvidenceError::bad_signature);
  EXPECT_EQ(verify_evidence(set_of(2), good).error(), EvidenceError::unknown_validator);
  Evidence framed = good;
  framed.first = signed_vote(VoteKind::finalize, view, p, 1);
  EXPECT_EQ(verify_evidence(set, framed).error(), EvidenceError::no_contradiction);
  ValidatorSet elsewhere = set;
  elsewhere.network = digest_of("other network");
  EXPECT_EQ(verify_evidence(elsewhere, good).error(), EvidenceError::bad_signature);
}

}  // namespace
}  // namespace centime::consensus
