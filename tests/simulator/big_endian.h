// Numbers as bytes, for what the simulator reckons by itself and not by the product's encoding.
#pragma once

#include "crypto/bytes.h"

namespace centime::simulator {

inline void put(crypto::Bytes& bytes, std::uint64_t number, int width = 8) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

}  // namespace centime::simulator
