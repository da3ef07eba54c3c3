// What a snapshot is made of.
#pragma once

#include "node/storage/database.h"
#include "node/storage/hot_rows.h"
#include "node/storage/log_edge.h"
#include "node/storage/snapshot.h"

namespace centime::storage {

struct Snapshot::Parts {
  std::shared_ptr<const Database> database;
  std::shared_ptr<HotRows> hot;
  Database::View view;  // Of the database, which must be declared before it.
  Head head;
  LogEdge edge;

  Version version() const { return head.empty() ? 0 : head.height.value + 1; }

  bool get(Column column, crypto::BytesView key, crypto::Bytes& value) const {
    return database->get(view, column, key, value);
  }
  // All rows whose key begins with `prefix`.
  Database::Cursor cursor(Column column, crypto::BytesView prefix) const;
  [[noreturn]] void bad_row(Column column, std::string_view what) const;
};

}  // namespace centime::storage
