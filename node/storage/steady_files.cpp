#include "node/storage/steady_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

namespace centime::storage {
namespace {

namespace fs = std::filesystem;

struct FileList {
  std::string name;
  std::uintmax_t bytes = 0;

  bool operator==(const FileList&) const = default;
};

FileList list_in(const fs::path& directory) {
  FileList list;
  std::ifstream(directory / "CURRENT") >> list.name;
  std::error_code ignored;
  list.bytes = fs::file_size(directory / list.name, ignored);
  return list;
}

std::vector<fs::path> logs_in(const fs::path& directory) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".log") logs.push_back(at->path());
  }
  return logs;
}

}  // namespace

std::expected<void, std::string> open_steadily(
    const fs::path& directory, const std::function<std::expected<void, std::string>()>& open,
    const std::function<void()>& close) {
  const auto exists = [](const fs::path& file) {
    std::error_code ignored;
    return fs::exists(file, ignored);
  };
  for (int i = 0; i < steady_attempts_max; ++i) {
    const FileList list = list_in(directory);
    const auto logs = logs_in(directory);
    auto opened = open();
    if (opened ? std::ranges::all_of(logs, exists) : list_in(directory) == list) return opened;
    close();
  }
  return std::unexpected(fmt::format(
      "store_in_use: another process replaces the files of {} faster than they can be opened; ask "
      "that node itself, or try again when it has less to do",
      directory.string()));
}

}  // namespace centime::storage
