// How far RocksDB's list of the store's files had been written and synced, kept beside it.
//
// RocksDB takes a record of its list (MANIFEST) whose length leads past the end for one that a kill
// cut short, and leaves it out with all that follows, without a word. So one bad bit hides tables
// in which there is what had been confirmed, and opening for writing deletes them, as nothing names
// them any more. Therefore the list's number, its length and a checksum are noted here each time
// that it was synced, and a store whose list is not that any more is refused.
//
// What is noted is not forced to the disk: it may be older than the list, never newer, but for a
// list that is not in use yet.
#pragma once

#include <rocksdb/file_system.h>

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace centime::storage {

// A file system that notes whatever list is synced through it, in the list's directory. What can't
// be noted was not synced.
std::shared_ptr<rocksdb::FileSystem> list_noting(
    const std::shared_ptr<rocksdb::FileSystem>& target);

// Whether the list that is in use begins as was noted, also while another process writes it. No
// note, or one of another list, tells nothing. The error is a sentence, as of Store::open.
std::expected<void, std::string> check_list(const std::filesystem::path& directory);

}  // namespace centime::storage
