// A file system that makes RocksDB's write-ahead log cheap to sync.
//
// A log has its whole length from the start, and zeros are written a stretch ahead of what is
// appended in small pieces: a sync that makes a file longer, or first writes a block of it, also
// writes the file system's own records. What is not written yet reads as zeros, where recovery
// ends.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace centime::storage {

std::shared_ptr<rocksdb::FileSystem> log_preallocating(
    const std::shared_ptr<rocksdb::FileSystem>& target);

}  // namespace centime::storage
