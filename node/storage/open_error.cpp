#include "node/storage/open_error.h"

#include <fmt/format.h>

#include <string_view>

namespace centime::storage {

std::string open_error(const rocksdb::Status& status, const StoreOptions& options) {
  const std::string directory = options.directory.string();
  const std::string text = status.ToString();
  const auto says = [&](std::string_view part) { return text.find(part) != text.npos; };
  if (says("lock hold by current process") || says("While lock file"))
    return fmt::format("store_in_use: another process has {} open; only one may", directory);
  if (says("Column families not opened") || says("Column family not found"))
    return fmt::format(
        "wrong_format_version: {} was written by another version of this program; if that was an "
        "older one, run `centime rebuild`",
        directory);
  if (says("Missing WAL with log number") || says("Size mismatch: WAL"))
    return fmt::format(
        "store_incomplete: a write-ahead log of {} is gone or cut short, and with it writes that "
        "had been confirmed, so restore it from a copy ({})",
        directory, text);
  const bool damaged = status.IsCorruption() || status.IsPathNotFound();
  // The file that names the list of all others, or that list: without them nothing can be read.
  const bool unlisted = damaged && (says("CURRENT") || (says("MANIFEST-") && !says(".sst")));
  std::string_view advice;
  if (unlisted)
    advice = "; restore it from a copy, or see `CURRENT` under Backup in docs/operating.md";
  else if (damaged && !options.salvage)
    advice =
        "; if a file is damaged or gone, try `centime rebuild`, which needs the log's files "
        "only";
  return fmt::format("store_unreadable: {} can't be opened: {}{}", directory, text, advice);
}

}  // namespace centime::storage
