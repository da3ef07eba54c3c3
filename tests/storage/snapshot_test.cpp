// A snapshot is one block boundary, whatever is committed after it and by whom it is read.
#include "node/storage/snapshot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

TEST(Snapshot, DoesNotSeeLaterCommits) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund();
  const auto first = stored.world.donate(500);
  const auto before = stored.snapshot();
  const auto size = before->head().size;
  const auto flows = before->flows(test::relief);

  const auto second = stored.world.donate(300);
  stored.world.spend(test::open_giving, 600);
  stored.world.submit(test::red_aid, test::closure_of(test::relief));
  const auto after = stored.snapshot();

  // Asked in both orders, so that neither answers from what the other left in the caches.
  for (const auto* const snapshot : {before.get(), after.get(), before.get()}) {
    const bool old = snapshot == before.get();
    EXPECT_EQ(snapshot->account({0})->received().value, old ? 500U : 800U);
    EXPECT_EQ(snapshot->account({0})->head().value, old ? 0U : 600U);
    EXPECT_EQ(snapshot->fund(test::relief)->status,
              old ? ledger::FundStatus::open : ledger::FundStatus::closed);
    EXPECT_EQ(snapshot->find_record(second).has_value(), !old);
    EXPECT_EQ(snapshot->inflows({0}, {{0}, {1000}}, ledger::all_flows).size(), old ? 1U : 2U);
    EXPECT_EQ(snapshot->outflows({0}, {{0}, {1000}}, ledger::all_flows).size(), old ? 0U : 1U);
    EXPECT_EQ(snapshot->entries_by_fund(test::relief, {}).size(), old ? 3U : 6U);
    EXPECT_EQ(snapshot->flows(test::relief).size(), old ? flows.size() : flows.size() + 1);
    EXPECT_TRUE(snapshot->find_record(first));
  }
  EXPECT_EQ(before->head().size, size);
  EXPECT_EQ(before->block(after->head().height), std::nullopt);
  EXPECT_EQ(before->tile({0, 0, static_cast<unsigned>(size) + 1}), std::nullopt);
  EXPECT_TRUE(after->tile({0, 0, static_cast<unsigned>(size) + 1}));
}

TEST(Snapshot, OutlivesItsStore) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_fund();
  const auto snapshot = stored.snapshot();
  stored.close();
  EXPECT_TRUE(snapshot->fund(test::relief));
  EXPECT_EQ(snapshot->entry({0}), stored.entries[0]);
}

// What must hold in one snapshot at any time: the log, the money and the indexes fit each other.
void check_one_boundary(const Snapshot& snapshot) {
  const auto& head = snapshot.head();
  ASSERT_EQ(head.log.size(), head.size);
  ASSERT_EQ(crypto::hash_leaf(snapshot.entry(head.seal_entry)), head.hash);
  ASSERT_EQ(snapshot.block_of(head.seal_entry), head.height);
  auto hashes = snapshot.log_hashes();
  ASSERT_EQ(crypto::root(hashes, head.size), head.log.root());
  const auto account = snapshot.account({0});
  std::uint64_t inflow = 0;
  for (const auto& part : snapshot.inflows({0}, {{0}, account->received()}, ledger::all_flows))
    inflow += part.units.size();
  ASSERT_EQ(inflow, account->received().value);
  std::uint64_t donated = 0;
  for (const auto& flow : snapshot.flows(test::relief))
    if (flow.key.kind == ledger::RecordKind::donation) donated += flow.total.amount;
  ASSERT_EQ(donated, account->received().value);
  const auto newest = snapshot.entries_by_fund(test::relief, {Order::newest_first, {}, 1});
  ASSERT_EQ(newest.size(), 1);
  ASSERT_LT(newest[0], head.seal_entry);
}

TEST(Snapshot, IsOneBlockBoundaryForReadersDuringCommits) {
  const TempDirectory directory;
  StoredWorld stored(test_options(directory.path()));
  stored.world.open_channel();
  stored.world.open_fund();
  stored.world.donate(10);
  constexpr int blocks = 150;
  std::atomic<bool> done = false;
  std::atomic<int> rounds = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, i] {
      while (!done && !::testing::Test::HasFatalFailure()) {
        if (i == 0) {
          stored.store().read_state_tree([](const Snapshot& at, const crypto::MerkleCache& tree) {
            ASSERT_EQ(tree.size(), at.account_count());
            ASSERT_EQ(tree.root(), at.head().state_root);
          });
        } else {
          check_one_boundary(*stored.snapshot());
        }
        ++rounds;
      }
    });
  }
  for (int i = 0; i < blocks; ++i) {
    stored.world.donate(static_cast<std::uint64_t>(i) + 1);
    if (i % 3 == 0) stored.world.spend(test::open_giving, 1);
  }
  done = true;
  readers.clear();
  EXPECT_GT(rounds, 3);
  EXPECT_EQ(stored.snapshot()->account({0})->received().value, 10U + blocks * (blocks + 1) / 2);
}

}  // namespace
}  // namespace centime::storage
