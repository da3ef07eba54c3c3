// What a block gathers for a store's lists: entries by fund, member and day, and money totals.
#include "node/ledger/changes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "node/ledger/statement_rules.h"
#include "tests/support/random_history.h"

namespace centime::test {
namespace {

using ledger::EntryIndex;
using ledger::EntryRuns;
using ledger::RecordSubject;

std::set<EntryIndex> entries_in(const EntryRuns& runs) {
  std::set<EntryIndex> entries;
  for (const auto& run : runs) {
    for (std::uint64_t entry = run.first.value; entry <= run.last.value; ++entry) {
      entries.insert({entry});
    }
  }
  return entries;
}

template <class Key>
std::map<Key, std::set<EntryIndex>> spelled_out(const std::map<Key, EntryRuns>& runs) {
  std::map<Key, std::set<EntryIndex>> entries;
  for (const auto& [key, list] : runs) entries[key] = entries_in(list);
  return entries;
}

// Who takes part in each record of a block, told from the records alone.
struct Mentions {
  std::map<ledger::FundId, std::set<EntryIndex>> by_fund;
  std::map<ledger::MemberId, std::set<EntryIndex>> by_member;
  std::map<ledger::Date, std::set<EntryIndex>> by_day;

  void add(const ledger::StateView& view, EntryIndex entry, const ledger::Seal& seal) {
    const auto authored = view.record(entry).authored;
    by_member[authored.author].insert(entry);
    by_day[stated_day(authored.record).value_or(seal.time.day())].insert(entry);
    if (const auto fund = fund_of(view, authored.record)) by_fund[*fund].insert(entry);
    std::visit(
        [&](const auto& body) {
          using Body = std::remove_cvref_t<decltype(body)>;
          if constexpr (requires { body.to; }) by_member[body.to].insert(entry);
          if constexpr (requires { body.disbursement; }) {
            about(view, RecordSubject{body.disbursement}, entry);
          }
          if constexpr (requires { body.member; }) by_member[body.member].insert(entry);
          if constexpr (requires { body.validators; }) {
            for (const auto& member : body.validators.items) by_member[member].insert(entry);
          }
          if constexpr (requires { body.proposal; }) add_approved(view, body.proposal, entry);
          if constexpr (requires { body.subject; }) about(view, body.subject, entry);
          constexpr bool decides = std::is_same_v<Body, ledger::FundApproval> ||
                                   std::is_same_v<Body, ledger::FundClosure>;
          if constexpr (decides) about(view, ledger::FundSubject{body.fund}, entry);
        },
        authored.record.body);
  }

 private:
  // Who proposed it, and whom it is about.
  void add_approved(const ledger::StateView& view, const ledger::RecordId& proposal,
                    EntryIndex entry) {
    const auto authored = view.record(*view.find_record(proposal)).authored;
    by_member[authored.author].insert(entry);
    std::visit(
        [&](const auto& body) {
          if constexpr (requires { body.member; }) by_member[body.member].insert(entry);
          if constexpr (requires { body.validators; }) {
            for (const auto& member : body.validators.items) by_member[member].insert(entry);
          }
        },
        authored.record.body);
  }
  void about(const ledger::StateView& view, const ledger::Subject& subject, EntryIndex entry) {
    const auto* named = std::get_if<RecordSubject>(&subject);
    const EntryIndex at = named != nullptr
                              ? *view.find_record(named->record)
                              : view.fund(std::get<ledger::FundSubject>(subject).fund)->proposed_in;
    const auto authored = view.record(at).authored;
    by_member[authored.author].insert(entry);
    if (const auto fund = fund_of(view, authored.record)) by_fund[*fund].insert(entry);
  }
};

TEST(Changes, ListEachRecordUnderItsFundItsMembersAndItsDay) {
  LedgerWorld world;
  std::size_t blocks = 0;
  world.on_block = [&](const ledger::Block& block) {
    ++blocks;
    Mentions expected;
    const auto& changes = block.state->changes();
    for (std::size_t i = 0; i < changes.entries.size(); ++i) {
      const EntryIndex entry = block.seal.first_entry + i;
      if (changes.entries[i][0] != ledger::record_entry_tag) continue;
      expected.add(*block.state, entry, block.seal);
    }
    ASSERT_EQ(spelled_out(changes.by_fund), expected.by_fund);
    ASSERT_EQ(spelled_out(changes.by_member), expected.by_member);
    ASSERT_EQ(spelled_out(changes.by_day), expected.by_day);
  };
  RandomHistory history(world, {});
  history.run(31, 600);
  EXPECT_GT(blocks, 50);
}

TEST(EntryRuns, JoinNeighboursOnly) {
  EntryRuns runs;
  for (const std::uint64_t entry : {3, 4, 4, 5, 8, 10, 11}) ledger::add_to_runs(runs, {entry});
  ASSERT_EQ(runs.size(), 3);
  EXPECT_EQ(entries_in(runs), (std::set<EntryIndex>{{3}, {4}, {5}, {8}, {10}, {11}}));
}

TEST(Flows, AddUpByWhoAndWhereTo) {
  LedgerWorld world;
  world.open_channel();
  world.open_fund();
  const auto gift = world.donate(100);
  world.donate(20);
  const auto sent = world.disburse(open_giving, red_aid, 50);
  world.give_back(red_aid, sent, 5);
  world.spend(red_aid, 10);
  world.refund(gift, 3);
  world.exchange(open_giving, 7, "EUR", 9, "USD");
  using ledger::FlowKey;
  using ledger::FlowTotal;
  using enum ledger::RecordKind;
  const auto euro = currency("EUR");
  const std::map<FlowKey, FlowTotal> expected{
      {{relief, euro, donation, "", "open-giving"}, {120, 0, 2}},
      {{relief, euro, disbursement, "open-giving", "red-aid"}, {50, 0, 1}},
      {{relief, euro, return_, "red-aid", "open-giving"}, {5, 0, 1}},
      {{relief, euro, expenditure, "red-aid", "goods"}, {10, 0, 1}},
      {{relief, euro, refund, "open-giving", ""}, {3, 0, 1}},
      {{relief, euro, exchange, "open-giving", "USD"}, {7, 9, 1}}};
  EXPECT_EQ(world.state().flows(), expected);
}

}  // namespace
}  // namespace centime::test
