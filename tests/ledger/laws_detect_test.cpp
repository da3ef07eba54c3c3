// The checks of the laws find a state in which a law is broken.
#include <gtest/gtest.h>

#include "node/ledger/laws.h"
#include "tests/support/forwarding_view.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::AccountIndex;
using ledger::FlowKey;
using ledger::FlowTotal;
using ledger::Interval;

// Another view's answers, with changes to its flows and accounts.
class Tampered final : public ForwardingView {
 public:
  using ForwardingView::ForwardingView;

  std::vector<ledger::Inflow> inflows(AccountIndex account, const Interval& within,
                                      std::size_t max) const override {
    auto rows = ForwardingView::inflows(account, within, max);
    if (change_inflows) change_inflows(account, rows);
    return rows;
  }
  std::vector<ledger::Outflow> outflows(AccountIndex account, const Interval& within,
                                        std::size_t max) const override {
    auto rows = ForwardingView::outflows(account, within, max);
    if (change_outflows) change_outflows(account, rows);
    return rows;
  }
  std::shared_ptr<const ledger::Account> account(AccountIndex index) const override {
    return index == replaced_index ? replaced : ForwardingView::account(index);
  }

  std::function<void(AccountIndex, std::vector<ledger::Inflow>&)> change_inflows;
  std::function<void(AccountIndex, std::vector<ledger::Outflow>&)> change_outflows;
  std::optional<AccountIndex> replaced_index;
  std::shared_ptr<const ledger::Account> replaced;
};

class BrokenLaw : public ::testing::Test {
 protected:
  BrokenLaw() : view_(world_.state()) {
    world_.open_channel();
    world_.open_fund();
    gift_ = world_.donate(100);
    other_ = world_.donate(50);
    world_.disburse(open_giving, red_aid, 120);
    bill_ = world_.spend(red_aid, 110);
    world_.refund(other_, 5);
    world_.exchange(open_giving, 10, "EUR", 3, "USD");
    flows_ = world_.state().flows();
  }

  int broken() const {
    const auto breach = check_laws(view_, flows_, world_.funds());
    return breach ? breach->law : 0;
  }
  int broken_trace() const {
    const auto breach = check_trace_laws(view_, world_.entry_of(gift_)).breach;
    return breach ? breach->law : 0;
  }
  int broken_source() const {
    const auto breach = check_source_laws(view_, world_.entry_of(bill_));
    return breach ? breach->law : 0;
  }

  FlowTotal& flow(ledger::RecordKind kind) {
    for (auto& [key, total] : flows_) {
      if (key.kind == kind) return total;
    }
    throw std::runtime_error("no such flow");
  }

  // The account of a holder in EUR, to be changed.
  std::shared_ptr<ledger::Account> replace(const ledger::MemberId& holder) {
    auto copy = std::make_shared<ledger::Account>(*world_.account(holder));
    view_.replaced_index = copy->index();
    view_.replaced = copy;
    return copy;
  }

  LedgerWorld world_;
  Tampered view_;
  std::map<FlowKey, FlowTotal> flows_;
  ledger::RecordId gift_;
  ledger::RecordId other_;
  ledger::RecordId bill_;
};

TEST_F(BrokenLaw, IsNotFoundWhereNoneIs) {
  EXPECT_EQ(broken(), 0);
  EXPECT_EQ(broken_trace(), 0);
  EXPECT_EQ(broken_source(), 0);
}

TEST_F(BrokenLaw, OneIsFoundInAnyTotalThatIsOff) {
  using enum ledger::RecordKind;
  for (const auto kind : {donation, disbursement, expenditure, refund, exchange}) {
    flows_ = world_.state().flows();
    flow(kind).amount += 1;
    EXPECT_EQ(broken(), 1) << crypto::word_of(kind);
  }
  flows_ = world_.state().flows();
  flow(exchange).to_amount -= 1;
  EXPECT_EQ(broken(), 1);
}

TEST_F(BrokenLaw, OneIsFoundWhenATotalIsMissingOrOfNoFund) {
  flows_.erase(flows_.begin());
  EXPECT_EQ(broken(), 1);
  flows_ = world_.state().flows();
  auto row = flows_.extract(flows_.begin());
  row.key().fund = {"ghosts"};
  flows_.insert(std::move(row));
  EXPECT_EQ(broken(), 1);
}

TEST_F(BrokenLaw, OneIsFoundWhenAnAccountHoldsMoreOrLess) {
  const auto account = replace(red_aid);
  ASSERT_TRUE(account->spend(*account->first_unspent({1})));
  EXPECT_NE(broken(), 0);
}

TEST_F(BrokenLaw, OneNamesTheFigures) {
  flow(ledger::RecordKind::donation).amount += 1;
  const auto breach = check_laws(view_, flows_, world_.funds());
  ASSERT_TRUE(breach);
  EXPECT_EQ(breach->detail,
            "relief/open-giving/EUR: the records bring in 151 and take out 135, but the account "
            "received 150 and spent 135 minor units");
}

TEST_F(BrokenLaw, TwoIsFoundInInflowsThatDoNotTile) {
  view_.change_inflows = [](AccountIndex, auto& rows) { rows.pop_back(); };
  EXPECT_EQ(broken(), 2);
  view_.change_inflows = [](AccountIndex, auto& rows) { rows.push_back(rows.back()); };
  EXPECT_EQ(broken(), 2);
  view_.change_inflows = [](AccountIndex, auto& rows) { rows[0].units.lo = rows[0].units.lo + 1; };
  EXPECT_EQ(broken(), 2);
}

TEST_F(BrokenLaw, TwoIsFoundInOutflowsThatDoNotTile) {
  view_.change_outflows = [](AccountIndex, auto& rows) {
    if (!rows.empty()) rows.pop_back();
  };
  EXPECT_EQ(broken(), 2);
  view_.change_outflows = [](AccountIndex, auto& rows) {
    if (!rows.empty()) rows.push_back(rows.back());
  };
  EXPECT_EQ(broken(), 2);
  view_.change_outflows = [](AccountIndex, auto& rows) {
    if (!rows.empty()) rows.back().units.hi = rows.back().units.hi + 1;
  };
  EXPECT_EQ(broken(), 2);
  view_.change_outflows = [](AccountIndex, auto& rows) {
    if (!rows.empty()) rows.back().units.lo = rows.back().units.lo + 1;
  };
  EXPECT_EQ(broken(), 2);
}

TEST_F(BrokenLaw, ThreeIsFoundWhenTheHeadAndTheOutflowsDisagree) {
  const auto account = replace(red_aid);
  ASSERT_TRUE(account->spend(*account->first_unspent({1})));
  // The gift's units in that account are all spent, the other donation's are not.
  EXPECT_EQ(broken_trace(), 0);
  const auto breach = check_trace_laws(view_, world_.entry_of(other_)).breach;
  ASSERT_TRUE(breach);
  EXPECT_EQ(breach->law, 3);
}

TEST_F(BrokenLaw, FourIsFoundWhenAnInflowNamesAnotherEntry) {
  const auto wrong = world_.entry_of(other_);
  view_.change_inflows = [wrong](AccountIndex account, auto& rows) {
    if (account == AccountIndex{0} && !rows.empty()) rows[0].entry = wrong;
  };
  EXPECT_EQ(broken_trace(), 4);
  EXPECT_EQ(broken_source(), 4);
}

}  // namespace
}  // namespace centime::test
