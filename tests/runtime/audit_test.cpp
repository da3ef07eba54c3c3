#include "node/runtime/audit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>
#include <vector>

#include "node/runtime/accepted_store.h"
#include "node/runtime/directory_lock.h"
#include "node/runtime/rebuild.h"
#include "node/storage/database.h"
#include "node/storage/rows.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/memory_source.h"
#include "tests/runtime/temporary_directory.h"
#include "tests/runtime/watched_fsync.h"

namespace centime::test {
namespace {

using storage::Column;
using storage::Database;

class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    create_crash_network(path());
    auto node =
        runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
    ASSERT_TRUE(node) << node.error();
    for (std::uint64_t i = 0; i < 40; i += 4) {
      std::vector<ledger::Record> records;
      for (std::uint64_t k = 0; k < 4; ++k) records.push_back(crash_donation(i + k));
      ASSERT_TRUE((*node)->record_and_wait(std::move(records)));
    }
    ledger::Disbursement sent;
    sent.fund = {"wells"};
    sent.to = {"ngo"};
    sent.amount = {1'000};
    sent.currency = *ledger::Currency::from_text("EUR");
    sent.sent_on = {19'710};
    sent.purpose = {"Pipes"};
    ASSERT_TRUE((*node)->record_and_wait({{{"out-1"}, sent}}));
    checkpoint_ = (*node)->published()->checkpoint();
  }

  std::filesystem::path path() const { return directory_.path() / "node"; }

  MemorySource source() {
    MemorySource memory;
    auto store = runtime::open_store_source(path());
    EXPECT_TRUE(store);
    std::string error;
    (*store)->read(
        [&](crypto::BytesView bytes) {
          memory.entries.emplace_back(bytes.begin(), bytes.end());
          return true;
        },
        error);
    return memory;
  }

  TemporaryDirectory directory_;
  std::string checkpoint_;
};

TEST_F(AuditTest, CountsWhatItCheckedAndComparesTheCheckpoint) {
  const auto store = runtime::open_store_source(path());
  ASSERT_TRUE(store);
  runtime::AuditOptions options;
  options.checkpoint = checkpoint_;
  const auto report = runtime::audit(**store, options);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->records, 3U + 40 + 1);
  EXPECT_EQ(report->submissions, 3U + 10 + 1);
  EXPECT_EQ(report->height.value, 14U);
  EXPECT_EQ(report->accounts, 2U);
  EXPECT_EQ(report->records_by_kind.at("donation"), 40U);
  EXPECT_EQ(report->quorum_signatures, 1U);
}

TEST_F(AuditTest, FollowsASampleOfTheDonationsOrAllOfThem) {
  {
    auto node =
        runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
    ASSERT_TRUE(node) << node.error();
    std::vector<ledger::Record> records;
    for (std::uint64_t i = 40; i < 500; ++i) records.push_back(crash_donation(i));
    ASSERT_TRUE((*node)->record_and_wait(std::move(records)));
  }
  MemorySource log = source();
  const auto sampled = runtime::audit(log, {});
  ASSERT_TRUE(sampled) << sampled.error().detail;
  EXPECT_GE(sampled->traced, 200U);
  EXPECT_LE(sampled->traced, 400U);
  runtime::AuditOptions options;
  options.trace_all = true;
  const auto all = runtime::audit(log, options);
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ(all->traced, 500U);
}

TEST_F(AuditTest, FindsAnyChangedByteAtOrAfterItsEntry) {
  const MemorySource good = source();
  std::mt19937_64 random(3);
  for (int i = 0; i < 400; ++i) {
    MemorySource bad;
    bad.entries = good.entries;
    const std::size_t at = random() % bad.entries.size();
    crypto::Bytes& entry = bad.entries[at];
    entry[random() % entry.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
    runtime::AuditOptions options;
    options.checkpoint = checkpoint_;
    const auto report = runtime::audit(bad, options);
    EXPECT_FALSE(report) << "a changed byte of entry " << at << " went unnoticed";
  }
}

TEST_F(AuditTest, FindsALogThatWasCutShortLengthenedOrReordered) {
  const MemorySource good = source();
  runtime::AuditOptions options;
  options.checkpoint = checkpoint_;
  for (std::size_t keep = 0; keep < good.entries.size(); ++keep) {
    MemorySource cut;
    cut.entries.assign(good.entries.begin(), good.entries.begin() + keep);
    EXPECT_FALSE(runtime::audit(cut, options)) << keep;
  }
  MemorySource longer;
  longer.entries = good.entries;
  longer.entries.push_back(good.entries.back());
  EXPECT_FALSE(runtime::audit(longer, options));
  MemorySource swapped;
  swapped.entries = good.entries;
  std::swap(swapped.entries[10], swapped.entries[11]);
  EXPECT_FALSE(runtime::audit(swapped, options));
}

TEST_F(AuditTest, RefusesTheLogOfAnotherNetwork) {
  MemorySource log = source();
  runtime::AuditOptions options;
  options.expected_network = ledger::NetworkId{};
  const auto report = runtime::audit(log, options);
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().detail.starts_with("wrong_network"));
}

TEST_F(AuditTest, SaysWhyItsSourceCouldNotBeRead) {
  MemorySource log = source();
  log.error = "unreachable: nothing answers";
  const auto report = runtime::audit(log, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().detail, "unreadable: unreachable: nothing answers");
}

// Deletes every row of the column, as a careless hand or a broken disk would.
void empty_column(const std::filesystem::path& directory, Column column) {
  storage::StoreOptions options;
  options.directory = directory / "db";
  const auto database = Database::open(options);
  ASSERT_TRUE(database) << database.error();
  auto batch = (*database)->batch();
  auto cursor = (*database)->cursor(column, {});
  for (cursor.seek_first(); cursor.valid(); cursor.next()) batch.erase(column, cursor.key());
  (*database)->write(batch, true);
}

crypto::Digest contents_of(const std::filesystem::path& directory) {
  storage::StoreOptions options;
  options.directory = directory / "db";
  const auto database = Database::open(options);
  EXPECT_TRUE(database);
  crypto::Sha256 hash;
  for (std::size_t i = 0; i < storage::column_count; ++i) {
    auto cursor = (*database)->cursor(static_cast<Column>(i), {});
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      hash.update(cursor.key()).update("=").update(cursor.value()).update(";");
    }
  }
  return hash.finish();
}

TEST_F(AuditTest, RebuildMakesEveryIndexAnewFromTheEntries) {
  const crypto::Digest before = contents_of(path());
  for (const Column column :
       {Column::accounts, Column::account_keys, Column::registry, Column::inflows, Column::outflows,
        Column::refs, Column::ids, Column::by_fund, Column::by_member, Column::by_day,
        Column::statements, Column::flows, Column::missing, Column::tiles}) {
    ASSERT_NO_FATAL_FAILURE(empty_column(path(), column));
  }
  const auto broken =
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
  EXPECT_FALSE(broken) << "a store without its indexes opened";

  const auto report = runtime::rebuild(path(), {});
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(contents_of(path()), before) << "the rebuilt store differs";
  const auto node =
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
  ASSERT_TRUE(node) << node.error();
  EXPECT_TRUE((*node)->record_and_wait({crash_donation(1'000)}));
}

TEST_F(AuditTest, RebuildMakesAStoreOfThisFormatFromOneOfTheFirst) {
  const crypto::Digest before = contents_of(path());
  ASSERT_NO_FATAL_FAILURE(empty_column(path(), Column::missing));
  {
    storage::StoreOptions options;
    options.directory = path() / "db";
    const auto database = Database::open(options);
    ASSERT_TRUE(database);
    auto batch = (*database)->batch();
    batch.put(Column::meta, crypto::as_bytes("format"), storage::Row().number(1U));
    (*database)->write(batch, true);
  }
  const auto old =
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
  ASSERT_FALSE(old);
  EXPECT_TRUE(old.error().starts_with("wrong_format_version")) << old.error();
  const auto report = runtime::rebuild(path(), {});
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(contents_of(path()), before) << "the rebuilt store differs";
}

TEST_F(AuditTest, RebuildIsRefusedWhileANodeRunsAndLeavesABadLogAlone) {
  {
    const auto node =
        runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
    ASSERT_TRUE(node);
    const auto report = runtime::rebuild(path(), {});
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().starts_with("store_in_use")) << report.error();
  }
  {
    storage::StoreOptions options;
    options.directory = path() / "db";
    const auto database = Database::open(options);
    ASSERT_TRUE(database);
    auto batch = (*database)->batch();
    crypto::Bytes entry;
    ASSERT_TRUE((*database)->get(Column::entries, storage::entry_key({12}), entry));
    entry[20] ^= 1;
    batch.put(Column::entries, storage::entry_key({12}), entry);
    (*database)->write(batch, true);
  }
  const crypto::Digest before = contents_of(path());
  const auto report = runtime::rebuild(path(), {});
  ASSERT_FALSE(report);
  EXPECT_TRUE(report.error().starts_with("bad_log")) << report.error();
  EXPECT_EQ(contents_of(path()), before);
}

// Also between the renames: a node that started there would record what is lost with the old store.
TEST_F(AuditTest, NobodyGetsAtTheStoreWhileItIsRebuilt) {
  int moments = 0;
  const auto expect_refused = [&, this] {
    ++moments;
    const auto node =
        runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
    ASSERT_FALSE(node) << moments;
    EXPECT_TRUE(node.error().starts_with("store_in_use: ")) << moments << ": " << node.error();
    const auto second = runtime::rebuild(path(), {});
    ASSERT_FALSE(second) << moments;
    EXPECT_TRUE(second.error().starts_with("store_in_use: ")) << moments << ": " << second.error();
  };
  watched_fsync.seen = [&, this](const std::filesystem::path& synced) {
    if (synced == path()) expect_refused();
  };
  const auto report = runtime::rebuild(path(), [&](auto, auto) { expect_refused(); });
  watched_fsync = {};
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(moments, 1 + 3) << "while it is filled, and after each of three renames";
  EXPECT_TRUE(
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform")));
}

// The files of the closed store's tables.
std::vector<std::filesystem::path> tables_of(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> tables;
  for (const auto& file : std::filesystem::directory_iterator(directory / "db"))
    if (file.path().extension() == ".sst") tables.push_back(file.path().filename());
  return tables;
}

TEST_F(AuditTest, RebuildNeedsNoMoreFilesThanTheLogs) {
  ASSERT_TRUE(runtime::rebuild(path(), {}));
  std::filesystem::remove_all(path() / "db.before-rebuild");
  // Opening what was filled at once makes one table of each column.
  const crypto::Digest before = contents_of(path());
  const auto copy = directory_.path() / "copy";
  std::size_t rebuilt = 0;
  const auto tables = tables_of(path());
  for (const auto& table : tables) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(path(), copy, std::filesystem::copy_options::recursive);
    std::filesystem::remove(copy / "db" / table);
    if (!runtime::rebuild(copy, {})) continue;
    ++rebuilt;
    EXPECT_EQ(contents_of(copy), before) << "the rebuilt store differs";
  }
  EXPECT_GT(rebuilt, 8U);
  EXPECT_EQ(rebuilt + 4, tables.size()) << "meta, entries, blocks and votes can't be had again";
}

TEST_F(AuditTest, AStoreThatLacksItsLastBlockIsNeitherFoundGoodNorRebuilt) {
  const auto change = [this](const auto& rows) {
    storage::StoreOptions options;
    options.directory = path() / "db";
    const auto database = Database::open(options);
    ASSERT_TRUE(database) << database.error();
    auto batch = (*database)->batch();
    rows(batch);
    (*database)->write(batch, true);
  };
  const auto expect_refused = [this] {
    const auto source = runtime::open_store_source(path());
    ASSERT_FALSE(source);
    EXPECT_TRUE(source.error().starts_with("store_incomplete: ")) << source.error();
    const auto report = runtime::rebuild(path(), {});
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().starts_with("store_incomplete: ")) << report.error();
    EXPECT_NE(report.error().find("block 14"), std::string::npos) << report.error();
    EXPECT_NE(report.error().find("block 13"), std::string::npos) << report.error();
  };
  const std::uint64_t size = source().entries.size();
  change([size](Database::Batch& batch) {
    // A submission of one record, and the seal.
    for (std::uint64_t entry = size - 3; entry < size; ++entry)
      batch.erase(Column::entries, storage::entry_key({entry}));
  });
  expect_refused();
  // Then the safety state still knows.
  change([](Database::Batch& batch) { batch.erase(Column::meta, crypto::as_bytes("head")); });
  expect_refused();
}

TEST_F(AuditTest, ARebuildMissesACertificate) {
  {
    storage::StoreOptions options;
    options.directory = path() / "db";
    const auto database = Database::open(options);
    ASSERT_TRUE(database) << database.error();
    crypto::Bytes row;
    ASSERT_TRUE((*database)->get(Column::blocks, storage::height_key({7}), row));
    row.pop_back();
    auto batch = (*database)->batch();
    batch.put(Column::blocks, storage::height_key({7}), row);
    (*database)->write(batch, true);
  }
  const auto report = runtime::rebuild(path(), {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error(), "store_damaged: block 7 has no certificate");
  EXPECT_FALSE(std::filesystem::exists(path() / "db.rebuilding"));
}

TEST_F(AuditTest, WhoVouchesForADamagedStoreIsToldSo) {
  contents_of(path());  // Opening it puts all rows into tables.
  const auto copy = directory_.path() / "copy";
  bool found = false;
  for (const auto& table : tables_of(path())) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(path(), copy, std::filesystem::copy_options::recursive);
    std::fstream(copy / "db" / table, std::ios::in | std::ios::out | std::ios::binary)
        .seekp(8)
        .write("damaged!", 8);
    const auto accepted = runtime::accept_store(copy, {"platform"}, {14});
    found = found || (!accepted && accepted.error().starts_with("store_damaged: "));
  }
  EXPECT_TRUE(found);
}

TEST_F(AuditTest, WhatARebuildLeftThatWasCutShortIsRemovedUnlessItStillRuns) {
  const std::vector left{path() / "db.rebuilding", path() / "db.rebuilt"};
  for (const auto& store : left) std::filesystem::create_directory(store);
  {
    const auto running = runtime::DirectoryLock::take(path());
    ASSERT_TRUE(running);
    EXPECT_EQ(runtime::DirectoryLock::take(path()).error(), std::errc::operation_would_block);
    EXPECT_TRUE(runtime::finish_rebuild(path())) << "opening the store tells";
  }
  for (const auto& store : left) EXPECT_TRUE(std::filesystem::exists(store));
  EXPECT_TRUE(runtime::finish_rebuild(path()));
  for (const auto& store : left) EXPECT_FALSE(std::filesystem::exists(store));
}

TEST_F(AuditTest, WhoOnlyReadsNamesTheStoreOfASwapThatWasCutShort) {
  std::filesystem::rename(path() / "db", path() / "db.rebuilt");
  const auto source = runtime::open_store_source(path());
  ASSERT_FALSE(source);
  EXPECT_TRUE(source.error().starts_with("store_missing: ")) << source.error();
  EXPECT_NE(source.error().find("db.rebuilt"), std::string::npos) << source.error();
  const auto accepted = runtime::accept_store(path(), {"platform"}, {14});
  EXPECT_TRUE(accepted) << "who writes finishes it";
}

TEST_F(AuditTest, ASwapThatWasCutShortIsFinished) {
  // As a crash between the two renames leaves it.
  std::filesystem::rename(path() / "db", path() / "db.rebuilt");
  ASSERT_TRUE(runtime::finish_rebuild(path()));
  EXPECT_TRUE(
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform")));
}

TEST_F(AuditTest, NoNodeRunsOnASwapThatCannotBeFinished) {
  const auto open = [this] {
    return runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform"));
  };
  std::filesystem::rename(path() / "db", path() / "db.rebuilt");
  watched_fsync.failing = path();
  const auto node = open();
  watched_fsync = {};
  ASSERT_FALSE(node);
  EXPECT_TRUE(node.error().starts_with("unwritable_file: ")) << node.error();
  EXPECT_TRUE(open());
}

// The disk is read-only, say: a word, and no exception.
TEST_F(AuditTest, ARebuildThatCannotClearTheWaySaysSo) {
  // What nobody can remove, not even root.
  std::filesystem::create_symlink(path() / "loop", path() / "loop");
  std::filesystem::rename(path() / "db", path() / "store");
  std::filesystem::create_symlink(path() / "loop", path() / "db");
  EXPECT_TRUE(runtime::finish_rebuild(path())) << "that the store can't be opened is said later";
  EXPECT_FALSE(
      runtime::Node::open({.directory = path(), .self = {"platform"}}, crash_key("platform")));
}

}  // namespace
}  // namespace centime::test
