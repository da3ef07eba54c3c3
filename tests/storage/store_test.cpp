// What is committed can be read again, by every method, now and after the store was closed.
#include "node/storage/store.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

using ledger::EntryIndex;

crypto::Bytes bytes_of(const auto& value) { return crypto::encode(value); }

// Two answers of a StateView method, both null or of the same content.
template <class Pointer>
void expect_same(const Pointer& stored, const Pointer& expected) {
  ASSERT_EQ(stored == nullptr, expected == nullptr);
  if (expected) EXPECT_EQ(bytes_of(*stored), bytes_of(*expected));
}

// Scans that begin and end where parts do, one unit beside that, and across parts.
template <class Scan>
void expect_same_at_edges(std::uint64_t received, const Scan& stored, const Scan& expected) {
  std::vector<std::uint64_t> edges;
  for (const auto& part : expected({{0}, {received + 1}})) {
    edges.push_back(part.units.lo.value);
    edges.push_back(part.units.hi.value);
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    for (std::size_t j = i; j < std::min(i + 4, edges.size()); ++j) {
      for (const std::uint64_t lo : {edges[i] - (edges[i] > 0 ? 1 : 0), edges[i], edges[i] + 1}) {
        for (const std::uint64_t hi : {edges[j], edges[j] + 1}) {
          if (lo >= hi) continue;
          const ledger::Interval within{{lo}, {hi}};
          EXPECT_EQ(stored(within), expected(within)) << lo << " to " << hi;
        }
      }
    }
  }
}

void expect_same_accounts(const ledger::StateView& stored, const ledger::StateView& expected) {
  ASSERT_EQ(stored.account_count(), expected.account_count());
  for (std::uint32_t i = 0; i < expected.account_count(); ++i) {
    const auto account = expected.account({i});
    expect_same(stored.account({i}), account);
    EXPECT_EQ(stored.account({i})->balance(), account->balance());
    EXPECT_EQ(stored.find_account(account->key()), ledger::AccountIndex{i});
    const auto received = account->received().value;
    using Inflows = std::function<std::vector<ledger::Inflow>(const ledger::Interval&)>;
    using Outflows = std::function<std::vector<ledger::Outflow>(const ledger::Interval&)>;
    expect_same_at_edges<Inflows>(
        received,
        [&](const auto& within) { return stored.inflows({i}, within, ledger::all_flows); },
        [&](const auto& within) { return expected.inflows({i}, within, ledger::all_flows); });
    expect_same_at_edges<Outflows>(
        received,
        [&](const auto& within) { return stored.outflows({i}, within, ledger::all_flows); },
        [&](const auto& within) { return expected.outflows({i}, within, ledger::all_flows); });
    for (const std::uint64_t lo : {std::uint64_t{0}, received / 3, received / 2, received}) {
      for (const std::uint64_t hi : {lo + 1, lo + 1 + received / 5, received + 1, received + 7}) {
        const ledger::Interval within{{lo}, {hi}};
        EXPECT_EQ(stored.inflows({i}, within, ledger::all_flows),
                  expected.inflows({i}, within, ledger::all_flows));
        EXPECT_EQ(stored.outflows({i}, within, ledger::all_flows),
                  expected.outflows({i}, within, ledger::all_flows));
      }
    }
  }
}

void expect_same_records(const Snapshot& stored, const ledger::MemoryState& expected) {
  for (std::uint64_t i = 0; i < expected.entries().size(); ++i) {
    EXPECT_EQ(stored.entry({i}), expected.entries()[i]);
    if (expected.entries()[i].front() != ledger::record_entry_tag) continue;
    const auto record = expected.record({i});
    EXPECT_EQ(bytes_of(stored.record({i})), bytes_of(record));
    const auto id = ledger::record_id(bytes_of(record.authored));
    EXPECT_EQ(stored.find_record(id), EntryIndex{i});
    EXPECT_EQ(stored.find_record_prefix(id.hex().substr(0, 17)), EntryIndex{i});
    EXPECT_EQ(stored.find_reference(record.authored.author, record.authored.record.reference),
              EntryIndex{i});
    const auto statements = expected.statements(id);
    EXPECT_EQ(stored.statements(id), statements);
    std::vector<ListedStatement> rows;
    for (const auto entry : statements)
      rows.push_back({entry, expected.record(entry).authored.record.kind()});
    EXPECT_EQ(stored.statement_rows(id, {Order::oldest_first, {}, all_rows}), rows);
    if (rows.empty()) continue;
    EXPECT_EQ(stored.statement_rows(id, {Order::newest_first, {}, 1}), std::vector{rows.back()});
    const auto& middle = rows[rows.size() / 2];
    EXPECT_EQ(stored.statement_rows(id, {Order::oldest_first, middle.entry, 1}),
              std::vector{middle});
    EXPECT_EQ(stored.statement_rows(id, {Order::newest_first, middle.entry, 1}),
              std::vector{middle});
  }
}

void expect_same_registry(const Snapshot& stored, const StoredWorld& stored_world) {
  const auto& world = stored_world.world;
  for (const auto& member : world.genesis().members.items)
    expect_same(stored.member(member.member), world.state().member(member.member));
  const auto funds = stored.funds();
  ASSERT_EQ(funds.size(), world.state().funds().size());
  auto listed = funds.begin();
  for (const auto& [id, fund] : world.state().funds()) {
    expect_same(stored.fund(id), world.state().fund(id));
    expect_same(*listed++, fund);
  }
  const auto channels = stored.channels();
  ASSERT_EQ(channels.size(), stored_world.channels.size());
  auto listed_channel = channels.begin();
  for (const auto& [id, channel] : stored_world.channels) {
    expect_same(stored.channel(id), world.state().channel(id));
    EXPECT_EQ(bytes_of(**listed_channel++), bytes_of(channel));
  }
}

void expect_same_flows(const Snapshot& stored, const ledger::MemoryState& expected) {
  std::vector<Flow> all;
  for (const auto& [id, fund] : expected.funds()) {
    const auto flows = stored.flows(id);
    for (const auto& flow : flows) EXPECT_EQ(flow.key.fund, id);
    all.insert(all.end(), flows.begin(), flows.end());
  }
  ASSERT_EQ(all.size(), expected.flows().size());
  ASSERT_EQ(stored.flows().size(), expected.flows().size());
  auto flow = expected.flows().begin();
  for (std::size_t i = 0; i < all.size(); ++i, ++flow) {
    EXPECT_EQ(all[i].key, flow->first);
    EXPECT_EQ(all[i].total, flow->second);
    EXPECT_EQ(stored.flows()[i].key, flow->first);
  }
}

template <class Key, class Ask>
void expect_same_mentions(const std::map<Key, std::vector<EntryIndex>>& expected, const Ask& ask) {
  for (const auto& [key, entries] : expected) {
    const std::size_t all = entries.size() + 1;
    EXPECT_EQ(ask(key, EntryQuery{Order::oldest_first, {}, all}), entries);
    auto newest = entries;
    std::ranges::reverse(newest);
    EXPECT_EQ(ask(key, EntryQuery{Order::newest_first, {}, all}), newest);
    // Pages of three, each beginning behind the last, make the whole.
    std::vector<EntryIndex> paged;
    for (auto from = newest.front();;) {
      const auto page = ask(key, EntryQuery{Order::newest_first, from, 3});
      paged.insert(paged.end(), page.begin(), page.end());
      if (page.empty() || page.back().value == 0) break;
      from = {page.back().value - 1};
    }
    EXPECT_EQ(paged, newest);
    for (const auto from : {entries[entries.size() / 2], EntryIndex{entries.back().value / 2}}) {
      std::vector<EntryIndex> later;
      std::ranges::copy_if(entries, std::back_inserter(later), [&](auto e) { return e >= from; });
      EXPECT_EQ(ask(key, EntryQuery{Order::oldest_first, from, all}), later);
    }
  }
}

// What each fund's records wait for, told from the records alone.
using MissingLists = std::map<std::pair<ledger::FundId, ledger::Missing>, std::vector<EntryIndex>>;

MissingLists missing_in(const ledger::MemoryState& state) {
  MissingLists missing;
  for (std::uint64_t i = 0; i < state.entries().size(); ++i) {
    if (state.entries()[i].front() != ledger::record_entry_tag) continue;
    const auto authored = state.record({i}).authored;
    const auto& body = authored.record.body;
    const auto* sent = std::get_if<ledger::Disbursement>(&body);
    const auto* spent = std::get_if<ledger::Expenditure>(&body);
    bool acknowledged = false, evidenced = spent && ledger::is_fee(spent->category);
    std::uint64_t came_back = 0;
    for (const auto statement : state.statements(ledger::record_id(bytes_of(authored)))) {
      const auto said = state.record(statement).authored.record;
      const auto kind = said.kind();
      if (const auto* back = std::get_if<ledger::Return>(&said.body)) {
        came_back += back->amount.value;
        if (came_back >= sent->amount.value) acknowledged = true;
      }
      if (kind == ledger::RecordKind::acknowledgement) acknowledged = true;
      if (kind == ledger::RecordKind::dispute) acknowledged = came_back >= sent->amount.value;
      if (kind == ledger::RecordKind::evidence) evidenced = true;
    }
    if (sent && !acknowledged)
      missing[{sent->fund, ledger::Missing::acknowledgement}].push_back({i});
    if (spent && spent->evidence.items.empty() && !evidenced)
      missing[{spent->fund, ledger::Missing::evidence}].push_back({i});
  }
  return missing;
}

void expect_same_missing(const Snapshot& snapshot, const ledger::MemoryState& state) {
  const MissingLists missing = missing_in(state);
  for (const auto& [id, fund] : state.funds())
    for (const auto what : {ledger::Missing::acknowledgement, ledger::Missing::evidence})
      EXPECT_EQ(snapshot.missing(id, what, {}).empty(), !missing.contains({id, what}));
  expect_same_mentions(missing, [&](const auto& key, const auto& query) {
    return snapshot.missing(key.first, key.second, query);
  });
}

void expect_same_as_world(const StoredWorld& stored_world) {
  const auto snapshot = stored_world.snapshot();
  const auto& world = stored_world.world;
  EXPECT_EQ(snapshot->head().size, world.tip().log.size());
  EXPECT_EQ(snapshot->head().hash, world.tip().hash);
  EXPECT_EQ(snapshot->head().height, world.tip().height);
  EXPECT_EQ(snapshot->head().log.root(), world.tip().log.root());
  EXPECT_EQ(snapshot->head().network, world.network());
  EXPECT_EQ(snapshot->head().state_root, world.seals().back().state_root);
  expect_same_accounts(*snapshot, world.state());
  expect_same_registry(*snapshot, stored_world);
  expect_same_flows(*snapshot, world.state());
  expect_same_records(*snapshot, world.state());
  expect_same_missing(*snapshot, world.state());
  expect_same_mentions(stored_world.by_fund, [&](const auto& key, const auto& query) {
    return snapshot->entries_by_fund(key, query);
  });
  expect_same_mentions(stored_world.by_member, [&](const auto& key, const auto& query) {
    return snapshot->entries_by_member(key, query);
  });
  expect_same_mentions(stored_world.by_day, [&](const auto& key, const auto& query) {
    return snapshot->entries_by_day(key, query);
  });
}

void answers_like_the_state_in_memory() {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory history(stored.world, {});
  history.run(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::size_t>(20, 120));
  expect_same_as_world(stored);
  stored.reopen();
  expect_same_as_world(stored);
  history.run(*rc::gen::arbitrary<std::uint64_t>(), 20);
  expect_same_as_world(stored);
  RC_ASSERT(!::testing::Test::HasFailure());
}

class MissingTest : public testing::Test {
 protected:
  using Entries = std::vector<EntryIndex>;

  MissingTest() {
    world.open_channel();
    world.open_fund();
    world.donate(100);
    sent = world.disburse(test::open_giving, test::red_aid, 50);
  }
  Entries missing(ledger::Missing what) const {
    return stored_.snapshot()->missing(test::relief, what, {});
  }

 private:
  const TempDirectory directory_;
  StoredWorld stored_{test_options(directory_.path())};

 protected:
  test::LedgerWorld& world = stored_.world;
  ledger::RecordId sent;
};

TEST_F(MissingTest, ListsWhatIsMissingUntilItIsThere) {
  const auto spent = world.spend(test::red_aid, 20);
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{world.entry_of(sent)});
  EXPECT_EQ(missing(ledger::Missing::evidence), Entries{world.entry_of(spent)});
  world.state_record(test::red_aid, test::acknowledgement_of(sent, 50));
  world.state_record(test::red_aid, test::evidence_of(ledger::RecordSubject{spent}));
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{});
  EXPECT_EQ(missing(ledger::Missing::evidence), Entries{});
  world.state_record(test::red_aid, test::dispute_of(sent, 49));
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{world.entry_of(sent)});
}

TEST_F(MissingTest, MissesNeitherEvidenceOfFeesNorWordOfWhatCameBackWhole) {
  auto fee = test::expenditure_of(5);
  fee.category = ledger::Category::bank_fee;
  world.state_record(test::open_giving, fee);
  EXPECT_EQ(missing(ledger::Missing::evidence), Entries{});
  world.give_back(test::red_aid, sent, 20);
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{world.entry_of(sent)});
  world.give_back(test::red_aid, sent, 30);
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{});
  // Nobody could end it: nothing is left to be returned, and nothing arrived to be acknowledged.
  world.state_record(test::red_aid, test::dispute_of(sent, 0));
  EXPECT_EQ(missing(ledger::Missing::acknowledgement), Entries{});
}

TEST(StoreProperty, AnswersLikeTheStateInMemoryNowAndAfterReopening) {
  expect_of_histories(&answers_like_the_state_in_memory);
}

TEST(StoreProperty, AnswersLikeTheStateInMemoryWhereMoreCameBackThanWasSent) {
  expect_of_histories(&answers_like_the_state_in_memory, 6021282774263906091U);
}

TEST(Store, HasNothingBeforeTheGenesisBlock) {
  const TempDirectory directory;
  const auto store = open_store(test_options(directory / "new/store"));
  const auto snapshot = store->snapshot();
  EXPECT_TRUE(snapshot->head().empty());
  EXPECT_EQ(snapshot->head().log.root(), crypto::empty_root());
  EXPECT_EQ(snapshot->member({"open-giving"}), nullptr);
  EXPECT_EQ(snapshot->find_record({}), std::nullopt);
  EXPECT_EQ(snapshot->block({0}), std::nullopt);
  EXPECT_EQ(snapshot->tile({0, 0, 1}), std::nullopt);
  EXPECT_EQ(snapshot->entry_bundle({0, 1}), std::nullopt);
  EXPECT_TRUE(snapshot->members().empty());
  EXPECT_TRUE(snapshot->for_each_entry({0}, {0}, [](auto, auto) { return false; }));
}

TEST(Store, FindsTheBlockOfEachEntryAndItsCertificate) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory(stored.world, {}).run(3, 40);
  const auto snapshot = stored.snapshot();
  for (const auto& seal : stored.world.seals()) {
    const auto block = snapshot->block(seal.height);
    ASSERT_TRUE(block);
    EXPECT_EQ(block->first_entry, seal.first_entry);
    EXPECT_EQ(block->seal_entry, seal.first_entry + seal.entry_count);
    EXPECT_EQ(block->certificate, certificate_of(seal.height));
    for (auto entry = block->first_entry; entry <= block->seal_entry; entry = entry + 1)
      EXPECT_EQ(snapshot->block_of(entry), seal.height);
  }
  EXPECT_EQ(snapshot->block(snapshot->head().height + 1), std::nullopt);
}

TEST(Store, ListsFundsInPages) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  for (const auto* name : {"b", "a", "a-a", "c"}) stored.world.open_fund({name});
  const auto names = [&](const ListQuery<ledger::FundId>& query) {
    std::string joined;
    for (const auto& fund : stored.snapshot()->funds(query))
      joined += fund->proposal.fund.value + " ";
    return joined;
  };
  EXPECT_EQ(names({}), "a a-a b c ");
  EXPECT_EQ(names({std::nullopt, 2}), "a a-a ");
  EXPECT_EQ(names({ledger::FundId{"a-a"}, 1}), "b ");
  EXPECT_EQ(names({ledger::FundId{"aa"}, 9}), "b c ");
  EXPECT_EQ(names({ledger::FundId{"c"}, 9}), "");
}

TEST(Store, ListsTheAccountsOfAFundOnly) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund({"a"});
  stored.world.open_fund({"a-a"});
  stored.world.donate(100, "EUR", {"a"});
  stored.world.donate(100, "EUR", {"a-a"});
  stored.world.donate(100, "CHF", {"a"});
  const auto accounts = stored.snapshot()->accounts_of({"a"});
  ASSERT_EQ(accounts.size(), 2);
  EXPECT_EQ(accounts[0]->key().currency.text(), "CHF");
  EXPECT_EQ(accounts[1]->key().currency.text(), "EUR");
}

TEST(Store, ScansEntriesAndStopsWhenTold) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory(stored.world, {}).run(5, 400);
  const auto snapshot = stored.snapshot();
  std::vector<crypto::Bytes> seen;
  EXPECT_TRUE(snapshot->for_each_entry({0}, {snapshot->head().size}, [&](auto index, auto bytes) {
    EXPECT_EQ(index.value, seen.size());
    seen.push_back(crypto::to_bytes(bytes));
    return true;
  }));
  EXPECT_EQ(seen, stored.entries);
  int count = 0;
  EXPECT_FALSE(snapshot->for_each_entry({7}, {20}, [&](auto index, auto) {
    EXPECT_EQ(index.value, 7U + static_cast<unsigned>(count));
    return ++count < 5;
  }));
  EXPECT_EQ(count, 5);
}

TEST(Store, KeepsAndDeletesVotesWithAndWithoutABlock) {
  const TempDirectory directory;
  const auto options = test_options(directory.path());
  const auto row = [](std::string_view key, std::string_view value) {
    return VoteRow{crypto::to_bytes(key), crypto::to_bytes(value)};
  };
  auto store = open_store(options);
  store->write_votes(std::vector{row("b", "2"), row("a", "1")});
  store->write_votes(std::vector{row("c", "3"), row("b", "")});
  EntryBlock block;
  block.add(crypto::to_bytes("genesis"));
  block.end(store->snapshot()->head());
  auto write = block.write();
  write.votes = {row("a", ""), row("d", "4")};
  store->commit(write);
  store.reset();
  store = open_store(options);
  EXPECT_EQ(store->votes(), (std::vector{row("c", "3"), row("d", "4")}));
}

TEST(Store, GivesProofsAgainstItsRoots) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory(stored.world, {}).run(8, 300);
  for (int reopened = 0; reopened < 2; ++reopened) {
    auto snapshot = stored.snapshot();
    const auto size = snapshot->head().size;
    auto hashes = snapshot->log_hashes();
    for (std::uint64_t index = 0; index < size; index += 13) {
      const auto proof = crypto::inclusion_proof(hashes, index, size);
      EXPECT_TRUE(crypto::verify_inclusion(index, size, crypto::hash_leaf(stored.entries[index]),
                                           proof, snapshot->head().log.root()));
    }
    EXPECT_FALSE(hashes.failure());
    stored.store().read_state_tree([](const Snapshot& at, const crypto::MerkleCache& tree) {
      ASSERT_EQ(tree.size(), at.account_count());
      EXPECT_EQ(tree.root(), at.head().state_root);
      for (std::uint32_t i = 0; i < at.account_count(); ++i)
        EXPECT_TRUE(crypto::verify_inclusion(i, tree.size(),
                                             ledger::account_leaf_hash(*at.account({i})),
                                             tree.inclusion_proof(i), at.head().state_root));
    });
    snapshot.reset();  // It holds the database open.
    if (reopened == 0) stored.reopen();
  }
}

TEST(Store, PredictsTheStateRootThatACommitWillHave) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund();
  const auto& state = stored.world.state();
  stored.world.on_block = [&, take = stored.world.on_block](const ledger::Block& block) {
    EXPECT_EQ(stored.store().root_with(block.leaves, block.seal.account_count),
              block.seal.state_root);
    take(block);
  };
  stored.world.donate(500);
  EXPECT_EQ(state.account_count(), 1);
  stored.world.spend(test::open_giving, 200);
  EXPECT_EQ(stored.store().root_with({}, 1), stored.snapshot()->head().state_root);
}

TEST(Store, RefusesRecordPrefixesThatAreNoneOrLeadNowhere) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund();
  const auto id = stored.world.donate(100);
  const auto entry = stored.world.entry_of(id);
  const auto snapshot = stored.snapshot();
  const auto hex = id.hex();
  for (std::size_t digits = 16; digits <= 64; ++digits)
    EXPECT_EQ(snapshot->find_record_prefix(hex.substr(0, digits)), entry) << digits;
  const auto fails = [&](std::string_view text, PrefixError error) {
    EXPECT_EQ(snapshot->find_record_prefix(text), std::unexpected(error)) << text;
  };
  fails(hex.substr(0, 15), PrefixError::bad);
  fails(hex + "0", PrefixError::bad);
  fails("0123456789ABCDEF", PrefixError::bad);
  fails("0123456789abcdeg", PrefixError::bad);
  fails("", PrefixError::bad);
  fails("0123456789abcdef", PrefixError::unknown);
  // Found by its first 16 digits, and refused for the 17th or the last.
  for (const std::size_t place : {16, 17, 63}) {
    auto other = hex.substr(0, place + 1);
    other.back() = other.back() == '0' ? '1' : '0';
    fails(other, PrefixError::unknown);
  }
}

TEST(Store, CallsAPrefixAmbiguousIfTwoRecordsBeginWithIt) {
  const TempDirectory directory;
  const auto store = open_store(test_options(directory.path()));
  // Two entries of the same record: the rules forbid it, but it costs no 2^32 attempts to make.
  const ledger::RecordEntry record{{test::open_giving, {{"r-1"}, test::donation_of(100)}}, {}};
  const auto id = ledger::record_id(crypto::encode(record.authored));
  EntryBlock block;
  for (std::uint64_t i = 0; i < 2; ++i) {
    block.add(crypto::encode(ledger::Entry(record)));
    block.changes.ids.push_back({id, {i}});
  }
  block.end(store->snapshot()->head());
  store->commit(block.write());
  EXPECT_EQ(store->snapshot()->find_record_prefix(id.hex().substr(0, 16)),
            std::unexpected(PrefixError::ambiguous));
  EXPECT_EQ(store->snapshot()->find_record(id), EntryIndex{0});
}

// With RocksDB's row cache a store of files that is open for reading only says the second time that
// there is no such row.
TEST(Store, AnswersAReaderTheSameAgain) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory(stored.world, {}).run(1, 50);
  stored.reopen();  // What the log held lies in files now.
  stored.close();
  auto options = test_options(directory.path());
  options.create = false;
  options.read_only = true;
  const auto reader = open_store(options);
  for (int again = 0; again < 3; ++again) {
    for (std::size_t i = 0; i < stored.entries.size(); ++i)
      EXPECT_EQ(reader->snapshot()->entry(EntryIndex{i}), stored.entries[i]) << again;
  }
}

TEST(Store, ReportsWhatItsColumnsTake) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  test::RandomHistory(stored.world, {}).run(1, 50);
  const auto use = stored.store().use();
  const auto entries = std::ranges::find(use.columns, "entries", &ColumnUse::name);
  ASSERT_NE(entries, use.columns.end());
  EXPECT_EQ(entries->rows, stored.entries.size());
  EXPECT_GT(entries->memory_bytes + entries->disk_bytes, 0);
  EXPECT_GT(use.cache_bytes, 0);
}

TEST(Store, CopiesItselfWhileItIsOpen) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory / "store"));
  test::RandomHistory(stored.world, {}).run(2, 50);
  const auto size = stored.snapshot()->head().size;
  ASSERT_TRUE(stored.store().copy_to(directory / "copy"));
  const auto again = stored.store().copy_to(directory / "copy");
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().starts_with("store_exists: ")) << again.error();
  stored.world.open_fund({"later"});
  auto options = test_options(directory / "copy");
  options.create = false;
  EXPECT_EQ(open_store(options)->snapshot()->head().size, size);
  EXPECT_GT(stored.snapshot()->head().size, size);
}

// As a command sees a running node's.
TEST(Store, IsCopiedByWhoOnlyReadsIt) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory / "store"));
  test::RandomHistory(stored.world, {}).run(2, 50);
  stored.store().write_votes(std::array{VoteRow{{1, 2}, crypto::Bytes{3}}});
  auto options = test_options(directory / "store");
  options.create = false;
  options.read_only = true;
  const auto reader = open_store(options);
  stored.world.open_fund({"later"});
  ASSERT_TRUE(reader->copy_to(directory / "copy"));
  options.directory = directory / "copy";
  options.read_only = false;
  const auto copy = open_store(options);
  EXPECT_EQ(copy->snapshot()->head().hash, reader->snapshot()->head().hash);
  EXPECT_EQ(copy->votes(), reader->votes());
  for (std::uint64_t i = 0; i < copy->snapshot()->head().size; ++i)
    EXPECT_EQ(copy->snapshot()->entry({i}), stored.entries[i]);
}

}  // namespace
}  // namespace centime::storage
