#include "node/runtime/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
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

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

}  // namespace

void give_to_owner_of(const fs::path& place, int file) {
  struct stat owner{}, made{};
  if (::geteuid() != 0 || ::stat(place.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  if (::fstat(file, &made) != 0 || made.st_uid != 0) return;
  if (!S_ISDIR(made.st_mode) && (!S_ISREG(made.st_mode) || made.st_nlink != 1)) return;
  // Whoever can't be given it finds out by not being able to read it, as without this.
  [[maybe_unused]] const int given = ::fchown(file, owner.st_uid, owner.st_gid);
}

void give_tree_to_owner_of(const fs::path& place, const fs::path& tree) {
  if (::geteuid() != 0) return;
  const auto give = [&](const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return;
    give_to_owner_of(place, file);
    ::close(file);
  };
  std::error_code error;
  for (fs::recursive_directory_iterator at(tree, error), end; !error && at != end;
       at.increment(error))
    give(at->path());
  give(tree);
}

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
  const int out =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
  if (out < 0) return fault("write", fresh, errno);
  give_to_owner_of(folder_of(file), out);
  const int error = write_all(out, content) && ::fsync(out) == 0 ? 0 : errno;
  ::close(out);
  if (error != 0) return fault("write", fresh, error);
  return rename_durably(fresh, file);
}

std::expected<void, std::string> rename_durably(const fs::path& from, const fs::path& to) {
  std::error_code renamed;
  fs::rename(from, to, renamed);
  if (renamed) return fault("make", to, renamed.value());
  const int parent = ::open(folder_of(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = parent >= 0 && ::fsync(parent) == 0;
  const int error = errno;
  if (parent >= 0) ::close(parent);
  if (synced) return {};
  return fault("make durable the name", to, error);
}

}  // namespace centime::runtime
