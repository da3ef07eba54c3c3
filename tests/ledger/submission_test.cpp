#include "node/ledger/submission.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::check_submission;
using ledger::Submission;
using ledger::Word;

class Submissions : public ::testing::Test {
 protected:
  Submission good(std::size_t records = 3) {
    std::vector<ledger::Record> all;
    for (std::size_t i = 0; i < records; ++i) all.push_back(world_.record(donation_of(5 + i)));
    return world_.sign(open_giving, std::move(all));
  }

  std::optional<Word> word(const Submission& submission) const {
    const auto checked = check_submission(world_.network(), submission);
    return checked ? std::nullopt : std::optional(checked.error().whole.word);
  }

  LedgerWorld world_;
};

TEST_F(Submissions, GiveEachRecordItsIdAndCanonicalBytes) {
  const Submission submission = good();
  const auto checked = check_submission(world_.network(), crypto::encode(submission));
  ASSERT_TRUE(checked);
  ASSERT_EQ(checked->records.size(), 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const crypto::Bytes authored =
        crypto::encode(ledger::AuthoredRecord{open_giving, submission.records.items[i]});
    EXPECT_EQ(crypto::to_bytes(checked->records[i].authored), authored);
    EXPECT_EQ(checked->records[i].id.bytes, crypto::tagged_hash("record", authored).bytes);
  }
}

TEST_F(Submissions, AreRefusedForAnotherNetwork) {
  ledger::Genesis other = world_genesis();
  other.origin = {"ledger.test/other"};
  const auto checked = check_submission(ledger::network_id(other), good());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().whole.word, Word::bad_signature);
}

TEST_F(Submissions, AreRefusedAfterAnyChange) {
  ASSERT_EQ(word(good()), std::nullopt);
  Submission changed = good();
  changed.head.author = red_aid;
  EXPECT_EQ(word(changed), Word::bad_signature);
  changed = good();
  changed.head.key = fixed_key("stranger").public_key();
  EXPECT_EQ(word(changed), Word::bad_signature);
  changed = good();
  changed.head.root.bytes[0] ^= 1;
  EXPECT_EQ(word(changed), Word::bad_signature);
  changed = good();
  std::get<ledger::Donation>(changed.records.items[1].body).amount.value += 1;
  EXPECT_EQ(word(changed), Word::bad_signature);
  changed = good();
  std::swap(changed.records.items[0], changed.records.items[1]);
  EXPECT_EQ(word(changed), Word::bad_signature);
  changed = good();
  changed.records.items.pop_back();
  EXPECT_EQ(word(changed), Word::bad_encoding);
  changed = good();
  changed.records.items.clear();
  changed.head.count = 0;
  EXPECT_EQ(word(changed), Word::bad_encoding);
}

TEST_F(Submissions, AreRefusedWithAnyBitOfTheirBytesFlipped) {
  const crypto::Bytes bytes = crypto::encode(good(1));
  for (std::size_t i = 0; i < 8 * bytes.size(); ++i) {
    crypto::Bytes flipped = bytes;
    flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1u << (i % 8)));
    EXPECT_FALSE(check_submission(world_.network(), flipped)) << "bit " << i;
  }
}

TEST_F(Submissions, AreRefusedWhenTooManyOrTooLarge) {
  crypto::Bytes bytes = crypto::encode(good(1).head);
  crypto::encode_to(std::uint32_t{ledger::submission_records_max + 1}, bytes);
  const auto checked = check_submission(world_.network(), bytes);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().whole.word, Word::bad_encoding);

  const crypto::Bytes large(ledger::submission_bytes_max + 1);
  const auto refused = check_submission(world_.network(), large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::too_large);
}

TEST_F(Submissions, SignedAndCheckedAtOnceAreWhatCheckingTheSignedOnesGives) {
  const Submission submission = good();
  const auto expected = check_submission(world_.network(), submission);
  const auto made = ledger::sign_checked(world_.network(), open_giving,
                                         fixed_key(open_giving.value), submission.records.items);
  ASSERT_TRUE(expected);
  ASSERT_TRUE(made);
  EXPECT_EQ(crypto::encode(made->head), crypto::encode(expected->head));
  ASSERT_EQ(made->records.size(), expected->records.size());
  for (std::size_t i = 0; i < made->records.size(); ++i) {
    EXPECT_EQ(made->records[i].id, expected->records[i].id);
    EXPECT_EQ(crypto::to_bytes(made->records[i].authored),
              crypto::to_bytes(expected->records[i].authored));
  }
  // And whoever gets them elsewhere takes them.
  Submission sent;
  sent.head = made->head;
  sent.records = submission.records;
  EXPECT_EQ(word(sent), std::nullopt);
}

TEST_F(Submissions, AreNotSignedWhenTheirRecordsAreTooLarge) {
  ledger::Disbursement body = disbursement_of(red_aid, 1);
  body.evidence.items.assign(16, {{}, {std::string(100, 'm')}, 1, {}, {{std::string(200, 'c')}}});
  std::vector<ledger::Record> records;
  for (int i = 0; i < 200; ++i) records.push_back(world_.record(body));
  const auto made = ledger::sign_checked(world_.network(), open_giving,
                                         fixed_key(open_giving.value), std::move(records));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().whole.word, Word::too_large);
}

TEST_F(Submissions, OfNoneOrOfTooManyRecordsAreAProgrammersError) {
  const auto sign = [&](std::size_t count) {
    static_cast<void>(
        ledger::sign_checked(world_.network(), open_giving, fixed_key(open_giving.value),
                             std::vector(count, ledger::Record{{"r-1"}, donation_of(5)})));
  };
  EXPECT_DEATH(sign(0), "a submission's number of records");
  EXPECT_DEATH(sign(ledger::submission_records_max + 1), "a submission's number of records");
}

TEST_F(Submissions, MayHoldTwoThousandRecords) { EXPECT_EQ(word(good(2'000)), std::nullopt); }

TEST_F(Submissions, SignTheDomainTheNetworkAndTheRoot) {
  const Submission submission = good();
  const crypto::Bytes message = submission_message(world_.network(), submission.head);
  crypto::Bytes expected = crypto::to_bytes("centime/submission/v1\n");
  const auto network = world_.network();
  expected.insert(expected.end(), network.bytes.begin(), network.bytes.end());
  for (const int byte : {0, 11}) expected.push_back(static_cast<std::uint8_t>(byte));
  for (const char c : std::string_view("open-giving")) {
    expected.push_back(static_cast<std::uint8_t>(c));
  }
  for (const int byte : {0, 0, 0, 3}) expected.push_back(static_cast<std::uint8_t>(byte));
  const auto& root = submission.head.root.bytes;
  expected.insert(expected.end(), root.begin(), root.end());
  EXPECT_EQ(message, expected);
}

}  // namespace
}  // namespace centime::test
