// Whether a directory holds a store, told by the names of its files alone.
//
// A store without the file that names its others is damaged, not missing: whoever made a new one
// there would have RocksDB delete what is left.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace centime::storage {

// False where there is nothing of a store, or what a process left that died before it had made one.
// The error is store_unreadable, as of Store::open.
std::expected<bool, std::string> holds_store(const std::filesystem::path& directory);

}  // namespace centime::storage
