// Keeps a directory to one of those who rename what is in it.
//
// flock(2) on the directory itself: no file is left behind, and the lock goes with the process.
#pragma once

#include <expected>
#include <filesystem>
#include <system_error>

namespace centime::runtime {

class DirectoryLock {
 public:
  // Does not wait: std::errc::operation_would_block while somebody else has it.
  static std::expected<DirectoryLock, std::error_code> take(const std::filesystem::path& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int directory) : directory_(directory) {}

  int directory_;
};

}  // namespace centime::runtime
