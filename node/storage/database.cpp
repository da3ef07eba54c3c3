#include "node/storage/database.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "crypto/check.h"
#include "node/storage/list_mark.h"
#include "node/storage/open_error.h"
#include "node/storage/steady_files.h"
#include "node/storage/store_files.h"
#include "node/storage/store_lock.h"
#include "node/storage/store_place.h"
#include "node/storage/tuning.h"
#include "node/storage/write_mark.h"

namespace centime::storage {
namespace {

using crypto::BytesView;

rocksdb::Slice slice_of(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

BytesView bytes_of(const rocksdb::Slice& slice) {
  return {reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size()};
}

// RocksDB's counters, one set a thread, cost a lookup for each key that is compared, and nobody
// reads them.
void count_nothing() { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

// Read ahead of a bulk scan: large enough that a disk streams, small enough to hold many.
constexpr std::size_t bulk_readahead_bytes = std::size_t{2} << 20;

// What a copy gathers in memory, and how much of it is written at once.
constexpr std::size_t copy_buffer_bytes = std::size_t{16} << 20;
constexpr std::size_t copied_at_once_bytes = std::size_t{1} << 20;

// Written data that a start may have to replay after an orderly stop.
constexpr std::uint64_t replay_bytes_max = std::uint64_t{16} << 20;

// What salvaging reads, and every format has. A file of any other column may be damaged or gone.
bool is_salvaged(Column column) {
  return column == Column::meta || column == Column::entries || column == Column::blocks ||
         column == Column::votes;
}

// Opening makes columns one after the other, and each time writes all options down and reads them
// again. What a crash leaves of this, opening completes.
rocksdb::Status create(const rocksdb::DBOptions& options, const std::string& path,
                       const std::vector<rocksdb::ColumnFamilyDescriptor>& columns,
                       std::vector<rocksdb::ColumnFamilyHandle*>& handles, rocksdb::DB*& db) {
  auto status = rocksdb::DB::Open(options, path, {columns.front()}, &handles, &db);
  if (!status.ok()) return status;
  std::vector<rocksdb::ColumnFamilyHandle*> rest;
  status = db->CreateColumnFamilies({columns.begin() + 1, columns.end()}, &rest);
  handles.insert(handles.end(), rest.begin(), rest.end());
  if (status.ok()) return status;
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  return status;
}

}  // namespace

struct Database::State {
  std::function<void(std::string)> on_failure;
  std::shared_ptr<rocksdb::Cache> cache;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, column_count> handles{};
  rocksdb::ReadOptions newest;
  std::optional<WriteMark> mark;    // If open for writing.
  std::optional<StorePlace> place;  // The same.

  rocksdb::ColumnFamilyHandle* handle(Column column) const {
    return handles[static_cast<std::size_t>(column)];
  }

  [[noreturn]] void fail(const std::string& what) const {
    on_failure(what);
    std::abort();
  }

  // A row that is not what was written, or a file that can't be had at all: other advice.
  [[noreturn]] void fail(const rocksdb::Status& status, const std::string& doing) const {
    fail(fmt::format("{}: {}: {}", status.IsCorruption() ? "store_damaged" : "disk_failed", doing,
                     status.ToString()));
  }

  bool get(const rocksdb::ReadOptions& options, Column column, BytesView key,
           crypto::Bytes& value) const {
    count_nothing();
    rocksdb::PinnableSlice found;
    const auto status = db->Get(options, handle(column), slice_of(key), &found);
    if (status.IsNotFound()) return false;
    if (!status.ok()) fail(status, fmt::format("reading {}", crypto::word_of(column)));
    const BytesView bytes = bytes_of(found);
    value.assign(bytes.begin(), bytes.end());
    return true;
  }

  void note_synced() {
    if (!mark->note(db->GetLatestSequenceNumber()))
      fail("disk_failed: noting what is on the disk: the file SYNCED can't be written");
  }

  // Files instead of a log to replay, where that would keep the next start waiting.
  void flush_much() {
    std::uint64_t unflushed_bytes = 0;
    db->GetAggregatedIntProperty("rocksdb.cur-size-all-mem-tables", &unflushed_bytes);
    if (unflushed_bytes < replay_bytes_max) return;
    // A failure loses nothing: the log is still there.
    db->Flush({}, {handles.begin(), handles.end()}).PermitUncheckedError();
  }

  void close() {
    if (!db) return;
    if (mark) flush_much();
    for (auto* const open : handles)
      if (open != nullptr) db->DestroyColumnFamilyHandle(open);
    db->Close().PermitUncheckedError();
    db.reset();
  }

  ~State() { close(); }
};

struct Database::View::State {
  rocksdb::DB& db;
  rocksdb::ReadOptions options;

  explicit State(rocksdb::DB& source) : db(source) { options.snapshot = db.GetSnapshot(); }
  ~State() { db.ReleaseSnapshot(options.snapshot); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

struct Database::Batch::State {
  const std::array<rocksdb::ColumnFamilyHandle*, column_count>& handles;
  rocksdb::WriteBatch rows;

  rocksdb::ColumnFamilyHandle* handle(Column column) const {
    return handles[static_cast<std::size_t>(column)];
  }
};

struct Database::Cursor::State {
  const Database::State& database;
  Column column;
  Range range;
  rocksdb::Slice lower;
  rocksdb::Slice upper;
  std::unique_ptr<rocksdb::Iterator> rows;

  State(const Database::State& source, rocksdb::ReadOptions options, Column of, Range between)
      : database(source),
        column(of),
        range(std::move(between)),
        lower(slice_of(range.lower)),
        upper(slice_of(range.upper)) {
    if (!range.lower.empty()) options.iterate_lower_bound = &lower;
    if (!range.upper.empty()) options.iterate_upper_bound = &upper;
    (range.one_prefix ? options.prefix_same_as_start : options.total_order_seek) = true;
    if (range.bulk) {
      options.readahead_size = bulk_readahead_bytes;
      options.fill_cache = false;
    }
    count_nothing();
    rows.reset(database.db->NewIterator(options, database.handle(column)));
  }

  // RocksDB says "not valid" both at the end and after a failure.
  void moved() const {
    if (rows->Valid() || rows->status().ok()) return;
    database.fail(rows->status(), fmt::format("reading {}", crypto::word_of(column)));
  }
};

// ---- views

Database::View::View(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::View::View(View&& other) noexcept = default;
Database::View::~View() = default;

// ---- batches

Database::Batch::Batch(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Batch::Batch(Batch&& other) noexcept = default;
Database::Batch::~Batch() = default;

void Database::Batch::put(Column column, BytesView key, BytesView value) {
  const auto status = state_->rows.Put(state_->handle(column), slice_of(key), slice_of(value));
  crypto::check(status.ok(), "a batch takes rows");
}

void Database::Batch::erase(Column column, BytesView key) {
  const auto status = state_->rows.Delete(state_->handle(column), slice_of(key));
  crypto::check(status.ok(), "a batch takes deletions");
}

void Database::Batch::clear() { state_->rows.Clear(); }

// ---- cursors

Database::Cursor::Cursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Cursor::Cursor(Cursor&& other) noexcept = default;
Database::Cursor::~Cursor() = default;

bool Database::Cursor::valid() const { return state_->rows->Valid(); }
BytesView Database::Cursor::key() const { return bytes_of(state_->rows->key()); }
BytesView Database::Cursor::value() const { return bytes_of(state_->rows->value()); }

void Database::Cursor::next() {
  state_->rows->Next();
  state_->moved();
}

void Database::Cursor::previous() {
  state_->rows->Prev();
  state_->moved();
}

void Database::Cursor::seek_first() {
  state_->rows->SeekToFirst();
  state_->moved();
}

void Database::Cursor::seek_last() {
  state_->rows->SeekToLast();
  state_->moved();
}

void Database::Cursor::seek(BytesView key) {
  state_->rows->Seek(slice_of(key));
  state_->moved();
}

void Database::Cursor::seek_at_or_before(BytesView key) {
  state_->rows->SeekForPrev(slice_of(key));
  state_->moved();
}

// ---- the database

std::expected<std::shared_ptr<Database>, std::string> Database::open(const StoreOptions& options) {
  const bool read_only = options.read_only || options.salvage;
  const auto exists = holds_store(options.directory);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists && (!options.create || read_only))
    return std::unexpected(
        fmt::format("store_missing: {} holds no store", options.directory.string()));
  std::error_code error;
  if (!*exists) std::filesystem::create_directories(options.directory, error);
  if (error)
    return std::unexpected(fmt::format("store_unreadable: {} can't be made: {}",
                                       options.directory.string(), error.message()));

  auto state = std::make_unique<State>();
  state->on_failure = options.on_failure;
  state->cache = new_cache(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> columns;
  std::vector<std::size_t> opened_columns;
  for (std::size_t i = 0; i < column_count; ++i) {
    const auto column = static_cast<Column>(i);
    if (options.salvage && !is_salvaged(column)) continue;
    opened_columns.push_back(i);
    columns.emplace_back(std::string(crypto::word_of(column)),
                         column_options(column, options, state->cache));
  }
  const auto db_options = database_options(options, state->cache);
  // Before opening: what another process writes meanwhile can only be more.
  const auto noted = WriteMark::read(options.directory);
  if (!noted) return std::unexpected(noted.error());
  const std::optional<std::uint64_t> synced = *noted;
  if (*exists && !synced && options.on_warning) {
    options.on_warning(fmt::format(
        "missing_file: {} has no file SYNCED, as if an earlier version had written it: that what "
        "had been confirmed is all there can't be told this time. If the file was there, compare "
        "the store's last block with another member's node, a receipt or a checkpoint first",
        options.directory.string()));
  }
  const auto open = [&](bool reading) -> std::expected<void, std::string> {
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const std::string path = options.directory.string();
    if (auto listed = check_list(options.directory); !listed) return listed;
    const auto status = reading
                            ? rocksdb::DB::OpenForReadOnly(db_options, path, columns, &handles, &db)
                        : *exists ? rocksdb::DB::Open(db_options, path, columns, &handles, &db)
                                  : create(db_options, path, columns, handles, db);
    if (!status.ok()) return std::unexpected(open_error(status, options));
    state->db.reset(db);
    for (std::size_t i = 0; i < handles.size(); ++i) state->handles[opened_columns[i]] = handles[i];
    const std::uint64_t found = db->GetLatestSequenceNumber();
    if (found >= synced.value_or(0)) return {};
    return std::unexpected(fmt::format(
        "store_incomplete: {} had been written up to {} and now ends at {}; its last writes are "
        "lost or damaged, so restore it from a copy",
        path, *synced, found));
  };
  // Opening for writing takes the log in and deletes it: not before it is known to be whole. The
  // lock keeps writers away while it is looked at.
  if (!read_only && synced) {
    const auto lock = StoreLock::take(options.directory);
    if (!lock) return std::unexpected(lock.error());
    if (auto whole = open(true); !whole) return std::unexpected(std::move(whole.error()));
    state->close();
  }
  if (auto opened =
          read_only ? open_steadily(
                          options.directory, [&] { return open(true); }, [&] { state->close(); })
                    : open(false);
      !opened)
    return std::unexpected(std::move(opened.error()));
  if (!read_only) {
    auto mark = WriteMark::open(options.directory);
    if (!mark) return std::unexpected("store_unreadable: " + mark.error());
    state->mark.emplace(std::move(*mark));
    state->place.emplace(options.directory);
  }
  return std::shared_ptr<Database>(new Database(std::move(state)));
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;

Database::View Database::view() const { return View(std::make_unique<View::State>(*state_->db)); }

bool Database::get(Column column, BytesView key, crypto::Bytes& value) const {
  return state_->get(state_->newest, column, key, value);
}

bool Database::get(const View& view, Column column, BytesView key, crypto::Bytes& value) const {
  return state_->get(view.state_->options, column, key, value);
}

Database::Cursor Database::cursor(Column column, Range range) const {
  return Cursor(std::make_unique<Cursor::State>(*state_, state_->newest, column, std::move(range)));
}

Database::Cursor Database::cursor(const View& view, Column column, Range range) const {
  return Cursor(
      std::make_unique<Cursor::State>(*state_, view.state_->options, column, std::move(range)));
}

Database::Batch Database::batch() const {
  return Batch(std::make_unique<Batch::State>(state_->handles));
}

void Database::write(Batch& batch, bool sync) {
  count_nothing();
  rocksdb::WriteOptions options;
  options.sync = sync;
  const auto status = state_->db->Write(options, &batch.state_->rows);
  if (!status.ok()) state_->fail(status, "writing");
  if (sync) state_->note_synced();
}

void Database::sync() {
  const auto status = state_->db->SyncWAL();
  if (!status.ok()) state_->fail(status, "forcing writes to the disk");
  state_->note_synced();
}

// Row by row: a checkpoint of RocksDB's can be made by the process that writes only, and would hand
// on what is damaged.
std::expected<void, std::string> Database::copy_to(
    const std::filesystem::path& directory,
    const std::function<void(std::uint64_t)>& progress) const {
  std::error_code ignored;
  if (std::filesystem::exists(directory / "CURRENT", ignored))
    return std::unexpected(fmt::format("store_exists: {} holds a store", directory.string()));
  StoreOptions options;
  options.directory = directory;
  options.create = true;
  options.write_buffer_bytes = copy_buffer_bytes;
  options.on_failure = state_->on_failure;
  const auto copy = open(options);
  if (!copy) return std::unexpected(copy.error());
  const View now = view();
  Batch batch = (*copy)->batch();
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < column_count; ++i) {
    const auto column = static_cast<Column>(i);
    auto from = cursor(now, column, {.lower = {}, .upper = {}, .bulk = true});
    for (from.seek_first(); from.valid(); from.next()) {
      batch.put(column, from.key(), from.value());
      ++rows;
      if (batch.state_->rows.GetDataSize() < copied_at_once_bytes) continue;
      (*copy)->write(batch, false);
      batch.clear();
      if (progress) progress(rows);
    }
  }
  (*copy)->write(batch, false);
  (*copy)->sync();
  return {};
}

StoreUse Database::use() const {
  StoreUse use;
  use.cache_bytes = state_->cache->GetUsage();
  for (std::size_t i = 0; i < column_count; ++i) {
    const auto property = [&](const std::string& name) {
      std::uint64_t value = 0;
      state_->db->GetIntProperty(state_->handles[i], "rocksdb." + name, &value);
      return value;
    };
    use.columns.push_back({std::string(crypto::word_of(static_cast<Column>(i))),
                           property("estimate-num-keys"), property("total-sst-files-size"),
                           property("cur-size-all-mem-tables")});
  }
  return use;
}

void Database::check_place() const {
  if (!state_->place) return;
  if (const auto fault = state_->place->fault()) state_->fail("disk_failed: " + *fault);
}

void Database::fail(const std::string& what) const { state_->fail("store_damaged: " + what); }

}  // namespace centime::storage
