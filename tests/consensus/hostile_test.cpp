// What a stranger could send again, from elsewhere or from another time: one word each, and no
// effect.
#include <gtest/gtest.h>

#include "tests/consensus/lone_engine.h"
#include "tests/consensus/two_blocks.h"

namespace centime::consensus {
namespace {

using namespace test;

// Who sends it, and what.
using Sent = std::pair<PeerIndex, Message>;

Vote elsewhere(VoteKind kind, View view, const Value& value, std::uint16_t signer) {
  Vote vote{0, kind, view, kind == L ? Value{} : value, signer, {}};
  vote.signature = key_of(signer).sign(vote_message(digest_of("another network"), vote));
  return vote;
}

Certificate elsewhere(VoteKind kind, View view, const Value& value) {
  Certificate certificate{0, kind, view, kind == L ? Value{} : value, {}};
  for (std::uint16_t signer = 0; signer < 3; ++signer) {
    certificate.signatures.items.push_back(
        {signer, elsewhere(kind, view, value, signer).signature});
  }
  return certificate;
}

// Every kind of message that counts for something.
std::vector<Sent> of_epoch(std::uint64_t epoch) {
  return {{1, Proposal{signed_vote(N, {1}, value_one, 1, epoch), one, {}}},
          {0, signed_vote(N, {1}, value_one, 0, epoch)},
          {0, certificate_of(N, {1}, value_one, {0, 1, 2}, epoch)},
          {0, Status{epoch, {2}, {1}, {1}, one.hash, 0, 0, {}}},
          {0, GetCertificates{epoch, {{{1}}}}},
          {0, make_evidence(signed_vote(L, {1}, {}, 2, epoch),
                            signed_vote(F, {1}, value_one, 2, epoch))}};
}

void expect_untouched(const LoneEngine& lone, const Step& step) {
  EXPECT_TRUE(step.rows.empty());
  EXPECT_TRUE(sent<Vote>(step).empty());
  EXPECT_EQ(lone.engine.view(), View{1});
  EXPECT_EQ(lone.engine.use().votes, 0);
  EXPECT_EQ(lone.engine.use().blocks, 0);
}

TEST(Hostile, MessagesOfAnotherEpochHaveNoEffect) {
  for (const std::uint64_t epoch : {1, 77}) {
    for (const auto& [from, message] : of_epoch(epoch)) {
      LoneEngine lone(3);
      const Step step = lone.give(from, message);
      EXPECT_EQ(step.refused, Refusal::wrong_epoch) << message.index();
      expect_untouched(lone, step);
    }
  }
}

TEST(Hostile, MessagesSignedForAnotherNetworkHaveNoEffect) {
  const std::vector<Sent> messages{
      {1, Proposal{elsewhere(N, {1}, value_one, 1), one, {}}},
      {0, elsewhere(N, {1}, value_one, 0)},
      {0, elsewhere(N, {1}, value_one)},
      {0, make_evidence(elsewhere(L, {1}, {}, 2), elsewhere(F, {1}, value_one, 2))}};
  for (const auto& [from, message] : messages) {
    LoneEngine lone(3);
    const Step step = lone.give(from, message);
    EXPECT_EQ(step.refused, Refusal::bad_signature) << message.index();
    expect_untouched(lone, step);
  }
}

TEST(Hostile, AProposalIsNotTakenWithACertificateOfAnotherNetwork) {
  LoneEngine lone(3);
  const Step step = lone.propose({2}, {{0}, {1}, two.hash}, two, {elsewhere(L, {1}, {})});
  EXPECT_EQ(step.refused, Refusal::bad_signature);
  expect_untouched(lone, step);
}

TEST(Hostile, MessagesSaidAgainHaveNoEffect) {
  LoneEngine lone(3);
  const std::vector<Sent> messages{
      {1, Proposal{signed_vote(N, {1}, value_one, 1), one, {}}},
      {0, signed_vote(L, {1}, {}, 0)},
      {0, certificate_of(N, {1}, value_one, {0, 1, 2})},
      {0, make_evidence(signed_vote(L, {9}, {}, 2), signed_vote(F, {9}, value_one, 2))}};
  for (const auto& [from, message] : messages) {
    EXPECT_EQ(lone.execute(lone.give(from, message)).refused, std::nullopt) << message.index();
  }
  for (const auto& [from, message] : messages) {
    const Step step = lone.give(from, message);
    EXPECT_EQ(step.refused, Refusal::repeated) << message.index();
    EXPECT_TRUE(step.rows.empty() && step.effects.empty()) << message.index();
  }
  lone.certificate(F, {1}, value_one);
  ASSERT_EQ(lone.engine.fin().block, one.hash);
  for (std::size_t i = 0; i + 1 < messages.size(); ++i) {
    const Step step = lone.give(messages[i].first, messages[i].second);
    EXPECT_EQ(step.refused, Refusal::stale_view) << i;
    EXPECT_TRUE(step.rows.empty() && step.effects.empty()) << i;
  }
}

}  // namespace
}  // namespace centime::consensus
