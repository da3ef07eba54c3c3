// Whether the store that a process has open is still the one that its path leads to.
//
// Open files can be written to although they were removed, or others were put in their place: what
// is confirmed then is gone with the process. RocksDB does not notice before it makes a new file.
#pragma once

#include <sys/types.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace centime::storage {

class StorePlace {
 public:
  // Requires that this process has the store open for writing, and has as long as this lives: no
  // other file gets the number of one that is open.
  explicit StorePlace(std::filesystem::path directory);

  // What has happened to it, and what to do, in a sentence; nothing if the store is where it was,
  // or can't be looked at for now. Any thread.
  std::optional<std::string> fault() const;

 private:
  struct FileNumber {
    dev_t device = 0;
    ino_t inode = 0;

    bool operator==(const FileNumber&) const = default;
  };
  struct Look;
  static Look look_at(const std::filesystem::path& file);

  // RocksDB's and ours (write_mark.h): written for as long as the store is open.
  static constexpr std::array<const char*, 2> names{"LOCK", "SYNCED"};

  std::filesystem::path directory_;
  std::array<FileNumber, names.size()> files_;
};

}  // namespace centime::storage
