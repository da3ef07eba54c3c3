// What this program syncs to the disk, by fsync, as the tests of it see it.
#pragma once

#include <filesystem>
#include <functional>

namespace centime::test {

struct WatchedFsync {
  std::function<void(const std::filesystem::path&)> seen;  // Before each.
  std::filesystem::path failing;                           // Syncs of this one fail.
};

inline WatchedFsync watched_fsync;

}  // namespace centime::test
