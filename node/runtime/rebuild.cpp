#include "node/runtime/rebuild.h"

#include <fmt/format.h>

#include <system_error>
#include <tuple>

#include "node/ledger/memory_state.h"
#include "node/ledger/replay.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/durable_file.h"
#include "node/storage/storage_failure.h"
#include "node/storage/store.h"

namespace centime::runtime {
namespace {

namespace fs = std::filesystem;

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
      if (progress && index.value % 65'536 == 0) progress(index.value, size);
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
    to_.commit({block.state->changes(), block.seal, block.tip.hash, certificate, {}});
    ++blocks_;
  }

  const storage::Snapshot& from_;
  storage::Store& to_;
  std::uint64_t blocks_ = 0;
};

std::expected<std::unique_ptr<storage::Store>, std::string> open_salvaged(const fs::path& path) {
  storage::StoreOptions options;
  options.directory = path;
  options.read_only = true;
  options.salvage = true;
  options.on_failure = storage::throw_failure;
  return storage::Store::open(std::move(options));
}

// Fails while a node has the store open. What is damaged in it is in nobody's use.
std::expected<void, std::string> check_unused(const fs::path& path) try {
  storage::StoreOptions options;
  options.directory = path;
  options.on_failure = storage::throw_failure;
  auto store = storage::Store::open(std::move(options));
  if (store || !store.error().starts_with("store_in_use")) return {};
  return std::unexpected(store.error());
} catch (const storage::StorageFailure&) {
  return {};
}

std::expected<RebuildReport, std::string> fill(const fs::path& from_path, const fs::path& to_path,
                                               const Progress& progress) try {
  auto from = open_salvaged(from_path);
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

// Three renames, each on the disk before the next. A crash before the last leaves no `db` but a
// whole `db.rebuilt`: see finish_rebuild.
std::expected<void, std::string> swap(const fs::path& directory, const fs::path& fresh,
                                      const fs::path& old_store) {
  const fs::path current = directory / "db";
  const fs::path whole = directory / "db.rebuilt";
  if (auto removed = clear(whole); !removed) return removed;
  if (auto named = rename_durably(fresh, whole); !named) return named;
  if (auto named = rename_durably(current, old_store); !named) return named;
  return rename_durably(whole, current);
}

}  // namespace

std::expected<RebuildReport, std::string> rebuild(const fs::path& directory,
                                                  const Progress& progress) {
  if (auto finished = finish_rebuild(directory); !finished)
    return std::unexpected(finished.error());
  const fs::path current = directory / "db";
  const fs::path fresh = directory / "db.rebuilding";
  const fs::path old_store = directory / "db.before-rebuild";
  // What the one before put aside may be the only store that nobody made anew.
  if (std::error_code error; fs::exists(old_store, error) || error) {
    return std::unexpected(fmt::format(
        "directory_exists: {} holds the store from before an earlier rebuild, and may be the only "
        "original; move it to another place, or delete it if `centime audit` finds nothing and the "
        "node runs well",
        old_store.string()));
  }
  if (auto unused = check_unused(current); !unused) return std::unexpected(unused.error());
  if (auto removed = clear(fresh); !removed) return std::unexpected(removed.error());
  auto report = fill(current, fresh, progress);
  if (!report) {
    // What can't be removed is in nobody's way until the next time, which says so.
    std::ignore = clear(fresh);
    return report;
  }
  report->old_store = old_store;
  if (auto swapped = swap(directory, fresh, report->old_store); !swapped)
    return std::unexpected(swapped.error());
  return report;
}

std::expected<void, std::string> finish_rebuild(const fs::path& directory) {
  const fs::path whole = directory / "db.rebuilt";
  std::error_code error;
  // Where that can't be seen, opening the store says why.
  if (fs::exists(directory / "db", error) || error || !fs::exists(whole, error)) return {};
  return rename_durably(whole, directory / "db");
}

}  // namespace centime::runtime
