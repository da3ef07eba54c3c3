// Keeps others from writing to a store that one does not open oneself.
//
// It is RocksDB's own lock, on the file LOCK in the store's directory: nobody opens the store for
// writing while it is held, and nobody gets it while a writer has the store open. It stays with the
// directory when that is renamed, and goes with the process. Readers need none.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace rocksdb {
class FileLock;
}  // namespace rocksdb

namespace centime::storage {

class StoreLock {
 public:
  // Does not wait. The error is store_missing, store_in_use or store_unreadable, as of Store::open.
  static std::expected<StoreLock, std::string> take(const std::filesystem::path& directory);

  StoreLock(StoreLock&& other) noexcept;
  StoreLock& operator=(StoreLock&&) = delete;
  ~StoreLock();

 private:
  explicit StoreLock(rocksdb::FileLock* lock) : lock_(lock) {}

  rocksdb::FileLock* lock_;
};

}  // namespace centime::storage
