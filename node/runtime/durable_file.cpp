#include "node/runtime/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace centime::runtime {
namespace {

namespace fs = std::filesystem;

std::unexpected<std::string> fault(std::string_view what, const fs::path& path, int error) {
  return std::unexpected(fmt::format("unwritable_file: cannot {} {}: {}", what, path.string(),
                                     std::generic_category().message(error)));
}

}  // namespace

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::expected<void, std::string> write_durably(const fs::path& file, std::string_view content,
                                               mode_t mode) {
  const fs::path fresh = file.string() + ".new";
  const int out = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (out < 0) return fault("write", fresh, errno);
  const int error = write_all(out, content) && ::fsync(out) == 0 ? 0 : errno;
  ::close(out);
  if (error != 0) return fault("write", fresh, error);
  return rename_durably(fresh, file);
}

std::expected<void, std::string> rename_durably(const fs::path& from, const fs::path& to) {
  std::error_code renamed;
  fs::rename(from, to, renamed);
  if (renamed) return fault("make", to, renamed.value());
  const fs::path folder = to.has_parent_path() ? to.parent_path() : fs::path(".");
  const int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = parent >= 0 && ::fsync(parent) == 0;
  const int error = errno;
  if (parent >= 0) ::close(parent);
  if (synced) return {};
  return fault("make durable the name", to, error);
}

}  // namespace centime::runtime
