#include "node/storage/steady_files.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>

namespace centime::storage {
namespace {

struct FileList {
  std::string name;
  std::uintmax_t bytes = 0;

  bool operator==(const FileList&) const = default;
};

FileList list_in(const std::filesystem::path& directory) {
  FileList list;
  std::ifstream(directory / "CURRENT") >> list.name;
  std::error_code ignored;
  list.bytes = std::filesystem::file_size(directory / list.name, ignored);
  return list;
}

}  // namespace

std::expected<void, std::string> open_steadily(
    const std::filesystem::path& directory,
    const std::function<std::expected<void, std::string>()>& open,
    const std::function<void()>& close) {
  for (int i = 0; i < steady_attempts_max; ++i) {
    const FileList before = list_in(directory);
    auto opened = open();
    if (list_in(directory) == before) return opened;
    close();
  }
  return std::unexpected(fmt::format(
      "store_in_use: another process replaces the files of {} faster than they can be opened; ask "
      "that node itself, or try again when it has less to do",
      directory.string()));
}

}  // namespace centime::storage
