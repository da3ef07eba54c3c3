#include "node/storage/store_lock.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <utility>

#include "node/storage/open_error.h"
#include "node/storage/store_files.h"

namespace centime::storage {

std::expected<StoreLock, std::string> StoreLock::take(const std::filesystem::path& directory) {
  // Where there is no store, no lock is left behind either.
  const auto held = holds_store(directory);
  if (!held) return std::unexpected(held.error());
  if (!*held)
    return std::unexpected(fmt::format("store_missing: {} holds no store", directory.string()));
  rocksdb::FileLock* lock = nullptr;
  const auto status = rocksdb::Env::Default()->LockFile((directory / "LOCK").string(), &lock);
  if (status.ok()) return StoreLock(lock);
  StoreOptions options;
  options.directory = directory;
  return std::unexpected(open_error(status, options));
}

StoreLock::StoreLock(StoreLock&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}

StoreLock::~StoreLock() {
  if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
}

}  // namespace centime::storage
