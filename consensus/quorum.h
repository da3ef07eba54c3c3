// How many votes decide.
#pragma once

#include <cstddef>

namespace centime::consensus {

// Of n >= 1 validators, how many may lie.
constexpr std::size_t faulty_max(std::size_t validators) { return (validators - 1) / 3; }

// The smallest quorum of which any two share an honest validator: 2q - n >= f + 1. Never more than
// n - f, so that the honest ones can always reach it.
constexpr std::size_t quorum(std::size_t validators) {
  return (validators + faulty_max(validators)) / 2 + 1;
}

}  // namespace centime::consensus
