// Makes every derived index of a store anew from its entries.
//
// The log alone is enough: each entry is checked and executed as in an audit, into a new store that
// takes the old one's place only when it is whole. The old one is kept beside it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

namespace centime::runtime {

struct RebuildReport {
  std::uint64_t entries = 0;
  std::uint64_t blocks = 0;
  std::filesystem::path old_store;  // Where the replaced one is now.
};

// Called now and then with entries done and entries in all.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

// Rebuilds the store of a node that is not running: until it is done no node starts on the
// directory and nobody else rebuilds it, which fails with store_in_use. On error the old store is
// as it was, unless the disk failed while the stores changed places: then it may be beside, and
// finish_rebuild goes on. Fails with directory_exists while the old store of an earlier rebuild is
// still beside, and with store_incomplete if the log ends before what the store says of its end.
// The error is a word, a colon and a sentence.
std::expected<RebuildReport, std::string> rebuild(const std::filesystem::path& directory,
                                                  const Progress& progress);

// Ends a swap of stores that a crash cut short, or removes what one left that came to no swap.
// Called before a store is opened for writing. Errors as of rebuild.
std::expected<void, std::string> finish_rebuild(const std::filesystem::path& directory);

// For those who only read, and finish nothing: the error of opening the directory's store, or a
// store_missing that names the new store if such a swap is why there is none.
std::string explain_missing(const std::filesystem::path& directory, std::string error);

}  // namespace centime::runtime
