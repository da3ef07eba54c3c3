// Stores in a temporary directory, filled from a world or with made-up entries.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/detail/Configuration.h>
#include <rapidcheck/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "crypto/canonical.h"
#include "crypto/check.h"
#include "node/storage/storage_failure.h"
#include "node/storage/store.h"
#include "tests/support/random_history.h"

namespace centime::storage {

// A directory that goes away with it. In memory where the system offers that: most of these tests
// are about rows, and forcing each of their commits to a disk would take minutes.
class TempDirectory {
 public:
  TempDirectory() {
    const std::filesystem::path memory = "/dev/shm";
    const auto base =
        access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    remove_left_over(base);
    std::string name = (base / (prefix + std::to_string(getpid()) + "-XXXXXX")).string();
    crypto::check(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  std::filesystem::path path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  static inline const std::string prefix = "centime-store-";

  // The child of a death test ends without destructors: what processes left that are gone.
  static void remove_left_over(const std::filesystem::path& base) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(base, error), end; !error && at != end;
         at.increment(error)) {
      const std::string name = at->path().filename().string();
      if (!name.starts_with(prefix)) continue;
      const int process = std::atoi(name.c_str() + prefix.size());
      if (process <= 0 || kill(process, 0) == 0 || errno != ESRCH) continue;
      std::error_code ignored;
      std::filesystem::remove_all(at->path(), ignored);
    }
  }

  std::filesystem::path path_;
};

// Holds a property of histories. Each opens a store twice, so fewer of them than usual.
inline void expect_of_histories(void (*property)(), std::optional<std::uint64_t> seed = {}) {
  auto params = rc::detail::configuration().testParams;
  if (seed) params.seed = *seed;
  params.maxSuccess = 20;
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata(), params);
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << text.str();
}

inline StoreOptions test_options(const std::filesystem::path& directory) {
  StoreOptions options;
  options.directory = directory;
  options.create = true;
  options.block_cache_bytes = std::size_t{8} << 20;
  options.write_buffer_bytes = std::size_t{4} << 20;
  options.on_failure = throw_failure;
  return options;
}

inline std::unique_ptr<Store> open_store(const StoreOptions& options) {
  auto store = Store::open(options);
  crypto::check(store.has_value(), store ? "" : store.error());
  return std::move(*store);
}

inline std::string open_error(const StoreOptions& options) {
  const auto store = Store::open(options);
  return store ? "no error" : store.error();
}

inline crypto::Bytes certificate_of(ledger::Height height) {
  return crypto::to_bytes("certificate of block " + std::to_string(height.value));
}

inline void commit(Store& store, const ledger::Block& block) {
  const auto certificate = certificate_of(block.seal.height);
  store.commit({block.state->changes(), block.seal, block.tip.hash, certificate, {}});
}

// A world whose blocks all go into a store as well, the genesis block first.
class StoredWorld {
 public:
  explicit StoredWorld(const StoreOptions& options) : options_(options) {
    store_ = open_store(options_);
    const ledger::MemoryState nothing;
    take(ledger::genesis_block(nothing, world.genesis()));
    world.on_block = [this](const ledger::Block& block) { take(block); };
  }

  Store& store() { return *store_; }
  std::shared_ptr<const Snapshot> snapshot() const { return store_->snapshot(); }
  void close() { store_.reset(); }
  void reopen() {
    store_.reset();
    store_ = open_store(options_);
  }

  test::LedgerWorld world;

  // What the blocks mentioned, as single entries.
  std::map<ledger::FundId, std::vector<ledger::EntryIndex>> by_fund;
  std::map<ledger::MemberId, std::vector<ledger::EntryIndex>> by_member;
  std::map<ledger::Date, std::vector<ledger::EntryIndex>> by_day;
  std::map<ledger::MemberId, std::map<std::string, ledger::EntryIndex>> references;
  std::map<ledger::ChannelId, ledger::Channel> channels;
  std::vector<crypto::Bytes> entries;

 private:
  template <class Key>
  static void note(const std::map<Key, ledger::EntryRuns>& mentions,
                   std::map<Key, std::vector<ledger::EntryIndex>>& into) {
    for (const auto& [key, runs] : mentions)
      for (const auto& run : runs)
        for (auto entry = run.first; entry <= run.last; entry = entry + 1)
          into[key].push_back(entry);
  }

  void take(const ledger::Block& block) {
    const auto& changes = block.state->changes();
    note(changes.by_fund, by_fund);
    note(changes.by_member, by_member);
    note(changes.by_day, by_day);
    for (const auto& row : changes.references)
      references[row.author][row.reference.value] = row.entry;
    channels.insert(changes.channels.begin(), changes.channels.end());
    entries.insert(entries.end(), changes.entries.begin(), changes.entries.end());
    commit(*store_, block);
  }

  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

// Makes blocks of any bytes on top of a store's head: for what concerns the log alone.
struct EntryBlock {
  ledger::Changes changes;
  ledger::Seal seal;

  BlockWrite write() const { return {changes, seal, changes.leaf_hashes.back(), {}, {}}; }
  void add(crypto::Bytes entry) {
    changes.leaf_hashes.push_back(crypto::hash_leaf(entry));
    changes.entries.push_back(std::move(entry));
  }
  // Ends the block, of which `add` has been given all entries but the seal.
  void end(const Head& head, crypto::Digest state_root = crypto::empty_root()) {
    auto log = head.log;
    for (const auto& leaf_hash : changes.leaf_hashes) log.append(leaf_hash);
    seal.height.value = head.empty() ? 0 : head.height.value + 1;
    seal.proposer.value = "maker";
    seal.first_entry.value = head.size;
    seal.entry_count = static_cast<std::uint32_t>(changes.entries.size());
    seal.previous = head.hash;
    seal.log_root = log.root();
    seal.account_count =
        head.account_count + static_cast<std::uint32_t>(changes.new_accounts.size());
    seal.state_root = state_root;
    add(crypto::encode(ledger::Entry(seal)));
  }
};

}  // namespace centime::storage
