#include "node/ledger/money_rules.h"

#include <gtest/gtest.h>

#include "node/ledger/trace.h"
#include "tests/support/forwarding_view.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::amount_max;
using ledger::Interval;
using ledger::Refusal;
using ledger::Word;
using Segments = std::vector<Interval>;

Interval units(std::uint64_t lo, std::uint64_t hi) { return {{lo}, {hi}}; }

class MoneyRulesTest : public ::testing::Test {
 protected:
  MoneyRulesTest() {
    world_.open_channel();
    world_.open_fund();
  }

  Segments spent_by(const ledger::RecordId& id) const {
    return world_.state().record(world_.entry_of(id)).effects.spend->segments.items;
  }

  LedgerWorld world_;
};

// ---- first in, first out

TEST_F(MoneyRulesTest, TakesTheOldestUnitsFirst) {
  world_.donate(10);
  world_.donate(10);
  EXPECT_EQ(spent_by(world_.disburse(open_giving, red_aid, 15)), Segments{units(0, 15)});
  EXPECT_EQ(spent_by(world_.spend(open_giving, 5)), Segments{units(15, 20)});
  EXPECT_EQ(world_.balance(open_giving), 0);
}

TEST_F(MoneyRulesTest, SkipsWhatWasTakenOutOfTurn) {
  world_.donate(10);
  const auto second = world_.donate(10);
  world_.donate(10);
  EXPECT_EQ(spent_by(world_.refund(second, 4)), Segments{units(10, 14)});
  EXPECT_EQ(spent_by(world_.spend(open_giving, 20)), (Segments{units(0, 10), units(14, 24)}));
}

TEST_F(MoneyRulesTest, KeepsFundsHoldersAndCurrenciesApart) {
  world_.open_fund({"wells"}, clean_water);
  world_.donate(10);
  world_.donate(20, "USD");
  world_.donate(30, "EUR", {"wells"});
  EXPECT_EQ(world_.refusal(open_giving, expenditure_of(11)).word, Word::insufficient_funds);
  EXPECT_EQ(world_.refusal(red_aid, expenditure_of(1)).detail,
            "relief/red-aid holds 0.00 EUR, 0.01 EUR is asked for: 0.01 EUR short");
  EXPECT_EQ(world_.balance(open_giving, "USD"), 20);
  EXPECT_EQ(world_.balance(open_giving, "EUR", {"wells"}), 30);
}

// ---- refunds

TEST_F(MoneyRulesTest, RefundsWhatIsUnspentAndSaysHowMuch) {
  const auto gift = world_.donate(1'000);
  world_.disburse(open_giving, red_aid, 750);
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 251)).detail,
            "of that money 2.50 EUR is unspent in the hands of open-giving, 2.51 EUR is asked for");
  world_.refund(gift, 250);
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 1)).word, Word::already_spent);
}

TEST_F(MoneyRulesTest, RefundsAfterAReturn) {
  const auto gift = world_.donate(1'000);
  const auto sent = world_.disburse(open_giving, red_aid, 1'000);
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 1)).word, Word::already_spent);
  world_.give_back(red_aid, sent, 300);
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 301)).word, Word::already_spent);
  EXPECT_EQ(spent_by(world_.refund(gift, 300)), Segments{units(1'000, 1'300)});
}

TEST_F(MoneyRulesTest, RefundsNeverAnotherDonorsMoney) {
  const auto first = world_.donate(100);
  const auto second = world_.donate(100);
  world_.disburse(open_giving, red_aid, 100);
  EXPECT_EQ(world_.refusal(open_giving, refund_of(first, 1)).word, Word::already_spent);
  EXPECT_EQ(spent_by(world_.refund(second, 100)), Segments{units(100, 200)});
}

TEST_F(MoneyRulesTest, RefundsInTheDonationsOwnCurrencyAfterMoneyCameBackFromAnother) {
  const auto gift = world_.donate(100);
  world_.exchange(open_giving, 100, "EUR", 110, "USD");
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 1)).word, Word::already_spent);
  world_.exchange(open_giving, 110, "USD", 99, "EUR");
  EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, 100)).word, Word::already_spent);
  EXPECT_EQ(spent_by(world_.refund(gift, 99)), Segments{units(100, 199)});
}

// By way of another currency a cent may become any amount. Taken for what the gift was, it would
// use up what the account may ever receive.
TEST_F(MoneyRulesTest, RefundsAndReturnsNoMoreThanThereWas) {
  const auto gift = world_.donate(3);
  const auto sent = world_.disburse(open_giving, red_aid, 2);
  world_.exchange(red_aid, 2, "EUR", 1, "USD");
  world_.exchange(red_aid, 1, "USD", amount_max - 2, "EUR");
  const Refusal refusal = world_.refusal(red_aid, return_of(sent, 3));
  EXPECT_EQ(refusal.word, Word::amount_out_of_range);
  EXPECT_EQ(refusal.detail,
            "it was 0.02 EUR, of which 0.00 EUR has been given back, so 0.03 EUR can't be");
  world_.give_back(red_aid, sent, 1);
  EXPECT_EQ(world_.refusal(red_aid, return_of(sent, 2)).detail,
            "it was 0.02 EUR, of which 0.01 EUR has been given back, so 0.02 EUR can't be");
  world_.give_back(red_aid, sent, 1);

  world_.exchange(open_giving, 3, "EUR", 1, "USD");
  world_.exchange(open_giving, 1, "USD", 1'000, "EUR");
  world_.refund(gift, 1);
  // And within one block.
  ASSERT_TRUE(world_.add(open_giving, {world_.record(refund_of(gift, 1))}));
  const auto again = world_.add(open_giving, {world_.record(refund_of(gift, 2))});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().whole.word, Word::amount_out_of_range);
  EXPECT_TRUE(world_.add(open_giving, {world_.record(refund_of(gift, 1))}));
}

TEST_F(MoneyRulesTest, RefundsAndReturnsNoMoreThanThereWasWithinOneSubmission) {
  const auto gift = world_.donate(3);
  const auto sent = world_.disburse(open_giving, red_aid, 2);
  world_.exchange(red_aid, 2, "EUR", 1, "USD");
  world_.exchange(red_aid, 1, "USD", 1'000, "EUR");
  const auto returned = world_.submit(
      red_aid, {world_.record(return_of(sent, 1)), world_.record(return_of(sent, 2))});
  ASSERT_FALSE(returned);
  EXPECT_EQ(returned.error().whole.word, Word::amount_out_of_range);
  EXPECT_EQ(returned.error().records.front().index, 1U);

  world_.exchange(open_giving, 1, "EUR", 1, "USD");
  world_.exchange(open_giving, 1, "USD", 1'000, "EUR");
  const auto refunded = world_.submit(
      open_giving, {world_.record(refund_of(gift, 2)), world_.record(refund_of(gift, 2))});
  ASSERT_FALSE(refunded);
  EXPECT_EQ(refunded.error().whole.word, Word::amount_out_of_range);
}

TEST_F(MoneyRulesTest, RefusesAnAmountTwiceInOneBlock) {
  const auto gift = world_.donate(100);
  ASSERT_TRUE(world_.add(open_giving, {world_.record(refund_of(gift, 60))}));
  const auto again = world_.add(open_giving, {world_.record(refund_of(gift, 60))});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().whole.word, Word::already_spent);
}

// ---- returns

TEST_F(MoneyRulesTest, ReturnsTheNamedDisbursementsUnitsOnly) {
  world_.donate(100);
  const auto first = world_.disburse(open_giving, red_aid, 40);
  const auto second = world_.disburse(open_giving, red_aid, 40);
  world_.spend(red_aid, 50);
  EXPECT_EQ(world_.refusal(red_aid, return_of(first, 1)).word, Word::already_spent);
  EXPECT_EQ(world_.refusal(red_aid, return_of(second, 31)).detail,
            "of that money 0.30 EUR is unspent in the hands of red-aid, 0.31 EUR is asked for");
  EXPECT_EQ(spent_by(world_.give_back(red_aid, second, 30)), Segments{units(50, 80)});
  EXPECT_EQ(world_.balance(open_giving), 50);
}

TEST_F(MoneyRulesTest, ReturnsWhatCameBackFromFurtherOn) {
  world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 40);
  const auto further = world_.disburse(red_aid, field_crew, 40);
  EXPECT_EQ(world_.refusal(red_aid, return_of(sent, 1)).word, Word::already_spent);
  world_.give_back(field_crew, further, 15);
  EXPECT_EQ(spent_by(world_.give_back(red_aid, sent, 15)), Segments{units(40, 55)});
}

// ---- earmarked expenditures

TEST_F(MoneyRulesTest, SpendsTheNamedDonationWhereverItIs) {
  world_.donate(50);
  const auto gift = world_.donate(100);
  world_.disburse(open_giving, red_aid, 110);
  ledger::Expenditure body = expenditure_of(60);
  body.for_donation = gift;
  EXPECT_EQ(spent_by(world_.state_record(red_aid, body)), Segments{units(50, 110)});
  EXPECT_EQ(world_.refusal(red_aid, body).word, Word::already_spent);
  body.amount = {40};
  EXPECT_EQ(spent_by(world_.state_record(open_giving, body)), Segments{units(110, 150)});
}

TEST_F(MoneyRulesTest, SpendsTheNamedDonationInTheCurrencyItWasExchangedInto) {
  world_.donate(50);
  const auto gift = world_.donate(100);
  world_.exchange(open_giving, 110, "EUR", 55, "USD");  // 50 of the first, 60 of the gift.
  world_.disburse(open_giving, red_aid, 40, "USD");
  ledger::Expenditure body = expenditure_of(16, "USD");
  body.for_donation = gift;
  const Refusal greedy = world_.refusal(open_giving, body);
  EXPECT_EQ(greedy.word, Word::already_spent);
  EXPECT_EQ(greedy.detail,
            "of that money 0.15 USD is unspent in the hands of open-giving, 0.16 USD is asked for");
  body.amount = {15};
  EXPECT_EQ(spent_by(world_.state_record(open_giving, body)), Segments{units(40, 55)});
  EXPECT_EQ(spent_by(world_.state_record(red_aid, body)), Segments{units(25, 40)});
  body = expenditure_of(40);  // What was not exchanged is there as before.
  body.for_donation = gift;
  EXPECT_EQ(spent_by(world_.state_record(open_giving, body)), Segments{units(110, 150)});
}

TEST_F(MoneyRulesTest, RefusesAnEarmarkOfAnotherFundOrKindOrOfWhatIsNotThere) {
  world_.open_fund({"wells"}, clean_water);
  const auto gift = world_.donate(100);
  world_.donate(100, "EUR", {"wells"});
  world_.donate(100, "USD");
  const auto sent = world_.disburse(open_giving, red_aid, 1);
  ledger::Expenditure body = expenditure_of(5, "EUR", {"wells"});
  body.for_donation = gift;
  EXPECT_EQ(world_.refusal(open_giving, body).word, Word::not_permitted);
  body = expenditure_of(5, "USD");
  body.for_donation = gift;
  const Refusal other = world_.refusal(open_giving, body);
  EXPECT_EQ(other.word, Word::already_spent);
  EXPECT_EQ(other.detail,
            "of that money 0.00 USD is unspent in the hands of open-giving, 0.05 USD is asked for");
  body.for_donation = sent;
  EXPECT_EQ(world_.refusal(open_giving, body).word, Word::wrong_record_kind);
  body.for_donation = ledger::RecordId{};
  EXPECT_EQ(world_.refusal(open_giving, body).word, Word::unknown_record);
}

// ---- limits

TEST_F(MoneyRulesTest, HoldsOneToTheGreatestAmount) {
  for (const std::uint64_t amount : {std::uint64_t{0}, amount_max + 1, ~std::uint64_t{0}}) {
    EXPECT_EQ(world_.refusal(open_giving, donation_of(amount)).word, Word::amount_out_of_range);
    EXPECT_EQ(world_.refusal(open_giving, disbursement_of(red_aid, amount)).word,
              Word::amount_out_of_range);
    EXPECT_EQ(world_.refusal(open_giving, expenditure_of(amount)).word, Word::amount_out_of_range);
    EXPECT_EQ(world_.refusal(open_giving, exchange_of(amount, "EUR", 1, "USD")).word,
              Word::amount_out_of_range);
    EXPECT_EQ(world_.refusal(open_giving, exchange_of(1, "EUR", amount, "USD")).word,
              Word::amount_out_of_range);
  }
  const auto gift = world_.donate(amount_max);
  for (const std::uint64_t amount : {std::uint64_t{0}, amount_max + 1}) {
    EXPECT_EQ(world_.refusal(open_giving, refund_of(gift, amount)).word, Word::amount_out_of_range);
  }
  EXPECT_EQ(world_.balance(open_giving), amount_max);
}

TEST_F(MoneyRulesTest, NeverLetsAnAccountsTotalPassTheGreatestAmount) {
  world_.donate(amount_max);
  const Refusal refusal = world_.refusal(open_giving, donation_of(1));
  EXPECT_EQ(refusal.word, Word::amount_out_of_range);
  EXPECT_EQ(refusal.detail, "the account's total would pass 9007199254740991 minor units");

  // The giver's positions are all used, so not even its own money can come back to it.
  const auto sent = world_.disburse(open_giving, red_aid, ledger::sent_to_one_max);
  EXPECT_EQ(world_.refusal(red_aid, return_of(sent, 1)).word, Word::amount_out_of_range);
}

TEST_F(MoneyRulesTest, LetsNobodyUseUpAnAccountOfAnothers) {
  world_.donate(amount_max / 2);
  world_.donate(amount_max, "USD");
  world_.disburse(open_giving, red_aid, ledger::sent_to_one_max - 5);
  const auto last = world_.disburse(open_giving, red_aid, 5);
  const Refusal refusal = world_.refusal(open_giving, disbursement_of(red_aid, 1));
  EXPECT_EQ(refusal.word, Word::amount_out_of_range);
  EXPECT_EQ(refusal.detail,
            "a member sends another at most 562949953421311 minor units of a fund in one currency, "
            "over all time and less what was returned, which counts up to as much");
  // What the receiver itself gave back may be sent again.
  world_.give_back(red_aid, last, 5);
  EXPECT_EQ(world_.refusal(open_giving, disbursement_of(red_aid, 6)).word,
            Word::amount_out_of_range);
  world_.give_back(red_aid, world_.disburse(open_giving, red_aid, 5), 5);
  world_.disburse(open_giving, clean_water, ledger::sent_to_one_max);
  world_.disburse(open_giving, red_aid, 1, "USD");
  world_.disburse(clean_water, red_aid, 10);
  EXPECT_EQ(world_.balance(red_aid), ledger::sent_to_one_max - 5 + 10);
}

// Every other round used up as much again of what the receiver's account may ever hold.
TEST_F(MoneyRulesTest, SendsAgainWhatWasReturnedUpToAsMuchAgain) {
  world_.donate(amount_max / 2);
  for (int round = 0; round < 2; ++round) {
    const auto sent = world_.disburse(open_giving, red_aid, ledger::sent_to_one_max);
    world_.give_back(red_aid, sent, ledger::sent_to_one_max);
  }
  EXPECT_EQ(world_.refusal(open_giving, disbursement_of(red_aid, 1)).word,
            Word::amount_out_of_range);
  EXPECT_EQ(world_.account(red_aid)->received().value, 2 * ledger::sent_to_one_max);
}

// Money that it could neither deny having nor give back.
TEST_F(MoneyRulesTest, SendsNothingToASuspendedMember) {
  world_.donate(100);
  const auto kept = world_.disburse(open_giving, red_aid, 40);
  using Members = std::vector<ledger::MemberId>;
  const auto decide = [&](ledger::MemberStatus status, const Members& others) {
    const auto id = world_.state_record(
        open_giving, ledger::MemberSuspension{red_aid, status, {"It does not answer"}});
    for (const auto& member : others) world_.state_record(member, ledger::Approval{id, {}});
  };
  decide(ledger::MemberStatus::suspended, {tender, clean_water});
  const Refusal refusal = world_.refusal(open_giving, disbursement_of(red_aid, 5));
  EXPECT_EQ(refusal.word, Word::member_suspended);
  EXPECT_EQ(refusal.detail,
            "'red-aid' is suspended: it could not say what it does with the money; paid to it, "
            "that is an expenditure");
  EXPECT_EQ(world_.balance(red_aid), 40);
  EXPECT_TRUE(world_.submit(open_giving, expenditure_of(5)));

  decide(ledger::MemberStatus::active, {tender});  // Of three validators now.
  world_.disburse(open_giving, red_aid, 5);
  world_.give_back(red_aid, kept, 40);
}

// What goes back is not the returner's choice of a receiver.
TEST_F(MoneyRulesTest, ReturnsToASuspendedMemberWhatItSent) {
  world_.donate(100);
  const auto sent = world_.disburse(open_giving, field_crew, 40);
  const auto id = world_.state_record(
      red_aid, ledger::MemberSuspension{open_giving, ledger::MemberStatus::suspended, {"It lies"}});
  for (const auto& member : {tender, clean_water})
    world_.state_record(member, ledger::Approval{id, {}});
  world_.give_back(field_crew, sent, 40);
  EXPECT_EQ(world_.balance(open_giving), 100);
}

TEST_F(MoneyRulesTest, RefusesADisbursementOrExchangeIntoAFullAccountAndChangesNothing) {
  world_.donate(amount_max, "EUR", relief, red_aid);
  world_.donate(100);
  world_.donate(amount_max, "USD");
  const auto entries = world_.state().entries().size();
  EXPECT_EQ(world_.refusal(open_giving, disbursement_of(red_aid, 1)).word,
            Word::amount_out_of_range);
  EXPECT_EQ(world_.refusal(open_giving, exchange_of(5, "EUR", 1, "USD")).word,
            Word::amount_out_of_range);
  EXPECT_EQ(world_.balance(open_giving), 100);
  EXPECT_EQ(world_.state().entries().size(), entries);
}

TEST_F(MoneyRulesTest, RefusesDaysMoreThanOneAheadOfTheBlock) {
  ledger::Donation donation = donation_of(5);
  donation.paid_on = day("2026-03-02");
  EXPECT_TRUE(world_.submit(open_giving, donation));
  donation.paid_on = day("2026-03-03");
  EXPECT_EQ(world_.refusal(open_giving, donation).word, Word::date_out_of_range);
  donation.paid_on = {~std::uint32_t{0}};
  EXPECT_EQ(world_.refusal(open_giving, donation).word, Word::date_out_of_range);
  donation.paid_on = day("1970-01-01");
  EXPECT_TRUE(world_.submit(open_giving, donation));
}

TEST_F(MoneyRulesTest, RefusesLateDaysInEveryRecordThatStatesOne) {
  const auto gift = world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 50);
  const auto late = day("2026-04-01");
  auto disbursement = disbursement_of(red_aid, 5);
  disbursement.sent_on = late;
  auto expenditure = expenditure_of(5);
  expenditure.paid_on = late;
  auto refund = refund_of(gift, 5);
  refund.paid_on = late;
  auto exchange = exchange_of(5, "EUR", 5, "USD");
  exchange.exchanged_on = late;
  auto give_back = return_of(sent, 5);
  give_back.sent_on = late;
  auto seen = acknowledgement_of(sent, 5);
  seen.seen_on = late;
  auto dispute = dispute_of(sent, 5);
  dispute.seen_on = late;
  for (const ledger::RecordBody& body :
       std::vector<ledger::RecordBody>{disbursement, expenditure, refund, exchange}) {
    EXPECT_EQ(world_.refusal(open_giving, body).word, Word::date_out_of_range);
  }
  for (const ledger::RecordBody& body : std::vector<ledger::RecordBody>{give_back, seen, dispute}) {
    EXPECT_EQ(world_.refusal(red_aid, body).word, Word::date_out_of_range);
  }
}

TEST_F(MoneyRulesTest, TakesNamedMoneyFromAtMostSegmentsMaxPieces) {
  const auto gift = world_.donate(ledger::segments_max + 1);
  for (const std::size_t part : {std::size_t{2'000}, ledger::segments_max + 1 - 2'000}) {
    std::vector<ledger::Record> records;
    while (records.size() < part) records.push_back(world_.record(disbursement_of(red_aid, 1)));
    ASSERT_TRUE(world_.submit(open_giving, std::move(records)));
  }
  ledger::Expenditure body = expenditure_of(ledger::segments_max + 1);
  body.for_donation = gift;
  EXPECT_EQ(world_.refusal(red_aid, body).word, Word::too_fragmented);
  body.amount = {ledger::segments_max};
  EXPECT_EQ(spent_by(world_.state_record(red_aid, body)).size(), ledger::segments_max);
}

// A view on which one account has as many holes as are allowed.
class CombedView final : public ForwardingView {
 public:
  CombedView(const ledger::StateView& base, std::shared_ptr<const ledger::Account> combed)
      : ForwardingView(base), combed_(std::move(combed)) {}

  std::shared_ptr<const ledger::Account> account(ledger::AccountIndex index) const override {
    return index == combed_->index() ? combed_ : ForwardingView::account(index);
  }

 private:
  std::shared_ptr<const ledger::Account> combed_;
};

TEST_F(MoneyRulesTest, RefusesARecordThatWouldMakeTooManyHoles) {
  world_.donate(2 * ledger::holes_max + 10);
  const auto gift = world_.donate(10);
  auto combed = std::make_shared<ledger::Account>(*world_.account(open_giving));
  Segments holes;
  for (std::uint64_t i = 0; i < ledger::holes_max; ++i)
    holes.push_back(units(2 * i + 1, 2 * i + 2));
  ASSERT_TRUE(combed->spend(holes));
  const CombedView view(world_.state(), combed);
  ledger::Overlay overlay(view, world_.tip().next_entry());
  const ledger::ExecutionContext context{{world_.tip().time.value + 1}, {}};

  const auto execute = [&](const ledger::CheckedSubmission& submission) {
    ledger::ReadBudget budget;
    return ledger::execute(overlay, context, submission, budget);
  };
  const auto refused = execute(world_.checked(open_giving, {world_.record(refund_of(gift, 1))}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().whole.word, Word::too_fragmented);
  EXPECT_EQ(overlay.account(combed->index())->balance(), combed->balance());
  // From the head it closes holes instead.
  EXPECT_TRUE(execute(world_.checked(open_giving, {world_.record(expenditure_of(3))})));
  EXPECT_TRUE(execute(world_.checked(open_giving, {world_.record(refund_of(gift, 1))})));
}

// ---- exchanges

TEST_F(MoneyRulesTest, TurnsUnitsOfOneCurrencyIntoUnitsOfAnother) {
  const auto first = world_.donate(3);
  const auto second = world_.donate(7);
  world_.exchange(open_giving, 10, "EUR", 4, "JPY");
  const auto yen = world_.account(open_giving, "JPY");
  EXPECT_EQ(yen->received().value, 4);
  // f(3) = 1: the first donation became one yen, the second three.
  const auto found = ledger::trace_backward(world_.state(), yen->index(), units(0, 4));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->sources.size(), 2);
  EXPECT_EQ(found->sources[0].donation, world_.entry_of(first));
  EXPECT_EQ(found->sources[0].became, 1);
  EXPECT_EQ(found->sources[1].donation, world_.entry_of(second));
  EXPECT_EQ(found->sources[1].became, 3);
}

TEST_F(MoneyRulesTest, MayRoundASmallDonationAwayInAnExchange) {
  const auto crumb = world_.donate(1);
  world_.donate(999);
  world_.exchange(open_giving, 1'000, "EUR", 2, "KWD");
  const auto account = world_.account(open_giving);
  const auto trace =
      ledger::trace_forward(world_.state(), account->index(), units(0, 1), world_.entry_of(crumb));
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->pieces.size(), 1);
  ASSERT_EQ(trace->moves.size(), 1);
  EXPECT_EQ(trace->moves[0].kind, ledger::RecordKind::exchange);
  EXPECT_FALSE(trace->moves[0].to);
}

TEST_F(MoneyRulesTest, CountsMinorUnitsOfEachCurrencysOwnSize) {
  const std::vector<std::pair<std::string, std::string>> figures{{"VND", "1,234,567 VND"},
                                                                 {"JPY", "1,234,567 JPY"},
                                                                 {"KWD", "1,234.567 KWD"},
                                                                 {"CLF", "123.4567 CLF"},
                                                                 {"EUR", "12,345.67 EUR"}};
  for (const auto& [code, text] : figures) {
    world_.donate(1'234'567, code);
    EXPECT_EQ(world_.balance(open_giving, code), 1'234'567);
    const Refusal refusal = world_.refusal(open_giving, expenditure_of(1'234'568, code));
    EXPECT_NE(refusal.detail.find("holds " + text), std::string::npos) << refusal.detail;
  }
}

}  // namespace
}  // namespace centime::test
