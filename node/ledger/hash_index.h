// Numbers found by a 64-bit hash of what they stand for: the index of states kept in memory.
//
// Says only where to look. Different keys may share a hash, so whoever asks compares the keys
// themselves; in return a number costs about 24 bytes however long its key is, and a look-up one
// cache line. A value; one thread at a time.
#pragma once

#include <sys/mman.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <optional>
#include <string_view>
#include <vector>

namespace centime::ledger {

// Whoever knows the secret can choose keys that share a hash and make an index slow, never wrong.
struct HashSecret {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// Of two names, one after the other. SipHash of Aumasson and Bernstein, 2012, with one round a word
// and three at the end, each name padded by itself.
std::uint64_t hash_names(const HashSecret& secret, std::string_view first, std::string_view second);

// Gets large arrays in large pages where the system has them: a table that is looked up at random
// would spend half its time on finding the pages.
template <class T>
struct LargePageAllocator {
  using value_type = T;

  LargePageAllocator() = default;
  template <class U>
  explicit LargePageAllocator(const LargePageAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < page_bytes) return static_cast<T*>(::operator new(bytes));
    void* const memory =
        std::aligned_alloc(page_bytes, (bytes + page_bytes - 1) & ~(page_bytes - 1));
    if (memory == nullptr) throw std::bad_alloc();
    // Only a hint, and refused by systems without such pages.
    static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < page_bytes) return ::operator delete(memory);
    std::free(memory);
  }
  bool operator==(const LargePageAllocator&) const { return true; }

 private:
  static constexpr std::size_t page_bytes = std::size_t{2} << 20;
};

class HashIndex {
 public:
  // `spread` is secret too if the hashes are not.
  explicit HashIndex(std::uint64_t spread = 0) : spread_((spread + golden_ratio) | 1) {}

  // Makes room for this many numbers in all.
  void reserve(std::size_t count) {
    std::size_t slots = slots_min;
    while (count > room_in(slots)) slots *= 2;
    if (slots > slots_.size()) resize(slots);
  }

  // Requires a key that is not there, and a number below 2^64 - 1.
  void insert(std::uint64_t hash, std::uint64_t number) {
    if (count_ >= room_in(slots_.size())) resize(slots_.empty() ? slots_min : 2 * slots_.size());
    put({hash, number});
    ++count_;
  }

  // Starts to fetch the memory that find and insert will look at, a hundred nanoseconds away.
  void prefetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash)]);
  }

  // The number under this hash for which `matches(number)` holds.
  template <class Matches>
  std::optional<std::uint64_t> find(std::uint64_t hash, const Matches& matches) const {
    if (slots_.empty()) return std::nullopt;
    for (std::size_t i = home(hash); slots_[i].number != none; i = (i + 1) & mask()) {
      if (slots_[i].hash == hash && matches(slots_[i].number)) return slots_[i].number;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  static constexpr std::size_t slots_min = 16;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t number = none;
  };

  using Slots = std::vector<Slot, LargePageAllocator<Slot>>;

  // Three quarters: beyond, runs of full slots grow long.
  static std::size_t room_in(std::size_t slots) { return slots / 4 * 3; }
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint64_t hash) const { return (hash * spread_) >> shift_; }

  void put(const Slot& slot) {
    std::size_t i = home(slot.hash);
    while (slots_[i].number != none) i = (i + 1) & mask();
    slots_[i] = slot;
  }

  void resize(std::size_t slots) {
    Slots old(slots);
    slots_.swap(old);
    shift_ = static_cast<unsigned>(std::countl_zero(std::uint64_t{slots})) + 1;
    for (const Slot& slot : old) {
      if (slot.number != none) put(slot);
    }
  }

  std::uint64_t spread_;
  unsigned shift_ = 63;  // 64 - log2(slots_.size()).
  std::size_t count_ = 0;
  Slots slots_;  // As many as a power of two, or none.
};

}  // namespace centime::ledger
