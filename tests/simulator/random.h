// The simulator's only source of chance: the same seed gives the same numbers with every library.
//
// xoshiro256** by Blackman and Vigna (2018), seeded through splitmix64. No standard distribution
// is used: their results differ between libraries.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace centime::simulator {

constexpr std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t mixed = (state += 0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = splitmix(seed);
  }
  // A stream of its own for one purpose, so that what one part draws does not move the others.
  Random(std::uint64_t seed, std::string_view purpose) : Random(seed ^ mixed(purpose)) {}

  std::uint64_t next() {
    const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  // In [0, bound). Requires bound > 0. The bias of the remainder is harmless here.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  // In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  template <class T>
  T pick(std::initializer_list<T> items) {
    return items.begin()[below(items.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

 private:
  static constexpr std::uint64_t rotated(std::uint64_t word, int by) {
    return (word << by) | (word >> (64 - by));
  }
  static constexpr std::uint64_t mixed(std::string_view text) {
    std::uint64_t state = 0;
    std::uint64_t result = 0;
    for (const char letter : text) {
      state += static_cast<std::uint8_t>(letter);
      result = splitmix(state);
    }
    return result;
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace centime::simulator
