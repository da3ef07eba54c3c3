#include "node/ledger/block.h"
#include "node/ledger/memory_state.h"
#include "node/runtime/node.h"
#include "node/runtime/safety_state.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {

std::expected<void, std::string> create_node(const std::filesystem::path& directory,
                                             const ledger::Genesis& genesis) {
  if (const auto wrong = ledger::fault_of(genesis)) {
    return std::unexpected("bad_genesis: " + *wrong);
  }
  storage::StoreOptions options;
  options.directory = directory / "db";
  options.create = true;
  options.on_failure = storage::throw_failure;
  try {
    auto store = storage::Store::open(std::move(options));
    if (!store) return std::unexpected(store.error());
    if (!(*store)->snapshot()->head().empty()) {
      return std::unexpected("store_exists: " + directory.string() + " holds a log already");
    }
    const ledger::MemoryState nothing;
    const ledger::Block block = ledger::genesis_block(nothing, genesis);
    (*store)->commit({block.state->changes(),
                      block.seal,
                      block.tip.hash,
                      {},
                      {genesis_row(block.tip.hash, block.tip.time)}});
    return {};
  } catch (const storage::StorageFailure& failure) {
    return std::unexpected(failure.what());
  }
}

}  // namespace centime::runtime
