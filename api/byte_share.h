// One exchange's share of the bytes that all like it may take together, such as all bodies that are
// being received.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace centime::api {

class ByteShare {
 public:
  ByteShare() = default;
  ByteShare(const ByteShare&) = delete;
  ByteShare& operator=(const ByteShare&) = delete;
  ~ByteShare() { release(); }

  // Brings the share of `total`, always the same, up to `bytes`; false when that makes the total
  // more than `limit`. Requires that the share does not shrink.
  bool grow(std::atomic<std::size_t>& total, std::size_t bytes, std::size_t limit) {
    total_ = &total;
    const std::size_t more = bytes - std::exchange(taken_, bytes);
    return total.fetch_add(more) + more <= limit;
  }

  void release() {
    if (total_ != nullptr) *total_ -= std::exchange(taken_, 0);
  }

 private:
  std::atomic<std::size_t>* total_ = nullptr;
  std::size_t taken_ = 0;
};

}  // namespace centime::api
