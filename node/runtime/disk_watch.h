// Looks every few seconds at the disk under a node: is its store still there, and is there room?
//
// A node at rest writes nothing, and one whose directory was removed writes into nothing; neither
// would notice by itself. Has a thread of its own, as a look may wait for a slow file system.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "node/storage/store.h"

namespace centime::runtime {

struct DiskRoom {
  std::uint64_t free_bytes = 0;  // For the node's user.
  std::uint64_t total_bytes = 0;
};

class DiskWatch {
 public:
  static constexpr std::chrono::seconds interval{2};

  // Looks for the room once, and at both from then on until it is destroyed. `directory` is the
  // store's, which may be a file system of its own. The store must outlive it.
  DiskWatch(std::filesystem::path directory, const storage::Store& store);

  // At the last look; nothing if it could not be told. Any thread.
  std::optional<DiskRoom> room() const;

 private:
  void measure();
  void watch(const std::stop_token& ended);

  const std::filesystem::path directory_;
  const storage::Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable_any ended_;
  std::optional<DiskRoom> room_;
  std::jthread thread_;  // Last: it uses all above.
};

}  // namespace centime::runtime
