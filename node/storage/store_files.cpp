#include "node/storage/store_files.h"

#include <fmt/format.h>

#include <system_error>

namespace centime::storage {
namespace {

namespace fs = std::filesystem;

// A file that RocksDB writes only once CURRENT is there; the first MANIFEST comes before.
bool is_of_a_store(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.starts_with("MANIFEST-")) return name != "MANIFEST-000001";
  return file.extension() == ".sst" || file.extension() == ".log";
}

}  // namespace

std::expected<bool, std::string> holds_store(const fs::path& directory) {
  std::error_code error;
  const bool exists = fs::exists(directory / "CURRENT", error);
  if (error)
    return std::unexpected(fmt::format(
        "store_unreadable: {} can't be looked into: {}; see that the node's user may read it",
        directory.string(), error.message()));
  if (exists) return true;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (!is_of_a_store(at->path())) continue;
    return std::unexpected(fmt::format(
        "store_unreadable: {} has files of a store, but CURRENT, the one that names them, is gone; "
        "restore the store from a copy, and make no new one here",
        directory.string()));
  }
  return false;
}

}  // namespace centime::storage
