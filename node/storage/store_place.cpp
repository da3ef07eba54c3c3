#include "node/storage/store_place.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace centime::storage {

struct StorePlace::Look {
  FileNumber number;
  int error = 0;
};

StorePlace::Look StorePlace::look_at(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return {{}, errno};
  return {{found.st_dev, found.st_ino}};
}

StorePlace::StorePlace(std::filesystem::path directory) : directory_(std::move(directory)) {
  for (std::size_t i = 0; i < names.size(); ++i) files_[i] = look_at(directory_ / names[i]).number;
}

std::optional<std::string> StorePlace::fault() const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto file = directory_ / names[i];
    const Look look = look_at(file);
    if (look.error == ENOENT || look.error == ENOTDIR) {
      return fmt::format(
          "{} is not there any more: the store was removed or moved while the node ran, and what "
          "was confirmed in the last seconds may be gone; put it back where it was, or restore a "
          "copy",
          file.string());
    }
    if (look.error == 0 && look.number != files_[i]) {
      return fmt::format(
          "{} is another file than the node has open: the store was replaced while the node ran, "
          "and what was confirmed in the last seconds may be gone; put back the one that was "
          "there, or restore a copy",
          file.string());
    }
  }
  return std::nullopt;
}

}  // namespace centime::storage
