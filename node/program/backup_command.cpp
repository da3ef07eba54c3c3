#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "crypto/encoding.h"
#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/files.h"
#include "node/program/ledger_place.h"
#include "node/program/progress.h"
#include "node/runtime/backup.h"
#include "node/runtime/durable_file.h"

namespace centime::program {
namespace {

namespace fs = std::filesystem;

// A directory that was made for the copy, and goes with what is in it unless the copy is whole.
class NewDirectory {
 public:
  static Expected<NewDirectory> make(const fs::path& path) {
    std::error_code error;
    if (fs::create_directory(path, error)) return NewDirectory(path);
    if (error) {
      return fail("unwritable_file",
                  fmt::format("cannot make directory {}: {}", path.string(), error.message()));
    }
    return fail("directory_exists",
                fmt::format("{} exists already and is left as it is: name a new directory for each "
                            "copy",
                            path.string()));
  }

  NewDirectory(NewDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  NewDirectory& operator=(NewDirectory&&) = delete;
  ~NewDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  // Nobody takes a part for the whole: its store has a name only now.
  Expected<void> keep(const fs::path& part, const fs::path& whole) {
    if (auto named = runtime::rename_durably(part, whole); !named)
      return std::unexpected(failure_from(named.error()));
    sync_directory(path_.parent_path());
    path_.clear();
    return {};
  }

 private:
  explicit NewDirectory(fs::path path) : path_(std::move(path)) {}

  fs::path path_;
};

}  // namespace

Outcome backup(const BackupOptions& options) {
  const auto store = open_for_reading(options.data);
  if (!store) return std::unexpected(store.error());
  auto directory = NewDirectory::make(options.target);
  if (!directory) return std::unexpected(directory.error());
  const fs::path part = options.target / "db.copying";
  Progress progress("copying, rows");
  const auto copied =
      runtime::back_up(**store, part, [&](std::uint64_t rows) { progress.at(rows, 0); });
  if (!copied) return std::unexpected(failure_from(copied.error()));
  if (auto kept = directory->keep(part, DataDirectory{options.target}.store()); !kept)
    return std::unexpected(kept.error());
  Report report;
  report.text = fmt::format(
      "Copied the ledger up to block {} ({} entries) to {}.\n"
      "The secret key and centime.toml are not in it: keep them elsewhere.\n"
      "Check it with: centime audit --data {}\n",
      copied->height.value, copied->size, options.target.string(), options.target.string());
  report.json = {{"height", copied->height.value},
                 {"entries", copied->size},
                 {"log_root", crypto::to_hex(copied->log.root().bytes)},
                 {"directory", options.target.string()}};
  return report;
}

}  // namespace centime::program
