// A disk that fails, for those who are no node and can answer for it.
//
// A node stops (StoreOptions::on_failure has the default). Commands that only look, and tests, open
// their stores with throw_failure instead.
#pragma once

#include <stdexcept>
#include <string>

namespace centime::storage {

// what() is one of these words, a colon, and a sentence:
//   store_damaged  what was read is not what was written, or rows contradict each other
//   disk_failed    the disk can't be read or written: it is full or failing, or a file is missing,
//                  or the store is not where it was
struct StorageFailure : std::runtime_error {
  using runtime_error::runtime_error;
};

// An on_failure. A store that has thrown may only be read, or closed.
[[noreturn]] inline void throw_failure(const std::string& what) { throw StorageFailure(what); }

}  // namespace centime::storage
