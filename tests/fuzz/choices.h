// Decisions taken from fuzz input, byte by byte; when there are no more, each is 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/bytes.h"

namespace centime::fuzz {

class Choices {
 public:
  explicit Choices(crypto::BytesView bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }
  // In [0, bound), bound at most 256.
  std::size_t below(std::size_t bound) { return byte() % bound; }
  template <class T>
  T pick(std::initializer_list<T> items) {
    return items.begin()[below(items.size())];
  }
  crypto::BytesView bytes(std::size_t count) {
    const crypto::BytesView taken = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  crypto::BytesView rest_;
};

}  // namespace centime::fuzz
