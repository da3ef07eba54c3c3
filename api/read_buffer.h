// The bytes read from a connection and not yet understood, in one piece.
//
// Never grows beyond what one request's head and one read may take; owned by its connection.
#pragma once

#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "crypto/check.h"

namespace centime::api {

class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t size_max) : size_max_(size_max) {}

  std::string_view text() const { return {bytes_.get() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  std::size_t size_max() const { return size_max_; }

  // Room for `count` more bytes. Requires size() + count <= size_max(); views of text() end.
  std::span<char> prepare(std::size_t count) {
    crypto::check(size() + count <= size_max_, "a bounded read");
    if (end_ + count > capacity_) make_room(count);
    return {bytes_.get() + end_, count};
  }
  void commit(std::size_t count) { end_ += count; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) clear();
  }
  void clear() { begin_ = end_ = 0; }

 private:
  void make_room(std::size_t count) {
    const std::size_t held = size();
    if (held + count <= capacity_) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, held);
    } else {
      auto larger = std::make_unique_for_overwrite<char[]>(held + count);
      if (held > 0) std::memcpy(larger.get(), bytes_.get() + begin_, held);
      bytes_ = std::move(larger);
      capacity_ = held + count;
    }
    begin_ = 0;
    end_ = held;
  }

  std::size_t size_max_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0, end_ = 0;  // What is held: [begin, end).
};

}  // namespace centime::api
