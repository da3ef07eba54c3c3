// Decoded rows that many readers ask for again and again, shared by all snapshots.
//
// A row is remembered with the version of the store since which it stands, so a snapshot older than
// its last change never sees it and asks the database instead. Any thread.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "node/ledger/changes.h"

namespace centime::storage {

// Number of blocks in the store.
using Version = std::uint64_t;

template <class Key, class Value>
class VersionedCache {
 public:
  // What stands under the key in this version, or null if that is not known here.
  std::shared_ptr<const Value> find(const Key& key, Version version) const {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(key);
    if (found == rows_.end() || found->second.since > version) return nullptr;
    return found->second.value;
  }

  // Remembers what a reader of this version found.
  void fill(const Key& key, std::shared_ptr<const Value> value, Version version) {
    const std::lock_guard lock(mutex_);
    // A later block may have changed the row, and this reader can't know.
    if (version == newest_) set(key, std::move(value), version);
  }

  // Replaces the rows that a commit changed: `each(put)` calls put(key, value) for all of them.
  template <class Each>
  void publish(Version version, const Each& each) {
    const std::lock_guard lock(mutex_);
    newest_ = version;
    each([&](const Key& key, std::shared_ptr<const Value> value) {
      set(key, std::move(value), version);
    });
  }

 private:
  static constexpr std::size_t rows_max = 65'536;

  struct Row {
    std::shared_ptr<const Value> value;
    Version since = 0;
  };

  void set(const Key& key, std::shared_ptr<const Value> value, Version since) {
    // Starting anew is rare and keeps no order of use, which each read would have to update.
    if (rows_.size() >= rows_max) rows_.clear();
    rows_.insert_or_assign(key, Row{std::move(value), since});
  }

  mutable std::mutex mutex_;
  boost::unordered_flat_map<Key, Row, boost::hash<Key>> rows_;
  Version newest_ = 0;
};

struct HotRows {
  VersionedCache<std::string, ledger::Member> members;
  VersionedCache<std::uint8_t, ledger::Governance> governance;  // One row, under 0.
  VersionedCache<std::string, ledger::Fund> funds;
  VersionedCache<std::string, ledger::Channel> channels;
  VersionedCache<std::uint32_t, ledger::Account> accounts;
  VersionedCache<ledger::AccountKey, ledger::AccountIndex> account_indexes;

  // Takes over what the commit that leads to this version changed.
  void publish(Version version, const ledger::Changes& changes);
};

}  // namespace centime::storage
