// Reading a database's files while another process writes them.
//
// A reader holds no lock. What the writer replaces between RocksDB's list of files and their
// opening would look like damage: a file is missing or, worse, a log, which is found by looking
// what there is, and the reader has a gap. RocksDB adds to the list before it deletes what became
// superfluous, and deletes logs in their order. So a failure under a list that grew says nothing;
// and what was opened is whole if the logs from before are all there still.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>

namespace centime::storage {

// How often a reader begins again. Right after a log is deleted opening is at its quickest, as
// there is little to replay.
inline constexpr int steady_attempts_max = 100;

// Calls `open` until no change of the files can have misled it, and returns what that call did;
// `close` undoes each that is not counted. The error is of `open`, or store_in_use.
std::expected<void, std::string> open_steadily(
    const std::filesystem::path& directory,
    const std::function<std::expected<void, std::string>()>& open,
    const std::function<void()>& close);

}  // namespace centime::storage
