#include "node/runtime/backup.h"

#include "node/runtime/instance_guard.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {

std::expected<storage::Head, std::string> back_up(
    const storage::Store& store, const std::filesystem::path& directory,
    const std::function<void(std::uint64_t)>& progress) {
  if (auto copied = store.copy_to(directory, progress); !copied)
    return std::unexpected(std::move(copied.error()));
  storage::StoreOptions options;
  options.directory = directory;
  options.on_failure = storage::throw_failure;
  const auto copy = storage::Store::open(std::move(options));
  if (!copy) return std::unexpected(copy.error());
  disown(**copy);
  return (*copy)->snapshot()->head();
}

}  // namespace centime::runtime
