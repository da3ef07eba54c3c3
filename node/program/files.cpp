#include "node/program/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "node/runtime/durable_file.h"

namespace centime::program {
namespace {

std::unexpected<Failure> cannot(std::string_view what, const std::filesystem::path& path,
                                int error) {
  const std::string reason = std::generic_category().message(error);
  if (what == "read") {
    return fail(error == ENOENT ? "missing_file" : "unreadable_file",
                fmt::format("cannot read {}: {}", path.string(), reason));
  }
  return fail(error == EEXIST ? "file_exists" : "unwritable_file",
              error == EEXIST ? fmt::format("{} exists already and is left as it is", path.string())
                              : fmt::format("cannot write {}: {}", path.string(), reason));
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Expected<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const bool from_stdin = path == "-";
  FileDescriptor file(from_stdin ? ::dup(STDIN_FILENO)
                                 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return cannot("read", path, errno);
  std::string content;
  std::array<char, 65'536> buffer;
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path, errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      return fail("too_large", fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
  }
}

Expected<std::string> read_secret_file(const std::filesystem::path& path) {
  struct stat status{};
  const bool there = ::stat(path.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) {
    return fail("unreadable_file", fmt::format("{} is a directory, not a file", path.string()));
  }
  if (there && (status.st_mode & 077) != 0) {
    return fail("insecure_file",
                fmt::format("others may read or change the secret in {0}; run: chmod 600 {0}",
                            path.string()));
  }
  return read_file(path, 64 * 1024);
}

Expected<void> write_new_file(const std::filesystem::path& path, std::string_view content,
                              mode_t mode) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.open()) return cannot("write", path, errno);
  if (!runtime::write_all(file.get(), content) || ::fsync(file.get()) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return cannot("write", path, error);
  }
  sync_directory(path.parent_path());
  return {};
}

Expected<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return fail("unwritable_file",
                fmt::format("cannot make directory {}: {}", path.string(), error.message()));
  }
  return {};
}

void sync_directory(const std::filesystem::path& path) {
  const FileDescriptor directory(
      ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.open()) ::fsync(directory.get());
}

}  // namespace centime::program
