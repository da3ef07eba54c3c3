#include "node/ledger/trial_submission.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::check_for_trial;
using ledger::Submission;
using ledger::Word;

class Trials : public ::testing::Test {
 protected:
  std::vector<ledger::Record> gifts() {
    return {world_.record(donation_of(5)), world_.record(donation_of(6))};
  }

  Submission trial() {
    return ledger::sign_for_trial(world_.network(), open_giving, fixed_key(open_giving.value),
                                  gifts());
  }

  // Nothing if it may be tried.
  std::optional<Word> refusal(const Submission& submission) const {
    const auto checked = check_for_trial(world_.network(), crypto::encode(submission));
    return checked ? std::nullopt : std::optional(checked.error().whole.word);
  }

  LedgerWorld world_;
};

TEST_F(Trials, HaveTheRecordsOfTheSubmissionTheyAreATrialOf) {
  const Submission submission = world_.sign(open_giving, gifts());
  const auto tried = check_for_trial(
      world_.network(),
      crypto::encode(ledger::sign_for_trial(
          world_.network(), open_giving, fixed_key(open_giving.value), submission.records.items)));
  const auto recorded = ledger::check_submission(world_.network(), submission);
  ASSERT_TRUE(tried);
  ASSERT_TRUE(recorded);
  EXPECT_EQ(tried->head.root, recorded->head.root);
  ASSERT_EQ(tried->records.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(tried->records[i].id, recorded->records[i].id);
}

// Whoever is asked what would be refused, or listens, gets nothing that holds on the ledger.
TEST_F(Trials, HoldNowhereOnTheLedger) {
  const Submission submission = trial();
  EXPECT_EQ(refusal(submission), std::nullopt);
  // Of a member, over the API as JSON and between nodes as bytes.
  const auto as_value = ledger::check_submission(world_.network(), submission);
  ASSERT_FALSE(as_value);
  EXPECT_EQ(as_value.error().whole.word, Word::bad_signature);
  const auto as_bytes = ledger::check_submission(world_.network(), crypto::encode(submission));
  ASSERT_FALSE(as_bytes);
  EXPECT_EQ(as_bytes.error().whole.word, Word::bad_signature);
  // In a block of the log.
  const auto in_log =
      ledger::check_signature(world_.network(), submission.head, submission.head.root);
  ASSERT_FALSE(in_log);
  EXPECT_EQ(in_log.error().whole.word, Word::bad_signature);
}

TEST_F(Trials, MayBeOfWhatIsSignedForTheLedger) {
  EXPECT_EQ(refusal(world_.sign(open_giving, gifts())), std::nullopt);
}

TEST_F(Trials, AreRefusedAfterAnyChangeAndForAnotherNetwork) {
  Submission changed = trial();
  changed.head.signature.bytes[5] ^= 1;
  EXPECT_EQ(refusal(changed), Word::bad_signature);
  changed = trial();
  changed.head.author = red_aid;
  EXPECT_EQ(refusal(changed), Word::bad_signature);
  changed = trial();
  changed.records.items.front().reference = {"another"};
  EXPECT_EQ(refusal(changed), Word::bad_signature);
  changed = trial();
  changed.head.count = 3;
  EXPECT_EQ(refusal(changed), Word::bad_encoding);
  changed = trial();
  changed.records.items.clear();
  EXPECT_EQ(refusal(changed), Word::bad_encoding);
  EXPECT_EQ(refusal(ledger::sign_for_trial({}, open_giving, fixed_key(open_giving.value), gifts())),
            Word::bad_signature);
}

TEST_F(Trials, SignADomainOfTheirOwn) {
  const Submission submission = trial();
  const crypto::Bytes real = submission_message(world_.network(), submission.head);
  crypto::Bytes expected = crypto::to_bytes("centime/submission-check/v1\n");
  const auto rest = real.begin() + std::string_view("centime/submission/v1\n").size();
  expected.insert(expected.end(), rest, real.end());
  EXPECT_EQ(trial_message(world_.network(), submission.head), expected);
}

}  // namespace
}  // namespace centime::test
