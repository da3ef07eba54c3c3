#include "node/runtime/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace centime::runtime {

std::expected<DirectoryLock, std::error_code> DirectoryLock::take(
    const std::filesystem::path& directory) {
  const auto error = [] { return std::error_code(errno, std::generic_category()); };
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return std::unexpected(error());
  DirectoryLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return std::unexpected(error());
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (directory_ >= 0) ::close(directory_);
}

}  // namespace centime::runtime
