// Reading a database's files while another process writes them.
//
// A reader holds no lock. Should a file go away between RocksDB's list of files and its opening,
// the reader would find damage where there is none: the file missing or, worse, a gap in the log.
// RocksDB adds to the list before it deletes what became superfluous, so a list that is the same
// before and after tells that all was there.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>

namespace centime::storage {

// How often a reader begins again. Right after files were replaced opening is at its quickest, as
// there is little log to replay.
inline constexpr int steady_attempts_max = 100;

// Calls `open` until the list of files was the same before and after it, and returns what that call
// did; `close` undoes each that is not counted. The error is of `open`, or store_in_use.
std::expected<void, std::string> open_steadily(
    const std::filesystem::path& directory,
    const std::function<std::expected<void, std::string>()>& open,
    const std::function<void()>& close);

}  // namespace centime::storage
