#include "node/ledger/hash_index.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace centime::ledger {
namespace {

class SipHash {
 public:
  explicit SipHash(const HashSecret& secret)
      : v0_(0x736f6d6570736575 ^ secret.low),
        v1_(0x646f72616e646f6d ^ secret.high),
        v2_(0x6c7967656e657261 ^ secret.low),
        v3_(0x7465646279746573 ^ secret.high) {}

  std::uint64_t hash(std::string_view bytes) {
    const std::size_t whole = bytes.size() / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8) add(word(bytes.substr(i, 8)));
    add(word(bytes.substr(whole)) | std::uint64_t{bytes.size()} << 56);
    v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  // In the machine's byte order: the value never leaves the process.
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), bytes.size());
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
  const std::size_t size = first.size() + 1 + second.size();
  std::array<char, 128> buffer;  // Enough for every slug with every reference.
  std::string large;
  char* joined = buffer.data();
  if (size > buffer.size()) {
    large.resize(size);
    joined = large.data();
  }
  std::memcpy(joined, first.data(), first.size());
  joined[first.size()] = '\n';
  std::memcpy(joined + first.size() + 1, second.data(), second.size());
  return SipHash(secret).hash({joined, size});
}

}  // namespace centime::ledger
