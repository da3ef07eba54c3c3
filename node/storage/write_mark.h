// How far the database had been written and synced, kept in a small file beside it.
//
// RocksDB ends its write-ahead log at the first record that it can't read. At the very end that is
// what a kill leaves, and was not answered; before the end it is damage, and what had been answered
// would be dropped without a word. So after each synced write its sequence number is noted here,
// and a database that comes back with less is refused.
//
// The note itself is not forced to the disk: it may be older than the database, never newer. After
// a kill it is exact; after a power failure as old as the system's last write-back.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace centime::storage {

class WriteMark {
 public:
  // The number noted in a database's directory; nullopt if there is none, or half of one.
  static std::optional<std::uint64_t> read(const std::filesystem::path& directory);

  // Opens the note for writing, made if there is none. The error is a sentence.
  static std::expected<WriteMark, std::string> open(const std::filesystem::path& directory);

  WriteMark(WriteMark&& other) noexcept;
  WriteMark& operator=(WriteMark&&) = delete;
  ~WriteMark();

  // Notes that all writes up to this one are on the disk. False if the file can't be written.
  bool note(std::uint64_t sequence);

 private:
  explicit WriteMark(int file) : file_(file) {}

  int file_;
};

}  // namespace centime::storage
