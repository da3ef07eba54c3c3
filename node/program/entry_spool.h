// Keeps log entries in a nameless temporary file, so that an audit over HTTP can read them again.
//
// One thread appends, any other reads what was appended before. The file has no name and goes with
// the process.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "crypto/bytes.h"
#include "node/program/files.h"

namespace centime::program {

class EntrySpool {
 public:
  // In $TMPDIR, or /tmp. Fails with unwritable_file.
  static Expected<EntrySpool> open();

  EntrySpool(EntrySpool&& other) noexcept;

  bool append(crypto::BytesView entry);  // False if the disk is full.

  // Requires an entry that was appended. Empty if the disk gives it back no more.
  crypto::Bytes entry(std::uint64_t index) const;

 private:
  explicit EntrySpool(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
  mutable std::mutex mutex_;         // For `ends_`.
  std::vector<std::uint64_t> ends_;  // Where each entry ends in the file.
};

}  // namespace centime::program
