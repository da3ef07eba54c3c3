#include "node/storage/store_lock.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <system_error>
#include <utility>

#include "node/storage/open_error.h"

namespace centime::storage {

std::expected<StoreLock, std::string> StoreLock::take(const std::filesystem::path& directory) {
  // Where there is no store, no lock is left behind either.
  std::error_code ignored;
  if (!std::filesystem::exists(directory / "CURRENT", ignored))
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
