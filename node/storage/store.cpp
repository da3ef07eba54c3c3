#include "node/storage/store.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "crypto/check.h"
#include "node/storage/block_rows.h"
#include "node/storage/database.h"
#include "node/storage/snapshot_parts.h"
#include "node/storage/start_checks.h"

namespace centime::storage {
namespace {

// Flows whose totals are remembered: more than change again and again, and under a megabyte.
constexpr std::size_t flow_totals_max = 4'096;

[[noreturn]] void stop_the_node(const std::string& what) {
  std::fprintf(stderr, "centime: storage failure: %s; the node stops\n", what.c_str());
  // Not exit(): destructors would go on using what has just failed.
  std::_Exit(3);
}

}  // namespace

struct Store::State {
  bool writable = false;
  bool sync_commits = true;
  std::shared_ptr<Database> database;
  std::shared_ptr<HotRows> hot = std::make_shared<HotRows>();
  Database::Batch batch;
  RunningTotals totals;  // The committing thread only.

  // The state tree belongs to the height of `current`; both change under tree_mutex together.
  mutable std::mutex turnstile;  // Lets a commit in although readers keep coming.
  mutable std::shared_mutex tree_mutex;
  crypto::MerkleCache tree;
  LogEdge edge;  // Of `current`, too; the committing thread only.

  mutable std::mutex current_mutex;  // Of the pointer alone.
  std::shared_ptr<const Snapshot> current;

  explicit State(std::shared_ptr<Database> opened)
      : database(std::move(opened)), batch(database->batch()) {}

  std::shared_ptr<const Snapshot> newest() const {
    const std::lock_guard lock(current_mutex);
    return current;
  }

  void show(Head head) {
    auto shown = std::make_shared<const Snapshot>(std::make_unique<const Snapshot::Parts>(
        Snapshot::Parts{database, hot, database->view(), std::move(head), edge}));
    const std::lock_guard lock(current_mutex);
    // The one before dies outside the lock, by `shown`.
    std::swap(current, shown);
  }
};

std::expected<std::unique_ptr<Store>, std::string> Store::open(StoreOptions options) {
  if (!options.on_failure) options.on_failure = stop_the_node;
  auto database = Database::open(options);
  if (!database) return std::unexpected(std::move(database.error()));

  const bool read_only = options.read_only || options.salvage;
  if (auto format = check_format(**database, {options.create && !read_only, options.salvage});
      !format)
    return std::unexpected(std::move(format.error()));
  auto newest = options.salvage ? salvaged_state(**database) : checked_state(**database);
  if (!newest) return std::unexpected(std::move(newest.error()));

  auto state = std::make_unique<State>(std::move(*database));
  state->writable = !read_only;
  state->sync_commits = options.sync_commits;
  state->tree = std::move(newest->state_tree);
  state->edge = std::move(newest->edge);
  if (!newest->head.empty()) state->hot->publish(newest->head.height.value + 1, {});
  state->show(std::move(newest->head));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

std::shared_ptr<const Snapshot> Store::snapshot() const { return state_->newest(); }

void Store::commit(const BlockWrite& block) { commit({&block, 1}); }

void Store::commit(std::span<const BlockWrite> blocks) {
  auto& state = *state_;
  crypto::check(state.writable, "a store that is written was opened for writing");
  if (blocks.empty()) return;

  state.batch.clear();
  LogEnd end{state.newest()->head(), state.edge};
  crypto::MerkleCache::Changes leaves;
  if (state.totals.flows.size() > flow_totals_max) state.totals = {};
  for (const BlockWrite& block : blocks) {
    check_follows(block, end.head);
    end = extend_log(block, end.head, end.edge, state.batch);
    for (const auto& [index, leaf] : put_accounts(block.changes, state.batch))
      leaves.insert_or_assign(index, leaf);
    crypto::check(state.tree.root_with(leaves, block.seal.account_count) == block.seal.state_root,
                  "the seal states the root of the accounts");
    put_rows(block, *state.database, state.totals, state.batch);
  }
  state.database->write(state.batch, state.sync_commits);

  const std::lock_guard gate(state.turnstile);
  const std::unique_lock lock(state.tree_mutex);
  state.tree.apply(leaves, end.head.account_count);
  for (const BlockWrite& block : blocks)
    state.hot->publish(block.seal.height.value + 1, block.changes);
  state.edge = std::move(end.edge);
  state.show(std::move(end.head));
}

void Store::write_votes(std::span<const VoteRow> rows) {
  crypto::check(state_->writable, "a store that is written was opened for writing");
  state_->batch.clear();
  put_votes(rows, state_->batch);
  state_->database->write(state_->batch, true);
}

std::vector<VoteRow> Store::votes() const {
  std::vector<VoteRow> rows;
  auto cursor = state_->database->cursor(Column::votes, {});
  for (cursor.seek_first(); cursor.valid(); cursor.next())
    rows.emplace_back(crypto::to_bytes(cursor.key()), crypto::to_bytes(cursor.value()));
  return rows;
}

crypto::Digest Store::root_with(const ledger::AccountLeaves& changes, std::uint64_t size) const {
  // Without the lock: only the calling thread ever changes the tree.
  return state_->tree.root_with(changes, size);
}

void Store::read_state_tree(
    const std::function<void(const Snapshot&, const crypto::MerkleCache&)>& read) const {
  std::unique_lock gate(state_->turnstile);
  const std::shared_lock lock(state_->tree_mutex);
  gate.unlock();
  read(*state_->newest(), state_->tree);
}

void Store::sync() { state_->database->sync(); }

std::expected<void, std::string> Store::copy_to(
    const std::filesystem::path& directory,
    const std::function<void(std::uint64_t)>& progress) const {
  return state_->database->copy_to(directory, progress);
}

StoreUse Store::use() const { return state_->database->use(); }

void Store::check_place() const { state_->database->check_place(); }

}  // namespace centime::storage
