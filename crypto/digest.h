// SHA-256, and the three ways in which this ledger separates what it hashes.
//
// Hashing allocates nothing after a thread's first call: each thread keeps its OpenSSL contexts and
// the algorithm is looked up once, which is three times faster than OpenSSL's one-shot call. All
// functions may be called from any thread. Source: FIPS 180-4; leaf and node prefixes RFC
// 9162, 2.1.1.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "crypto/bytes.h"

namespace centime::crypto {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;

  // No input is known to hash to zero, so zero can stand for "none".
  bool is_zero() const { return *this == Digest{}; }

  // Nothing unless there are exactly 32 bytes.
  static std::optional<Digest> from(BytesView bytes);
};

// For hash tables, Boost's included. A digest is uniform already, so eight of its bytes will do.
inline std::size_t hash_value(const Digest& digest) {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

// Hashes bytes that come in pieces. One thread at a time; any number may live side by side.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Sha256& update(BytesView bytes);
  Sha256& update(std::string_view text) { return update(as_bytes(text)); }

  // The digest of everything since construction or the last finish(), and starts anew.
  Digest finish();

 private:
  void* context_;  // An EVP_MD_CTX, borrowed from the thread's pool.
};

Digest sha256(BytesView bytes);

// Of the parts one after another, with nothing between them.
Digest sha256(std::initializer_list<BytesView> parts);

// RFC 9162: SHA-256(0x00 || entry) and SHA-256(0x01 || left || right).
Digest hash_leaf(BytesView entry);
Digest hash_children(const Digest& left, const Digest& right);

// SHA-256("centime/<tag>/v1\n" || parts). The parts are joined bare: a caller with parts of
// variable length encodes their lengths itself.
Digest tagged_hash(std::string_view tag, std::initializer_list<BytesView> parts);

template <std::convertible_to<BytesView>... Parts>
Digest tagged_hash(std::string_view tag, const Parts&... parts) {
  return tagged_hash(tag, {BytesView(parts)...});
}

}  // namespace centime::crypto

template <>
struct std::hash<centime::crypto::Digest> {
  std::size_t operator()(const centime::crypto::Digest& digest) const noexcept {
    return hash_value(digest);
  }
};
