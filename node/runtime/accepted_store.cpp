#include "node/runtime/accepted_store.h"

#include <fmt/format.h>

#include "node/runtime/instance_guard.h"
#include "node/runtime/rebuild.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {

std::expected<void, std::string> accept_store(const std::filesystem::path& directory,
                                              const ledger::MemberId& self,
                                              ledger::Height height) try {
  if (auto finished = finish_rebuild(directory); !finished) return finished;
  storage::StoreOptions options;
  options.directory = directory / "db";
  options.on_failure = storage::throw_failure;
  auto store = storage::Store::open(std::move(options));
  if (!store) return std::unexpected(store.error());
  const auto snapshot = (*store)->snapshot();
  const ledger::Height own = snapshot->head().height;
  if (own != height)
    return std::unexpected(fmt::format("height_differs: the store's last block is {}", own.value));
  const auto& validators = snapshot->governance()->epoch.validators.items;
  if (validators.size() != 1 || validators[0].member != self) {
    return std::unexpected(
        "not_permitted: only the one validator of a network may go on from its own word; where "
        "others vote, the node asks them by itself");
  }
  return begin_instance(directory, **store, self);
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(failure.what());
}

}  // namespace centime::runtime
