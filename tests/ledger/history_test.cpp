// What the rules read of the past: once for a submission, and within a bound.
#include "node/ledger/history.h"

#include <gtest/gtest.h>

#include "tests/support/forwarding_view.h"
#include "tests/support/ledger_world.h"

namespace centime::ledger {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the world's names.

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    world_.open_channel();
    world_.open_fund();
  }

  std::vector<Record> repeated(std::size_t count, const RecordBody& body) {
    std::vector<Record> records;
    while (records.size() < count) records.push_back(world_.record(body));
    return records;
  }

  static Expenditure spent_for(const RecordId& gift, std::uint64_t amount) {
    Expenditure body = expenditure_of(amount);
    body.for_donation = gift;
    return body;
  }

  // Executes on the last block's state and keeps nothing; what is left of the budget.
  std::size_t left_after(const std::vector<Record>& records, const MemberId& by = open_giving) {
    Overlay overlay(world_.state(), world_.tip().next_entry());
    ReadBudget budget;
    const ExecutionContext context{{world_.tip().time.value + 1}, world_.genesis().policies};
    EXPECT_TRUE(execute(overlay, context, world_.checked(by, records), budget));
    return budget.left();
  }

  // A gift of 3,000 of which 2,000 went in single units and the rest became JPY.
  RecordId scattered() {
    const RecordId gift = world_.donate(3'000);
    world_.submit(open_giving, repeated(2'000, expenditure_of(1)));
    world_.exchange(open_giving, 1'000, "EUR", 1'000, "JPY");
    return gift;
  }

  // Each exchange brings in money that may be what was named, so the gift is followed again.
  std::vector<Record> back_and_taken(const RecordId& gift, int times) {
    std::vector<Record> records;
    for (int i = 0; i < times; ++i) {
      records.push_back(world_.record(exchange_of(1, "JPY", 1, "EUR")));
      records.push_back(world_.record(refund_of(gift, 1)));
    }
    return records;
  }

  LedgerWorld world_;
};

TEST_F(HistoryTest, FollowsNoMoneyThatLiesWhereItCame) {
  const RecordId gift = world_.donate(10'000);
  world_.submit(open_giving, repeated(300, spent_for(gift, 1)));
  // The one piece that is taken from.
  EXPECT_EQ(left_after(repeated(1, refund_of(gift, 1))), block_reads_max - 1);
  EXPECT_EQ(left_after(repeated(1'000, spent_for(gift, 1))), block_reads_max - 1'000);
  EXPECT_EQ(left_after(repeated(10, expenditure_of(1))), block_reads_max);
}

TEST_F(HistoryTest, FollowsWhatHasMovedOnceForASubmission) {
  const RecordId gift = world_.donate(10'000);
  world_.disburse(open_giving, red_aid, 10'000);
  world_.submit(red_aid, repeated(300, spent_for(gift, 1)));
  // The search, the disbursement, 300 outflows; the interval that is left, and the part of it.
  EXPECT_EQ(left_after(repeated(1, spent_for(gift, 1)), red_aid), block_reads_max - (1 + 301 + 2));
  // Each further record looks at the same again.
  EXPECT_EQ(left_after(repeated(1'000, spent_for(gift, 1)), red_aid),
            block_reads_max - (1 + 301 + 2'000));
}

TEST_F(HistoryTest, CountsTheStatementsAboutASubjectOnce) {
  const RecordId sent = [&] {
    world_.donate(100);
    return world_.state_record(open_giving, disbursement_of(red_aid, 50));
  }();
  for (int i = 0; i < 7; ++i) world_.state_record(red_aid, acknowledgement_of(sent, 50));
  const Subject subject = RecordSubject{sent};
  EXPECT_EQ(left_after(repeated(20, evidence_of(subject))), block_reads_max - 7);
}

TEST_F(HistoryTest, FindsMoneyThatCameBackWithinTheSubmission) {
  const RecordId gift = world_.donate(100);
  world_.submit(open_giving, exchange_of(60, "EUR", 90, "USD"));
  std::vector<Record> records;
  records.push_back(world_.record(spent_for(gift, 40)));                // All that is left in EUR,
  records.push_back(world_.record(exchange_of(90, "USD", 60, "EUR")));  // and the rest again.
  records.push_back(world_.record(refund_of(gift, 60)));
  EXPECT_TRUE(world_.submit(open_giving, std::move(records)));
  EXPECT_EQ(world_.balance(open_giving), 0);
}

TEST_F(HistoryTest, TakesNothingThatAnotherRecordOfTheSubmissionSpent) {
  const RecordId gift = world_.donate(100);
  std::vector<Record> records;
  records.push_back(world_.record(spent_for(gift, 10)));
  records.push_back(world_.record(expenditure_of(80)));
  records.push_back(world_.record(spent_for(gift, 11)));
  const auto refused = world_.submit(open_giving, records);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::already_spent);
  EXPECT_EQ(refused.error().whole.detail,
            "of that money 0.10 EUR is unspent in the hands of open-giving, 0.11 EUR is asked for");
  records[2] = world_.record(spent_for(gift, 10));
  EXPECT_TRUE(world_.submit(open_giving, std::move(records)));
}

TEST_F(HistoryTest, FollowsAgainWhatMayHaveComeBack) {
  const RecordId gift = scattered();
  // The search, 2,000 outflows of the gift; two exchanges of what became JPY come back as one
  // interval each, which is followed too.
  const std::size_t left = left_after(back_and_taken(gift, 20));
  EXPECT_LT(left, block_reads_max - 20 * 2'000);
  EXPECT_GT(left, block_reads_max - 20 * 2'200);
}

TEST_F(HistoryTest, RefusesOneRecordThatNoBudgetIsEnoughFor) {
  // A gift that was spent in more parts than may be read.
  class Spent final : public ForwardingView {
   public:
    Spent(const StateView& base, EntryIndex by) : ForwardingView(base), by_(by) {}
    std::vector<Outflow> outflows(AccountIndex, const Interval& within,
                                  std::size_t max) const override {
      asked_max = std::max(asked_max, max);
      std::vector<Outflow> rows;
      for (std::uint64_t i = within.lo.value; i < 60'000 && rows.size() < max; ++i)
        rows.push_back({{{i}, {i + 1}}, by_});
      return rows;
    }
    mutable std::size_t asked_max = 0;

   private:
    EntryIndex by_;
  };
  const RecordId gift = world_.donate(100'000);
  const RecordId spent = world_.state_record(open_giving, expenditure_of(100'000));
  const Spent view(world_.state(), *world_.state().find_record(spent));
  Overlay overlay(view, world_.tip().next_entry());
  const ExecutionContext context{{world_.tip().time.value + 1}, world_.genesis().policies};
  ReadBudget budget;
  const auto refused = execute(
      overlay, context, world_.checked(open_giving, {world_.record(refund_of(gift, 1))}), budget);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::too_fragmented);
  EXPECT_EQ(budget.left(), 0);
  EXPECT_LE(view.asked_max, block_reads_max);
  // Also when there was something to read before: no smaller submission helps.
  ReadBudget whole;
  Record statement = world_.record(evidence_of(RecordSubject{gift}));
  const auto named =
      execute(overlay, context,
              world_.checked(open_giving, {world_.record(refund_of(gift, 1)), statement,
                                           world_.record(refund_of(gift, 1))}),
              whole);
  ASSERT_FALSE(named);
  ASSERT_EQ(named.error().records.size(), 2U);
  EXPECT_EQ(named.error().whole.word, Word::too_fragmented);
  EXPECT_EQ(named.error().records[1].index, 2U);
  EXPECT_EQ(named.error().records[1].refusal.word, Word::too_many_reads);
  // After others that have read, it is the submission that asks for too much.
  ReadBudget rest(1'000);
  const auto later = execute(
      overlay, context, world_.checked(open_giving, {world_.record(refund_of(gift, 1))}), rest);
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().whole.word, Word::too_many_reads);
}

TEST_F(HistoryTest, TakesADonationBackInAtMostSoManyRecords) {
  const RecordId gift = world_.donate(10'000);
  for (std::size_t left = repayments_of_one_max; left > 0;) {
    const std::size_t some = std::min(left, submission_records_max);
    ASSERT_TRUE(world_.submit(open_giving, repeated(some, refund_of(gift, 1))));
    left -= some;
  }
  const Refusal refused = world_.refusal(open_giving, refund_of(gift, 1));
  EXPECT_EQ(refused.word, Word::too_many_statements);
  EXPECT_EQ(refused.detail,
            "a donation is refunded, and a disbursement returned, in at most 4096 records");
  EXPECT_EQ(world_.balance(open_giving), 10'000 - repayments_of_one_max);
}

TEST_F(HistoryTest, SharesTheBudgetAmongTheSubmissionsOfABlock) {
  const RecordId gift = scattered();
  const auto half = [&] { return world_.checked(open_giving, back_and_taken(gift, 13)); };
  const CheckedSubmission first = half();
  const CheckedSubmission second = half();
  Draft draft(world_.state(), world_.tip(), world_.genesis().policies,
              TimeMs{world_.tip().time.value + 1});
  ASSERT_TRUE(draft.add(first));
  // Waits for the next block, while what reads nothing still has room.
  const auto waits = draft.add(second);
  ASSERT_FALSE(waits);
  EXPECT_FALSE(waits.error().rejection);
  EXPECT_GT(waits.error().work, 20'000);
  EXPECT_TRUE(draft.add(world_.checked(open_giving, {world_.record(donation_of(5))})));
  Draft next(world_.state(), world_.tip(), world_.genesis().policies,
             TimeMs{world_.tip().time.value + 1});
  EXPECT_TRUE(next.add(second));
}

TEST_F(HistoryTest, CountsTheHolesOfAnAccountOnceInASubmission) {
  std::vector<Record> records;
  for (int i = 0; i < 2'049; ++i) records.push_back(world_.record(spent_for(world_.donate(2), 1)));
  world_.submit(open_giving, {records.begin(), records.begin() + 1'025});
  ASSERT_EQ(world_.account(open_giving)->holes().size(), 1'024);
  const Record gift = world_.record(donation_of(1));
  EXPECT_EQ(left_after({gift}), block_reads_max - 1);
  world_.submit(open_giving, {records.begin() + 1'025, records.end()});
  ASSERT_EQ(world_.account(open_giving)->holes().size(), 2'048);
  EXPECT_EQ(left_after({gift}), block_reads_max - 2);
  EXPECT_EQ(left_after({gift, world_.record(donation_of(2)), world_.record(expenditure_of(3))}),
            block_reads_max - 2);
  EXPECT_EQ(left_after({world_.record(exchange_of(1, "EUR", 1, "JPY"))}), block_reads_max - 2);
}

}  // namespace
}  // namespace centime::ledger
