#include "node/storage/tuning.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

#include "node/storage/list_mark.h"
#include "node/storage/log_file.h"

namespace centime::storage {
namespace {

constexpr std::size_t kibi = 1024;
constexpr std::size_t mebi = 1024 * kibi;
constexpr std::size_t hash_prefix_bytes = 8;  // What keys of `ids` begin with (rows.h).

// What decides how a column is kept.
struct Habit {
  bool read_in_a_row = false;    // Scanned more than asked for one by one.
  bool appended = false;         // Keys only grow: files never overlap and are never rewritten.
  bool asked_in_vain = false;    // Often asked for keys that are not there.
  bool by_account = false;       // Keys grow within each account.
  bool scattered = false;        // Keys are hashes.
  std::size_t buffer_share = 8;  // Of write_buffer_bytes: one n-th.
};

Habit habit_of(Column column) {
  switch (column) {
    case Column::entries:
      return {.read_in_a_row = true, .appended = true, .buffer_share = 1};
    case Column::tiles:
    case Column::blocks:
    case Column::seals:
    case Column::by_day:
      return {.appended = true};
    case Column::ids:
      return {.scattered = true, .buffer_share = 1};
    case Column::refs:
      return {.asked_in_vain = true, .buffer_share = 1};
    case Column::inflows:
    case Column::outflows:
      return {.by_account = true, .buffer_share = 2};
    case Column::accounts:
    case Column::account_keys:
    case Column::registry:
    case Column::flows:
    case Column::totals:
      return {.asked_in_vain = true};
    case Column::by_fund:
    case Column::by_member:
    case Column::statements:
    case Column::missing:
    case Column::votes:
    case Column::meta:
      return {};
  }
  return {};
}

std::size_t all_buffers(const StoreOptions& options) { return 4 * options.write_buffer_bytes; }

}  // namespace

std::shared_ptr<rocksdb::Cache> new_cache(const StoreOptions& options) {
  // The memtables are charged to the cache, so one number bounds both; reads get what writes leave.
  return rocksdb::NewLRUCache(options.block_cache_bytes + all_buffers(options));
}

namespace {

// RocksDB's own log file lies on the disk whose failure it would note, and writing there after a
// failed write trips an assertion before the error gets to us. Errors reach on_failure instead.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Env* store_env() {
  static const std::unique_ptr<rocksdb::Env> env =
      rocksdb::NewCompositeEnv(list_noting(log_preallocating(rocksdb::FileSystem::Default())));
  return env.get();
}

}  // namespace

rocksdb::DBOptions database_options(const StoreOptions& options,
                                    const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::DBOptions db;
  db.info_log = std::make_shared<NoLog>();
  db.create_if_missing = options.create;
  db.create_missing_column_families = options.create;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(all_buffers(options), cache);
  // One writer, so there is nobody to share the memtable's locks with; it also lets the skip list
  // remember where the last key went.
  db.allow_concurrent_memtable_write = false;
  db.enable_pipelined_write = false;
  db.enable_write_thread_adaptive_yield = false;
  db.max_background_jobs = 2;
  // The log ends at the first record that can't be read: what a kill leaves. Whether anything that
  // was synced stood behind it, write_mark.h knows.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // An older log that is gone altogether would be skipped: the newest still reaches the mark.
  db.track_and_verify_wals_in_manifest = true;
  db.env = store_env();
  // How much of the log is replayed after a crash, at most: some three seconds' worth.
  db.max_total_wal_size = 2 * options.write_buffer_bytes;
  // Spreads the writing of large files over time, so that commits don't wait behind one flush.
  db.bytes_per_sync = mebi;
  // RocksDB starts these anew for each column that it makes or opens.
  db.max_file_opening_threads = 1;
  db.max_open_files = options.read_only ? -1 : 512;
  db.keep_log_file_num = 4;
  db.max_log_file_size = 4 * mebi;
  db.stats_dump_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions column_options(Column column, const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  const Habit habit = habit_of(column);
  rocksdb::ColumnFamilyOptions cf;
  cf.write_buffer_size = std::max(options.write_buffer_bytes / habit.buffer_share, 64 * kibi);
  cf.max_write_buffer_number = 3;
  cf.compression = rocksdb::kLZ4Compression;
  cf.level_compaction_dynamic_level_bytes = true;
  // A scan asks every file of the first level, and a trace scans nothing else; these are few rows.
  if (column == Column::outflows) cf.level0_file_num_compaction_trigger = 2;
  if (!habit.scattered) cf.bottommost_compression = rocksdb::kZSTD;
  // Files of an appended column move down untouched only if all levels compress alike.
  if (habit.appended) cf.compression = rocksdb::kZSTD;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // A row that is looked up by itself brings its whole block along; what is read in a row had
  // better be compressed in larger ones.
  table.block_size = (habit.read_in_a_row ? 8 : 4) * kibi;
  // A look-up ends with a walk from the last key that is written in full: four rows of it rather
  // than sixteen, which take a byte or two a row.
  if (habit.read_in_a_row || habit.by_account || column == Column::refs)
    table.block_restart_interval = 4;
  table.format_version = 5;
  // Indexes and filters count as cache, or they would grow with the log outside any bound.
  table.cache_index_and_filter_blocks = true;
  // Those of open files stay there, and are found without asking the cache.
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  if (habit.asked_in_vain) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    cf.memtable_whole_key_filtering = true;
    cf.memtable_prefix_bloom_size_ratio = 0.05;
  }
  if (habit.by_account) {
    // Each account's next key is looked for from where its last one went.
    cf.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(sizeof(std::uint32_t)));
  }
  // Hashes don't compress.
  if (habit.scattered || column == Column::tiles) cf.compression = rocksdb::kNoCompression;
  if (habit.scattered) {
    // The same for all keys at once, as a block's hashes come sorted.
    cf.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(0));
    // Leveled compaction would rewrite every row about ten times: hashes overlap everywhere.
    cf.compaction_style = rocksdb::kCompactionStyleUniversal;
    // So each run may have a hash; its filter says which has it.
    cf.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(hash_prefix_bytes));
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.whole_key_filtering = false;
  }
  cf.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return cf;
}

}  // namespace centime::storage
