// What is kept of each fund so that nobody has to read it all: totals, and lists in order.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/storage/store_fixture.h"
#include "tests/support/random_history.h"

namespace centime::storage {
namespace {

// The totals are what adding up all flows and counting all accounts gives.
void expect_same_totals(const Snapshot& stored, const ledger::MemoryState& expected) {
  std::map<std::string, std::map<ledger::Currency, CurrencyTotals>> sums;
  const auto each_sum = [&](const ledger::FundId& fund, ledger::Currency currency, auto&& add) {
    for (const std::string& name : {fund.value, std::string()}) {
      CurrencyTotals& totals = sums[name][currency];
      totals.currency = currency;
      add(totals);
    }
  };
  for (const auto& [key, flow] : expected.flows()) {
    each_sum(key.fund, key.currency, [&](CurrencyTotals& totals) {
      ++totals.flows;
      if (key.kind == ledger::RecordKind::donation) {
        totals.donated += flow.amount;
        totals.donations += flow.count;
      }
      if (key.kind == ledger::RecordKind::expenditure) totals.spent += flow.amount;
      if (key.kind == ledger::RecordKind::refund) totals.refunded += flow.amount;
      if (key.kind == ledger::RecordKind::exchange) totals.exchanged_out += flow.amount;
    });
    if (key.kind != ledger::RecordKind::exchange) continue;
    each_sum(key.fund, *ledger::Currency::from_text(key.to),
             [&](CurrencyTotals& totals) { totals.exchanged_in += flow.to_amount; });
  }
  for (std::uint32_t i = 0; i < expected.account_count(); ++i) {
    const auto key = expected.account({i})->key();
    each_sum(key.fund, key.currency, [](CurrencyTotals& totals) { ++totals.accounts; });
  }
  const auto listed = [&](const std::string& name) {
    std::vector<CurrencyTotals> list;
    for (const auto& [currency, totals] : sums[name]) list.push_back(totals);
    return list;
  };
  for (const auto& [id, fund] : expected.funds())
    EXPECT_EQ(stored.totals(id), listed(id.value)) << id.value;
  EXPECT_EQ(stored.totals(), listed(""));
}

// Pages of one list make the whole, and ascend by their keys.
void expect_same_pages(const Snapshot& stored, const ledger::FundId& fund) {
  std::vector<ledger::FlowKey> flows;
  for (ListQuery<ledger::FlowKey> query{.after = {}, .limit = 2};;) {
    const auto page = stored.flows(fund, query);
    for (const auto& flow : page) flows.push_back(flow.key);
    if (page.size() < query.limit) break;
    query.after = flows.back();
  }
  EXPECT_EQ(flows.size(), stored.flows(fund).size());
  EXPECT_TRUE(std::ranges::is_sorted(flows, std::ranges::less_equal{}));
  std::vector<ledger::AccountKey> accounts;
  for (ListQuery<ledger::AccountKey> query{.after = {}, .limit = 2};;) {
    const auto page = stored.accounts_of(fund, query);
    for (const auto& account : page) accounts.push_back(account->key());
    if (page.size() < query.limit) break;
    query.after = accounts.back();
  }
  EXPECT_EQ(accounts.size(), stored.accounts_of(fund).size());
  EXPECT_TRUE(std::ranges::is_sorted(accounts, std::ranges::less_equal{}));
}

void are_what_adding_up_gives() {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory history(stored.world, {});
  const auto expect_same = [&] {
    const auto snapshot = stored.snapshot();
    expect_same_totals(*snapshot, stored.world.state());
    for (const auto& [id, fund] : stored.world.state().funds()) expect_same_pages(*snapshot, id);
  };
  history.run(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::size_t>(20, 120));
  expect_same();
  stored.reopen();
  history.run(*rc::gen::arbitrary<std::uint64_t>(), 20);
  expect_same();
  RC_ASSERT(!::testing::Test::HasFailure());
}

TEST(Totals, AreWhatAddingUpGivesNowAndAfterReopening) {
  expect_of_histories(&are_what_adding_up_gives);
}

TEST(Lists, OfAccountsAndFlowsAscendByNamesNotByTheirLengths) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund({"a"});
  stored.world.donate(100, "EUR", {"a"});
  stored.world.disburse(test::open_giving, test::red_aid, 30, "EUR", {"a"});
  stored.world.disburse(test::open_giving, test::clean_water, 30, "EUR", {"a"});
  const auto snapshot = stored.snapshot();
  const auto accounts = snapshot->accounts_of({"a"});
  ASSERT_EQ(accounts.size(), 3);
  EXPECT_EQ(accounts[0]->key().holder, test::clean_water);
  EXPECT_EQ(accounts[2]->key().holder, test::red_aid);
  const auto flows = snapshot->flows({"a"});
  ASSERT_EQ(flows.size(), 3);
  EXPECT_EQ(flows[1].key.to, test::clean_water.value);
  EXPECT_EQ(flows[2].key.to, test::red_aid.value);
  // Behind one that does not exist, too.
  ledger::FlowKey between = flows[1].key;
  between.to = "d";
  const auto behind = snapshot->flows({"a"}, {.after = between, .limit = 9});
  ASSERT_EQ(behind.size(), 1);
  EXPECT_EQ(behind[0].key, flows[2].key);
}

}  // namespace
}  // namespace centime::storage
