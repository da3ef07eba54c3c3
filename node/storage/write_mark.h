// How far the database had been written and synced, kept in a small file beside it.
//
// RocksDB ends its write-ahead log at the first record that it can't read. At the very end that is
// what a kill leaves, and was not answered; before the end it is damage, and what had been answered
// would be dropped without a word. So after each synced write its sequence number is noted here,
// and a database that comes back with less is refused.
//
// What is noted is not forced to the disk: it may be older than the database, never newer. After a
// kill it is exact; after a power failure as old as the system's last write-back. The file itself
// is whole from its first moment, so no crash explains one that makes no sense.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace centime::storage {

class WriteMark {
 public:
  // The number noted in a database's directory, also while another process writes it; nullopt if
  // there is no note. One that can't be read or makes no sense is an error, as of Store::open.
  static std::expected<std::optional<std::uint64_t>, std::string> read(
      const std::filesystem::path& directory);

  // Opens the note for writing; if there is none, it is made, and durable. The error is a sentence.
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
