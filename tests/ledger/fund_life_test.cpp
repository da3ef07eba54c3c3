// A fund's life, and what statements about funds and records need and leave behind.
#include <gtest/gtest.h>

#include "crypto/json_archive.h"
#include "node/ledger/statement_rules.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::EntryIndex;
using ledger::FundStatus;
using ledger::FundSubject;
using ledger::RecordSubject;
using ledger::Word;

class FundLife : public ::testing::Test {
 protected:
  FundLife() { world_.open_channel(); }

  FundStatus status() const { return world_.state().fund(relief)->status; }

  LedgerWorld world_;
};

TEST_F(FundLife, GoesFromProposedToOpenToClosed) {
  world_.state_record(red_aid, proposal_of(relief));
  EXPECT_EQ(status(), FundStatus::proposed);
  EXPECT_EQ(world_.state().fund(relief)->ngo, red_aid);
  EXPECT_EQ(world_.refusal(open_giving, donation_of(5)).detail, "fund 'relief' is proposed");
  world_.state_record(tender, approval_of(relief));
  EXPECT_EQ(status(), FundStatus::open);
  world_.donate(5);
  world_.state_record(red_aid, closure_of(relief));
  EXPECT_EQ(status(), FundStatus::closed);
  EXPECT_EQ(world_.refusal(open_giving, donation_of(5)).detail, "fund 'relief' is closed");
}

TEST_F(FundLife, HasNoWayBack) {
  EXPECT_EQ(world_.refusal(tender, approval_of(relief)).word, Word::unknown_fund);
  EXPECT_EQ(world_.refusal(red_aid, closure_of(relief)).word, Word::unknown_fund);
  world_.open_fund();
  EXPECT_EQ(world_.refusal(tender, approval_of(relief)).detail, "fund 'relief' is open already");
  world_.state_record(open_giving, closure_of(relief));
  EXPECT_EQ(world_.refusal(tender, approval_of(relief)).word, Word::fund_not_open);
  EXPECT_EQ(world_.refusal(red_aid, closure_of(relief)).word, Word::fund_not_open);
  EXPECT_EQ(world_.refusal(red_aid, proposal_of(relief)).word, Word::fund_exists);
}

TEST_F(FundLife, MayEndBeforeItIsOpen) {
  world_.state_record(red_aid, proposal_of(relief));
  world_.state_record(red_aid, closure_of(relief));
  EXPECT_EQ(status(), FundStatus::closed);
  EXPECT_EQ(world_.refusal(tender, approval_of(relief)).word, Word::fund_not_open);
}

TEST_F(FundLife, LetsHeldMoneyMoveAfterItIsClosed) {
  world_.open_fund();
  const auto gift = world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 60);
  world_.state_record(red_aid, closure_of(relief));
  world_.spend(red_aid, 10);
  world_.give_back(red_aid, sent, 20);
  world_.disburse(open_giving, clean_water, 10);
  world_.exchange(open_giving, 10, "EUR", 11, "USD");
  world_.refund(gift, 5);
  world_.state_record(red_aid, acknowledgement_of(sent, 60));
  EXPECT_EQ(world_.balance(open_giving), 35);
}

TEST_F(FundLife, ChecksTheGoal) {
  auto proposal = proposal_of(relief);
  proposal.goal = ledger::Goal{{5}, currency("XTS")};
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::unknown_currency);
  proposal.goal = ledger::Goal{{0}, currency("EUR")};
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::amount_out_of_range);
  proposal.goal = ledger::Goal{{ledger::amount_max + 1}, currency("EUR")};
  EXPECT_EQ(world_.refusal(red_aid, proposal).word, Word::amount_out_of_range);
  proposal.goal = ledger::Goal{{ledger::amount_max}, currency("EUR")};
  EXPECT_TRUE(world_.submit(red_aid, proposal));
}

// ---- statements

TEST_F(FundLife, ListsStatementsUnderTheirSubject) {
  const auto proposal = world_.state_record(red_aid, proposal_of(relief));
  const auto approval = world_.state_record(tender, approval_of(relief));
  const auto gift = world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 60);
  const auto seen = world_.state_record(red_aid, acknowledgement_of(sent, 60));
  const auto dispute = world_.state_record(red_aid, dispute_of(sent, 0));
  const auto verified = world_.state_record(tender, attestation_of(RecordSubject{sent}));
  const auto invoice = world_.state_record(open_giving, evidence_of(RecordSubject{sent}));
  const auto back = world_.give_back(red_aid, sent, 5);
  const auto refund = world_.refund(gift, 5);
  const auto audit = world_.state_record(tender, attestation_of(FundSubject{relief}));
  const auto report = world_.state_record(red_aid, evidence_of(FundSubject{relief}));
  const auto closure = world_.state_record(red_aid, closure_of(relief));

  const auto entries = [&](std::initializer_list<ledger::RecordId> ids) {
    std::vector<EntryIndex> entries;
    for (const auto& id : ids) entries.push_back(world_.entry_of(id));
    return entries;
  };
  EXPECT_EQ(world_.state().statements(sent), entries({seen, dispute, verified, invoice, back}));
  EXPECT_EQ(world_.state().statements(gift), entries({refund}));
  EXPECT_EQ(world_.state().statements(proposal), entries({approval, audit, report, closure}));
  EXPECT_TRUE(world_.state().statements(approval).empty());
}

TEST_F(FundLife, RefusesStatementsAboutNothing) {
  world_.open_fund();
  const ledger::RecordId none{};
  EXPECT_EQ(world_.refusal(red_aid, acknowledgement_of(none, 5)).word, Word::unknown_record);
  EXPECT_EQ(world_.refusal(red_aid, dispute_of(none, 5)).word, Word::unknown_record);
  EXPECT_EQ(world_.refusal(tender, attestation_of(RecordSubject{none})).word, Word::unknown_record);
  EXPECT_EQ(world_.refusal(tender, attestation_of(FundSubject{{"ghosts"}})).word,
            Word::unknown_fund);
  EXPECT_EQ(world_.refusal(red_aid, evidence_of(RecordSubject{none})).word, Word::unknown_record);
  EXPECT_EQ(world_.refusal(red_aid, evidence_of(FundSubject{{"ghosts"}})).word, Word::unknown_fund);
}

TEST_F(FundLife, NobodySaysSoMuchThatOthersAreNotHeard) {
  world_.open_fund();
  world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 60);
  for (std::size_t i = 0; i < ledger::statements_of_one_max; ++i)
    world_.state_record(red_aid, evidence_of(RecordSubject{sent}));
  EXPECT_EQ(world_.refusal(red_aid, evidence_of(RecordSubject{sent})).word,
            Word::too_many_statements);
  EXPECT_EQ(world_.refusal(red_aid, acknowledgement_of(sent, 60)).word, Word::too_many_statements);
  world_.state_record(red_aid, evidence_of(FundSubject{relief}));
  world_.state_record(tender, attestation_of(RecordSubject{sent}));
  world_.give_back(red_aid, sent, 5);
  world_.state_record(red_aid, closure_of(relief));
}

TEST_F(FundLife, HoldsWhatWasSeenToTheLimits) {
  world_.open_fund();
  const auto gift = world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 60);
  EXPECT_EQ(world_.refusal(red_aid, acknowledgement_of(gift, 5)).word, Word::wrong_record_kind);
  EXPECT_EQ(world_.refusal(red_aid, acknowledgement_of(sent, 0)).detail,
            "amount_seen is 1 to 9007199254740991 minor units");
  EXPECT_EQ(world_.refusal(red_aid, dispute_of(sent, ledger::amount_max + 1)).detail,
            "amount_seen is 0 to 9007199254740991 minor units");
  EXPECT_TRUE(world_.submit(red_aid, dispute_of(sent, 0)));
}

// JSON readers hold no number above 2^53 - 1 exactly, so none may be recorded.
TEST_F(FundLife, RefusesAFileSizeThatJsonCannotHold) {
  world_.open_fund();
  world_.donate(100);
  auto evidence = evidence_of(FundSubject{relief});
  evidence.file.size = crypto::json_integer_max + 1;
  auto disbursement = disbursement_of(red_aid, 5);
  disbursement.evidence.items = {evidence.file};
  auto expenditure = expenditure_of(5);
  expenditure.evidence.items = {evidence.file};
  EXPECT_EQ(world_.refusal(red_aid, evidence).word, Word::too_large);
  EXPECT_EQ(world_.refusal(open_giving, disbursement).word, Word::too_large);
  EXPECT_EQ(world_.refusal(open_giving, expenditure).word, Word::too_large);
  evidence.file.size = crypto::json_integer_max;
  EXPECT_TRUE(world_.submit(red_aid, evidence));
}

TEST_F(FundLife, KnowsTheFundOfEachRecord) {
  world_.open_fund();
  const auto gift = world_.donate(100);
  const auto sent = world_.disburse(open_giving, red_aid, 60);
  const auto& view = world_.state();
  const auto fund_of = [&](ledger::RecordBody body) {
    return ledger::fund_of(view, {{"x"}, std::move(body)});
  };
  EXPECT_EQ(fund_of(donation_of(1)), relief);
  EXPECT_EQ(fund_of(refund_of(gift, 1)), relief);
  EXPECT_EQ(fund_of(return_of(sent, 1)), relief);
  EXPECT_EQ(fund_of(acknowledgement_of(sent, 1)), relief);
  EXPECT_EQ(fund_of(approval_of(relief)), relief);
  EXPECT_EQ(fund_of(channel_of(web)), std::nullopt);
  EXPECT_EQ(fund_of(refund_of({}, 1)), std::nullopt);
}

}  // namespace
}  // namespace centime::test
