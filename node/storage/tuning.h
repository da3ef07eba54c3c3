// How RocksDB is set up for the ledger's columns: sizes, filters, compression.
//
// Every setting that is not RocksDB's default has its reason next to it in tuning.cpp.
#pragma once

#include <memory>

#include "node/storage/database.h"

namespace rocksdb {
class Cache;
struct ColumnFamilyOptions;
struct DBOptions;
}  // namespace rocksdb

namespace centime::storage {

std::shared_ptr<rocksdb::Cache> new_cache(const StoreOptions& options);

rocksdb::DBOptions database_options(const StoreOptions& options,
                                    const std::shared_ptr<rocksdb::Cache>& cache);

rocksdb::ColumnFamilyOptions column_options(Column column, const StoreOptions& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace centime::storage
