#include "node/program/ledger_place.h"

#include "node/ledger/replay.h"
#include "node/program/data_directory.h"
#include "node/program/node_client.h"
#include "node/runtime/rebuild.h"
#include "node/storage/storage_failure.h"

namespace centime::program {

Expected<void> check_place(const LedgerPlace& place) {
  if (place.node.empty() && place.data.empty()) {
    return called_wrongly("missing_option",
                          "say where the ledger is: --node URL or --data DIRECTORY");
  }
  if (!place.node.empty() && !place.data.empty()) {
    return called_wrongly("conflicting_options", "give --node or --data, not both");
  }
  return {};
}

Failure storage_failure(const std::string& word_and_sentence) {
  Failure failure = failure_from(word_and_sentence);
  if (failure.word == "store_damaged") {
    failure.detail +=
        ". What is damaged may be only what is made from the log: try `centime rebuild` on the "
        "stopped node; if that fails, restore a copy";
  }
  return failure;
}

Expected<std::unique_ptr<storage::Store>> open_for_reading(const std::filesystem::path& data) try {
  storage::StoreOptions options;
  options.directory = DataDirectory{data}.store();
  options.read_only = true;
  options.on_failure = storage::throw_failure;
  auto store = storage::Store::open(std::move(options));
  if (!store) return std::unexpected(failure_from(runtime::explain_missing(data, store.error())));
  if ((*store)->snapshot()->head().empty()) {
    return fail("store_missing", data.string() + " holds no network");
  }
  return std::move(*store);
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(storage_failure(failure.what()));
}

Expected<ledger::Genesis> genesis_at(const LedgerPlace& place) {
  if (auto checked = check_place(place); !checked) return std::unexpected(checked.error());
  if (!place.node.empty()) return NodeClient(place.node).genesis();
  auto store = open_for_reading(place.data);
  if (!store) return std::unexpected(store.error());
  auto genesis = ledger::read_genesis((*store)->snapshot()->entry({0}));
  if (!genesis) return fail("bad_genesis", genesis.error().detail);
  return *std::move(genesis);
}

}  // namespace centime::program
