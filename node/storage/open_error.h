// What RocksDB's reasons for not opening a store are in our words.
#pragma once

#include <rocksdb/status.h>

#include <filesystem>
#include <string>

#include "node/storage/store.h"

namespace centime::storage {

// An error as of Store::open. Requires a status that is not OK.
std::string open_error(const rocksdb::Status& status, const StoreOptions& options);

}  // namespace centime::storage
