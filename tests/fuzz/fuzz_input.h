// What every fuzz target shares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/check.h"

namespace centime::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What lies behind a decoder is only looked at if something gets there: says so at the end if
// nothing did, which scripts/fuzz.sh takes for a failure. The seeds get there.
class Door {
 public:
  Door() = default;
  ~Door() {
    if (!passed_) std::fputs("nothing was accepted\n", stderr);
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  void pass() { passed_ = true; }

 private:
  bool passed_ = false;
};

}  // namespace centime::fuzz
