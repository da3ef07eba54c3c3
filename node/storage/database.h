// RocksDB, with its columns, batches, views and cursors, and nothing else of it.
//
// The only files that include RocksDB are database.cpp, tuning.cpp, store_lock.cpp, log_file and
// open_error. A failed read or write never comes back: it goes to on_failure. Any thread may read;
// one thread at a time writes.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "node/storage/store.h"

namespace centime::storage {

// One key space each. Their contents are drawn in rows.h.
enum class Column : std::uint8_t {
  meta,
  entries,
  tiles,
  blocks,
  seals,
  accounts,
  account_keys,
  registry,
  inflows,
  outflows,
  refs,
  ids,
  by_fund,
  by_member,
  by_day,
  statements,
  flows,
  totals,
  missing,
  votes,
};
constexpr auto enum_words(Column) {
  // RocksDB always has a column named "default".
  return std::to_array<std::string_view>(
      {"default",  "entries",    "tiles",    "blocks", "seals",   "accounts", "account_keys",
       "registry", "inflows",    "outflows", "refs",   "ids",     "by_fund",  "by_member",
       "by_day",   "statements", "flows",    "totals", "missing", "votes"});
}
inline constexpr std::size_t column_count = enum_words(Column{}).size();

class Database {
 public:
  // The state at one moment. Must not outlive the database.
  class View {
   public:
    View(View&& other) noexcept;
    ~View();

   private:
    friend class Database;
    struct State;
    explicit View(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  // Writes that take effect together.
  class Batch {
   public:
    Batch(Batch&& other) noexcept;
    ~Batch();
    void put(Column column, crypto::BytesView key, crypto::BytesView value);
    void erase(Column column, crypto::BytesView key);
    void clear();  // Keeps the memory for the next batch.

   private:
    friend class Database;
    struct State;
    explicit Batch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  // The rows of one column with keys in [lower, upper), in order. One thread.
  class Cursor {
   public:
    Cursor(Cursor&& other) noexcept;
    ~Cursor();
    bool valid() const;               // False at either end; a failed read does not come back.
    crypto::BytesView key() const;    // Requires valid(). Until the cursor moves.
    crypto::BytesView value() const;  // Likewise.
    void next();
    void previous();
    void seek_first();
    void seek_last();
    void seek(crypto::BytesView key);  // To the first key at or above.
    void seek_at_or_before(crypto::BytesView key);

   private:
    friend class Database;
    struct State;
    explicit Cursor(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  struct Range {
    crypto::Bytes lower;
    crypto::Bytes upper;  // Empty: to the end.
    bool bulk = false;    // Reads far ahead and past the cache.
    // All keys between begin alike, and the column has a filter of what they begin with.
    bool one_prefix = false;
  };

  // Errors as of Store::open.
  static std::expected<std::shared_ptr<Database>, std::string> open(const StoreOptions& options);
  ~Database();

  View view() const;
  // Reads the newest state where no view is given. False if there is no such row.
  bool get(Column column, crypto::BytesView key, crypto::Bytes& value) const;
  bool get(const View& view, Column column, crypto::BytesView key, crypto::Bytes& value) const;
  Cursor cursor(Column column, Range range) const;
  Cursor cursor(const View& view, Column column, Range range) const;

  Batch batch() const;
  void write(Batch& batch, bool sync);
  void sync();
  // As Store::copy_to.
  std::expected<void, std::string> copy_to(
      const std::filesystem::path& directory,
      const std::function<void(std::uint64_t rows)>& progress) const;
  StoreUse use() const;
  void check_place() const;

  // Reports a failure that RocksDB did not see, such as a row that makes no sense: store_damaged.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace centime::storage
