#include <fmt/format.h>

#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/progress.h"
#include "node/runtime/durable_file.h"
#include "node/runtime/rebuild.h"

namespace centime::program {

Outcome rebuild(const std::filesystem::path& data) {
  Progress progress("rebuilding, entries");
  auto rebuilt = runtime::rebuild(
      data, [&](std::uint64_t done, std::uint64_t total) { progress.at(done, total); });
  runtime::give_tree_to_owner_of(data, DataDirectory{data}.store());
  if (!rebuilt) {
    Failure failure = failure_from(rebuilt.error());
    if (failure.word == "store_damaged") {
      failure.detail += ". This can't be made from the rest. Nothing was changed: restore a copy";
    }
    return std::unexpected(std::move(failure));
  }
  Report report;
  report.text = fmt::format(
      "Rebuilt the store from {} entries in {} blocks; every rule and every submission's signature "
      "was checked.\n"
      "The old store is in {}; delete it once the node runs well.\n",
      rebuilt->entries, rebuilt->blocks, rebuilt->old_store.string());
  report.json = {{"entries", rebuilt->entries},
                 {"blocks", rebuilt->blocks},
                 {"old_store", rebuilt->old_store.string()}};
  return report;
}

}  // namespace centime::program
