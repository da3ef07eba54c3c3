#include "node/runtime/disk_watch.h"

#include <system_error>
#include <utility>

namespace centime::runtime {

DiskWatch::DiskWatch(std::filesystem::path directory, const storage::Store& store)
    : directory_(std::move(directory)), store_(store) {
  measure();
  thread_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

std::optional<DiskRoom> DiskWatch::room() const {
  const std::lock_guard lock(mutex_);
  return room_;
}

void DiskWatch::measure() {
  std::error_code error;
  const auto space = std::filesystem::space(directory_, error);
  const std::lock_guard lock(mutex_);
  room_.reset();
  if (!error) room_ = DiskRoom{space.available, space.capacity};
}

void DiskWatch::watch(const std::stop_token& ended) {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, ended, interval, [] { return false; });
    }
    if (ended.stop_requested()) return;
    store_.check_place();
    measure();
  }
}

}  // namespace centime::runtime
