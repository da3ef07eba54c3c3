#include "node/runtime/rebuild.h"

#include <fmt/format.h>

#include <system_error>
#include <tuple>

#include "crypto/canonical.h"
#include "node/ledger/memory_state.h"
#include "node/ledger/replay.h"
#include "node/runtime/block_body.h"
#include "node/runtime/directory_lock.h"
#include "node/runtime/durable_file.h"
#include "node/runtime/salvaged_store.h"
#include "node/storage/storage_failure.h"
#include "node/storage/store.h"
#include "node/storage/store_lock.h"

namespace centime::runtime {
namespace {

namespace fs = std::filesystem;

// The second is what the first two formats of the store have.
bool is_certificate(crypto::BytesView bytes, const ledger::Block& block) {
  const auto certificate = crypto::decode<BlockCertificate>(bytes);
  if (!certificate) return crypto::decode<consensus::Certificate>(bytes).has_value();
  return !ledger::closes_epoch(block.seal) || is_of_block(*certificate, block.tip.hash);
}

// Copies block after block from one store to another, executing each.
class Copier {
 public:
  Copier(const storage::Snapshot& from, storage::Store& to) : from_(from), to_(to) {}

  std::expected<std::uint64_t, ledger::LogFault> run(const Progress& progress) {
    auto genesis = ledger::read_genesis(from_.entry({0}));
    if (!genesis) return std::unexpected(genesis.error());
    if (auto started = start(*genesis); !started) return std::unexpected(started.error());
    ledger::BlockParser parser(ledger::network_id(*genesis), {2});
    ledger::Replayer replayer(std::move(*genesis), to_.snapshot()->head().tip());
    std::expected<void, ledger::LogFault> result;
    const std::uint64_t size = from_.head().size;
    from_.for_each_entry({2}, {size}, [&](ledger::EntryIndex index, crypto::BytesView bytes) {
      result = add(parser, replayer, bytes);
      if (progress && index.value % 65'536 == 2) progress(index.value, size);
      return result.has_value();
    });
    if (!result) return std::unexpected(result.error());
    return blocks_;
  }

 private:
  std::expected<void, ledger::LogFault> start(const ledger::Genesis& genesis) {
    const ledger::MemoryState nothing;
    const ledger::Block block = ledger::genesis_block(nothing, genesis);
    if (block.state->changes().entries.back() != from_.entry({1})) {
      return std::unexpected(ledger::LogFault{{1}, "entry 1 is not the seal of the genesis"});
    }
    write(block);
    return {};
  }

  std::expected<void, ledger::LogFault> add(ledger::BlockParser& parser, ledger::Replayer& replayer,
                                            crypto::BytesView bytes) {
    auto parsed = parser.add(bytes);
    if (!parsed) return std::unexpected(parsed.error());
    if (!*parsed) return {};
    const auto snapshot = to_.snapshot();
    const auto block = replayer.execute(*snapshot, to_, **parsed);
    if (!block) return std::unexpected(block.error());
    write(*block);
    return {};
  }

  void write(const ledger::Block& block) {
    const auto row = from_.block(block.seal.height);
    const crypto::Bytes certificate = row ? row->certificate : crypto::Bytes{};
    if (block.seal.height.value > 0 && !is_certificate(certificate, block)) {
      storage::throw_failure(
          fmt::format("store_damaged: block {} has no certificate", block.seal.height.value));
    }
    to_.commit({block.state->changes(), block.seal, block.tip.hash, certificate, {}});
    ++blocks_;
  }

  const storage::Snapshot& from_;
  storage::Store& to_;
  std::uint64_t blocks_ = 0;
};

std::expected<RebuildReport, std::string> fill(const fs::path& directory, const fs::path& to_path,
                                               const Progress& progress) try {
  auto from = open_salvaged(directory);
  if (!from) return std::unexpected(from.error());
  storage::StoreOptions options;
  options.directory = to_path;
  options.create = true;
  options.sync_commits = false;
  options.on_failure = storage::throw_failure;
  auto to = storage::Store::open(std::move(options));
  if (!to) return std::unexpected(to.error());

  const auto snapshot = (*from)->snapshot();
  const auto blocks = Copier(*snapshot, **to).run(progress);
  if (!blocks) {
    return std::unexpected(
        fmt::format("bad_log: entry {}: {}", blocks.error().entry.value, blocks.error().detail));
  }
  (*to)->write_votes((*from)->votes());
  (*to)->sync();
  return RebuildReport{snapshot->head().size, *blocks, {}};
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(failure.what());
}

std::expected<void, std::string> clear(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return {};
  return std::unexpected(
      fmt::format("unwritable_file: cannot remove {}: {}", path.string(), error.message()));
}

// What a rebuild makes beside the store `db`.
struct StorePaths {
  explicit StorePaths(const fs::path& directory)
      : current(directory / "db"),
        fresh(directory / "db.rebuilding"),
        whole(directory / "db.rebuilt"),
        old_store(directory / "db.before-rebuild") {}

  fs::path current;
  fs::path fresh;  // Not whole yet.
  fs::path whole;
  fs::path old_store;
};

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Three renames, each on the disk before the next. A crash before the last leaves no `db` but a
// whole `db.rebuilt`: see finish.
std::expected<void, std::string> swap(const StorePaths& at) {
  if (auto named = rename_durably(at.fresh, at.whole); !named) return named;
  if (auto named = rename_durably(at.current, at.old_store); !named) return named;
  return rename_durably(at.whole, at.current);
}

std::expected<DirectoryLock, std::string> lock_directory(const fs::path& directory) {
  auto taken = DirectoryLock::take(directory);
  if (taken) return std::move(*taken);
  const std::error_code error = taken.error();
  if (error == std::errc::operation_would_block) {
    return std::unexpected(
        fmt::format("store_in_use: the store in {} is being rebuilt; wait until that is done",
                    directory.string()));
  }
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return std::unexpected(fmt::format("store_missing: {} is no directory", directory.string()));
  }
  return std::unexpected(
      fmt::format("unwritable_file: cannot lock {}: {}", directory.string(), error.message()));
}

// Requires the directory's lock.
std::expected<void, std::string> finish(const StorePaths& at) {
  std::error_code error;
  const bool missing = !fs::exists(at.current, error) && !error;
  if (missing && there(at.whole)) return rename_durably(at.whole, at.current);
  // Of a rebuild that was cut short before it took anything's place. What can't be removed is in
  // nobody's way until the next one, which says so.
  if (there(at.current / "CURRENT")) {
    std::ignore = clear(at.fresh);
    std::ignore = clear(at.whole);
  }
  return {};
}

}  // namespace

std::expected<RebuildReport, std::string> rebuild(const fs::path& directory,
                                                  const Progress& progress) {
  const StorePaths at(directory);
  const auto locked = lock_directory(directory);
  if (!locked) return std::unexpected(locked.error());
  if (auto finished = finish(at); !finished) return std::unexpected(finished.error());
  // What the one before put aside may be the only store that nobody made anew.
  if (std::error_code error; fs::exists(at.old_store, error) || error) {
    return std::unexpected(fmt::format(
        "directory_exists: {} holds the store from before an earlier rebuild, and may be the only "
        "original; move it to another place, or delete it if `centime audit` finds nothing and the "
        "node runs well",
        at.old_store.string()));
  }
  // Until the new store has taken its place: what a node recorded in the old one would be lost.
  const auto unused = storage::StoreLock::take(at.current);
  if (!unused) return std::unexpected(unused.error());
  for (const fs::path& way : {at.fresh, at.whole}) {
    if (auto removed = clear(way); !removed) return std::unexpected(removed.error());
  }
  auto report = fill(directory, at.fresh, progress);
  if (!report) {
    std::ignore = clear(at.fresh);
    return report;
  }
  report->old_store = at.old_store;
  if (auto swapped = swap(at); !swapped) return std::unexpected(swapped.error());
  return report;
}

std::expected<void, std::string> finish_rebuild(const fs::path& directory) {
  const StorePaths at(directory);
  if (!there(at.whole) && !there(at.fresh)) return {};
  const auto locked = lock_directory(directory);
  if (locked) return finish(at);
  // Where there is a store, nothing needs to be finished; who rebuilds it has that locked, too.
  if (there(at.current)) return {};
  return std::unexpected(locked.error());
}

std::string explain_missing(const fs::path& directory, std::string error) {
  const StorePaths at(directory);
  if (!error.starts_with("store_missing: ") || there(at.current) || !there(at.whole)) return error;
  return fmt::format(
      "store_missing: a rebuild was cut short while the stores changed places; the new one is "
      "whole "
      "in {}, and `centime run` and `centime rebuild` put it in its place",
      at.whole.string());
}

}  // namespace centime::runtime
