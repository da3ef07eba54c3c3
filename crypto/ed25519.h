// Ed25519 keys and signatures under one rule that every verifier of the ledger shares.
//
// Libraries disagree on odd keys and signatures; a ledger may not. A key is admitted once, when it
// enters the ledger or a policy: canonical, on the curve, of prime order, not the identity. Then a
// signature holds if S < L, R is not the identity, and the cofactorless equation gives R's very
// bytes. There is no batch verification: it accepts other signatures. Source: RFC 8032; Chalkias,
// Garillot, Nikolaenko, "Taming the many EdDSAs", 2020.
//
// All functions may be called from any thread; libsodium is initialised by the first that needs it.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <functional>
#include <span>
#include <string_view>

#include "crypto/bytes.h"

namespace centime::crypto {

inline constexpr std::size_t public_key_size = 32;
inline constexpr std::size_t signature_size = 64;
inline constexpr std::size_t seed_size = 32;

// 32 bytes that claim to be a key. Only admit_key() and SecretKey::public_key() make one that may
// be given to verify(); bytes decoded from elsewhere go through admit_key() first.
struct PublicKey {
  std::array<std::uint8_t, public_key_size> bytes{};

  auto operator<=>(const PublicKey&) const = default;
};

// For hash tables, Boost's included. Whoever can choose keys can choose collisions.
inline std::size_t hash_value(const PublicKey& key) {
  std::size_t value = 0;
  std::memcpy(&value, key.bytes.data(), sizeof value);
  return value;
}

struct Signature {
  std::array<std::uint8_t, signature_size> bytes{};

  auto operator<=>(const Signature&) const = default;
};

// A seed and its key pair, wiped when it dies or is moved from.
class SecretKey {
 public:
  static SecretKey from_seed(std::span<const std::uint8_t, seed_size> seed);
  static SecretKey generate();  // From the system's random source.

  ~SecretKey();
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;
  SecretKey(const SecretKey&) = delete;
  SecretKey& operator=(const SecretKey&) = delete;

  // All three require a key that was not moved from.
  PublicKey public_key() const;
  Signature sign(BytesView message) const;
  std::span<const std::uint8_t, seed_size> seed() const;  // For the key file, and nothing else.

 private:
  SecretKey() = default;
  void check_present() const;

  std::array<std::uint8_t, 64> pair_{};  // Seed, then public key: libsodium's layout.
};

enum class KeyError {
  wrong_length,     // Not 32 bytes.
  not_canonical,    // The y coordinate is not below 2^255 - 19.
  not_prime_order,  // Not a point of the prime-order group other than the identity.
};

std::string_view to_string(KeyError error);

// The one rule for keys.
std::expected<PublicKey, KeyError> admit_key(BytesView bytes);

// The one rule for signatures. Requires an admitted key.
bool verify(const PublicKey& key, BytesView message, const Signature& signature);

// Makes libsodium ready, and stops the program if the installed one does not keep the rule: an
// unpatched 1.0.18 admits keys of mixed order (CVE-2025-69277), and releases after 1.0.22 verify
// with the cofactor. Called by everything here that needs it.
void init_sodium();

}  // namespace centime::crypto

template <>
struct std::hash<centime::crypto::PublicKey> {
  std::size_t operator()(const centime::crypto::PublicKey& key) const noexcept {
    return hash_value(key);
  }
};
