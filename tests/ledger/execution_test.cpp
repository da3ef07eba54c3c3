#include "node/ledger/execution.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"
#include "tests/support/state_probe.h"

namespace centime::test {
namespace {

using ledger::EntryIndex;
using ledger::Record;
using ledger::RecordRefusal;
using ledger::Rejection;
using ledger::Word;

class Batch : public ::testing::Test {
 protected:
  Batch() {
    world_.open_channel();
    world_.open_fund();
  }

  Record gift(std::uint64_t amount) { return world_.record(donation_of(amount)); }

  static ledger::RecordId id_of(const ledger::MemberId& author, const Record& record) {
    return ledger::record_id(crypto::encode(ledger::AuthoredRecord{author, record}));
  }

  // Index and word of each bad record.
  static std::vector<std::pair<std::uint32_t, Word>> words(const Rejection& rejection) {
    std::vector<std::pair<std::uint32_t, Word>> words;
    for (const RecordRefusal& bad : rejection.records)
      words.push_back({bad.index, bad.refusal.word});
    return words;
  }

  static ledger::MemberProposal newcomer() {
    return {{"newcomer"}, {"One"}, ledger::Role::platform, fixed_key("newcomer").public_key(), {}};
  }
  ledger::KeyRotation rotation_of(const ledger::MemberId& member, std::string_view seed) const {
    const crypto::SecretKey key = fixed_key(seed);
    return {member, key.public_key(),
            key.sign(ledger::key_proof_message(world_.network(), member, key.public_key()))};
  }
  bool is_active(const ledger::MemberId& member) const {
    return ledger::find_standing(*world_.state().governance(), member)->status ==
           ledger::MemberStatus::active;
  }

  using Words = std::vector<std::pair<std::uint32_t, Word>>;
  LedgerWorld world_;
};

TEST_F(Batch, IsRecordedInOrderAfterItsHead) {
  const auto next = world_.tip().next_entry();
  const auto outcome = world_.submit(open_giving, {gift(5), gift(6), gift(7)});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->repeat);
  EXPECT_EQ(outcome->records, (std::vector{next + 1, next + 2, next + 3}));
  EXPECT_EQ(world_.balance(open_giving), 18);
}

TEST_F(Batch, IsRefusedAsAWholeAndNamesEachBadRecord) {
  const auto entries = world_.state().entries();
  ledger::Donation future = donation_of(3);
  future.paid_on = day("2027-01-01");
  const auto outcome = world_.submit(
      open_giving, {gift(5), gift(0), gift(6), world_.record(donation_of(1, "EUR", {"ghosts"})),
                    world_.record(future)});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{1, Word::amount_out_of_range},
                                           {3, Word::unknown_fund},
                                           {4, Word::date_out_of_range}}));
  EXPECT_EQ(outcome.error().whole.word, Word::amount_out_of_range);
  EXPECT_EQ(world_.state().entries(), entries);
  EXPECT_EQ(world_.account(open_giving), nullptr);
}

TEST_F(Batch, MaySpendWhatItBringsIn) {
  const Record donation = gift(100);
  ledger::Expenditure earmarked = expenditure_of(30);
  earmarked.for_donation = id_of(open_giving, donation);
  const auto outcome = world_.submit(
      open_giving, {donation, world_.record(disbursement_of(red_aid, 20)), world_.record(earmarked),
                    world_.record(refund_of(id_of(open_giving, donation), 50))});
  ASSERT_TRUE(outcome) << outcome.error().whole.detail;
  EXPECT_EQ(world_.balance(open_giving), 0);
  EXPECT_EQ(world_.balance(red_aid), 20);
}

TEST_F(Batch, MayNotSpendBeforeItBringsIn) {
  const auto outcome =
      world_.submit(open_giving, {world_.record(disbursement_of(red_aid, 20)), gift(100)});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{0, Word::insufficient_funds}}));
}

TEST_F(Batch, ListsRecordsThatFailForWantOfAnother) {
  const Record bad = gift(0);
  const auto outcome =
      world_.submit(open_giving, {bad, world_.record(refund_of(id_of(open_giving, bad), 5))});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()),
            (Words{{0, Word::amount_out_of_range}, {1, Word::unknown_record}}));
}

TEST_F(Batch, AnsweredWithTheFirstResultWhenRepeated) {
  const std::vector<Record> records{gift(5), gift(6)};
  const auto first = world_.submit(open_giving, records);
  const auto size = world_.state().entries().size();
  const auto again = world_.submit(open_giving, records);
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(again->repeat);
  EXPECT_EQ(again->records, first->records);
  // In part, in another order, and twice in one submission.
  const auto other = world_.submit(open_giving, {records[1], records[0], records[1]});
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->repeat);
  EXPECT_EQ(other->records, (std::vector{first->records[1], first->records[0], first->records[1]}));
  EXPECT_EQ(world_.state().entries().size(), size);
  EXPECT_EQ(world_.balance(open_giving), 11);
}

TEST_F(Batch, IsARepeatInTheSameBlockToo) {
  const Record record = gift(5);
  const auto first = world_.add(open_giving, {record});
  const auto again = world_.add(open_giving, {record});
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(again->repeat);
  EXPECT_EQ(again->records, first->records);
}

TEST_F(Batch, IsRefusedWhenOnlySomeOfItIsARepeat) {
  const Record old = gift(5);
  const auto first = world_.submit(open_giving, {old});
  ASSERT_TRUE(first);
  const auto outcome = world_.submit(open_giving, {gift(6), old, gift(0)});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()),
            (Words{{1, Word::already_recorded}, {2, Word::amount_out_of_range}}));
  const std::string entry = std::to_string(first->records[0].value);
  EXPECT_EQ(outcome.error().records[0].refusal.detail,
            "this record is entry " + entry + " already; send the others without it");
}

// The author completes its own suspension, and would go on: what it did then was kept.
TEST_F(Batch, IsRefusedFromTheRecordOnThatSuspendsItsAuthor) {
  const auto joining = world_.state_record(red_aid, newcomer());
  const auto suspension = world_.state_record(
      red_aid, ledger::MemberSuspension{tender, ledger::MemberStatus::suspended, {"It lies"}});
  world_.state_record(open_giving, ledger::Approval{suspension, {}});
  const Record last = world_.record(ledger::Approval{suspension, {}});
  const std::vector<Record> after{world_.record(ledger::Approval{joining, {}}),
                                  world_.record(ledger::MemberSuspension{
                                      red_aid, ledger::MemberStatus::suspended, {"It lies"}}),
                                  world_.record(approval_of(relief))};
  std::vector<Record> all{last};
  all.insert(all.end(), after.begin(), after.end());
  const auto outcome = world_.submit(tender, all);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{1, Word::member_suspended},
                                           {2, Word::member_suspended},
                                           {3, Word::member_suspended}}));
  EXPECT_EQ(outcome.error().whole.detail,
            "a record before it, of this submission, suspends member 'tender-audit', which records "
            "nothing from then on");
  ASSERT_TRUE(is_active(tender)) << "nothing of it is recorded";

  // In the other order it is heard, and what it approved is taken back.
  ASSERT_TRUE(world_.submit(tender, {after[0], last}));
  EXPECT_FALSE(is_active(tender));
  const auto* open = ledger::find_open(*world_.state().governance(), joining);
  EXPECT_EQ(open->approvals.items, std::vector{red_aid});
}

// Who has a stolen key completes the member's getting another, and would go on.
TEST_F(Batch, IsRefusedFromTheRecordOnByWhichOthersReplaceItsKey) {
  const auto joining = world_.state_record(red_aid, newcomer());
  const auto recovery = world_.state_record(red_aid, rotation_of(tender, "back"));
  world_.state_record(open_giving, ledger::Approval{recovery, {}});
  const Record last = world_.record(ledger::Approval{recovery, {}});
  const Record after = world_.record(ledger::Approval{joining, {}});
  const auto outcome =
      world_.submit(tender, {last, after, world_.record(rotation_of(tender, "the thief's"))});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{1, Word::unknown_key}, {2, Word::unknown_key}}));
  EXPECT_EQ(outcome.error().whole.detail,
            "a record before it, of this submission, gives member 'tender-audit' another key, as "
            "others proposed; sign with that one");

  // Nor with a key that it took by itself first.
  const auto own =
      world_.submit(tender, {world_.record(rotation_of(tender, "the thief's")), last, after});
  ASSERT_FALSE(own);
  EXPECT_EQ(words(own.error()), (Words{{2, Word::unknown_key}}));
}

TEST_F(Batch, GoesOnAfterARotationOfItsAuthorsOwn) {
  const auto joining = world_.state_record(red_aid, newcomer());
  const auto outcome =
      world_.submit(open_giving, {gift(5), world_.record(rotation_of(open_giving, "second")),
                                  gift(6), world_.record(ledger::Approval{joining, {}}),
                                  world_.record(rotation_of(open_giving, "third")), gift(7)});
  ASSERT_TRUE(outcome) << outcome.error().whole.detail;
  EXPECT_EQ(world_.balance(open_giving), 18);
  EXPECT_EQ(ledger::find_open(*world_.state().governance(), joining)->approvals.items,
            (std::vector{red_aid, open_giving}));
}

TEST_F(Batch, IsRefusedWithOneRecordTwice) {
  const Record record = gift(5);
  const auto outcome = world_.submit(open_giving, {record, gift(6), record});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{2, Word::already_recorded}}));
  EXPECT_EQ(outcome.error().whole.detail, "this record stands twice in the submission");
}

TEST_F(Batch, IsRefusedWithOneReferenceForTwoRecords) {
  const Record record = gift(5);
  const Record other{record.reference, donation_of(6)};
  const auto outcome = world_.submit(open_giving, {record, other});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(words(outcome.error()), (Words{{1, Word::reference_reused}}));
  const std::string says = "reference '" + record.reference.value + "' names another record ";
  EXPECT_EQ(outcome.error().whole.detail, says + "of this submission");

  ASSERT_TRUE(world_.submit(open_giving, {record}));
  const auto later = world_.submit(open_giving, {other});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().whole.detail,
            says + "already, " + world_.checked(open_giving, {record}).records[0].id.hex());
}

TEST_F(Batch, MayUseAReferenceThatARefusedOneUsed) {
  Record record = gift(0);
  ASSERT_FALSE(world_.submit(open_giving, {record}));
  record.body = donation_of(5);
  EXPECT_TRUE(world_.submit(open_giving, {record}));
}

TEST_F(Batch, SharesNoReferencesWithAnotherAuthor) {
  const Record record = gift(5);
  EXPECT_TRUE(world_.submit(open_giving, {record}));
  const auto other = world_.submit(red_aid, {record});
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->repeat);
  EXPECT_NE(id_of(open_giving, record), id_of(red_aid, record));
}

TEST_F(Batch, LeavesTheOpenBlockUntouchedWhenItIsRefused) {
  ASSERT_TRUE(world_.add(open_giving, {gift(100)}));
  StateProbe probe;
  probe.learn(world_.state().entries());
  const auto before = probe.ask(world_.view());
  EXPECT_FALSE(world_.add(open_giving, {world_.record(disbursement_of(red_aid, 60)), gift(0)}));
  EXPECT_FALSE(world_.add(red_aid, {world_.record(proposal_of({"new-fund"})),
                                    world_.record(approval_of({"new-fund"}))}));
  EXPECT_EQ(probe.ask(world_.view()), before);
  EXPECT_EQ(world_.view().fund({"new-fund"}), nullptr);
}

// ---- dry runs

class DryRun : public Batch {
 protected:
  std::vector<std::vector<RecordRefusal>> run(
      const std::vector<ledger::CheckedSubmission>& submissions,
      std::size_t reads_max = ledger::block_reads_max) {
    return ledger::dry_run(world_.state(), world_.tip().next_entry(),
                           {{world_.tip().time.value + 1}, world_.genesis().policies}, submissions,
                           reads_max);
  }
};

TEST_F(DryRun, EndsWhereAllHaveReadWhatTheyMay) {
  const auto gift_id = world_.donate(100);
  const auto one = [&] {
    return world_.checked(open_giving, {world_.record(refund_of(gift_id, 1))});
  };
  // Each reads one piece of the gift, and the refunds before it.
  EXPECT_EQ(run({one(), one(), one(), one()}, 1 + 2 + 3 + 4).size(), 4U);
  EXPECT_EQ(run({one(), one(), one(), one()}, 1).size(), 2U);
}

TEST_F(DryRun, CountsTheGoodRecordsOfABadSubmission) {
  const auto bad = world_.checked(open_giving, {gift(100), gift(0)});
  const auto next = world_.checked(open_giving, {world_.record(disbursement_of(red_aid, 100)),
                                                 world_.record(disbursement_of(red_aid, 1))});
  const auto last = world_.checked(red_aid, {world_.record(expenditure_of(100))});
  const auto size = world_.state().entries().size();
  const auto refusals = run({bad, next, last});
  ASSERT_EQ(refusals.size(), 3);
  ASSERT_EQ(refusals[0].size(), 1);
  EXPECT_EQ(refusals[0][0].index, 1);
  EXPECT_EQ(refusals[0][0].refusal.word, Word::amount_out_of_range);
  ASSERT_EQ(refusals[1].size(), 1);
  EXPECT_EQ(refusals[1][0].index, 1);
  EXPECT_EQ(refusals[1][0].refusal.word, Word::insufficient_funds);
  EXPECT_TRUE(refusals[2].empty());
  EXPECT_EQ(world_.state().entries().size(), size);
  EXPECT_EQ(world_.balance(open_giving), 0);
}

TEST_F(DryRun, RefusesEachRecordOfAStranger) {
  const auto submission = ledger::sign_submission(world_.network(), {"nobody"}, fixed_key("nobody"),
                                                  {gift(1), gift(2)});
  const auto refusals = run({*ledger::check_submission(world_.network(), submission)});
  ASSERT_EQ(refusals[0].size(), 2);
  EXPECT_EQ(refusals[0][1].index, 1);
  EXPECT_EQ(refusals[0][1].refusal.word, Word::unknown_member);
}

TEST_F(DryRun, ListsWhatIsRecordedAlready) {
  const Record record = gift(5);
  ASSERT_TRUE(world_.submit(open_giving, {record}));
  const auto refusals = run({world_.checked(open_giving, {gift(6), record})});
  ASSERT_EQ(refusals[0].size(), 1U);
  EXPECT_EQ(refusals[0][0].index, 1U);
  EXPECT_EQ(refusals[0][0].refusal.word, Word::already_recorded);
}

}  // namespace
}  // namespace centime::test
