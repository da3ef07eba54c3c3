#include "node/ledger/hash_index.h"

#include <bit>
#include <cstring>

namespace centime::ledger {
namespace {

class SipHash {
 public:
  explicit SipHash(const HashSecret& secret)
      : v0_(0x736f6d6570736575 ^ secret.low),
        v1_(0x646f72616e646f6d ^ secret.high),
        v2_(0x6c7967656e657261 ^ secret.low),
        v3_(0x7465646279746573 ^ secret.high) {}

  // Words of eight bytes; the last, with what is left, also holds the length.
  void add_name(std::string_view name) {
    const char* at = name.data();
    std::size_t left = name.size();
    for (; left >= 8; at += 8, left -= 8) add(load<std::uint64_t>(at));
    std::uint64_t last = std::uint64_t{name.size()} << 56;
    for (std::size_t i = 0; i < left; ++i) {
      last |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    }
    add(last);
  }

  std::uint64_t finish() {
    v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  // In the machine's byte order: the value never leaves the process.
  template <class T>
  static T load(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

  void add(std::uint64_t value) {
    v3_ ^= value;
    round();
    v0_ ^= value;
  }

  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace

std::uint64_t hash_names(const HashSecret& secret, std::string_view first,
                         std::string_view second) {
  SipHash hash(secret);
  hash.add_name(first);
  hash.add_name(second);
  return hash.finish();
}

}  // namespace centime::ledger
