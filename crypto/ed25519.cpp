#include "crypto/ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "crypto/check.h"

namespace centime::crypto {
namespace {

static_assert(crypto_sign_PUBLICKEYBYTES == public_key_size);
static_assert(crypto_sign_BYTES == signature_size);
static_assert(crypto_sign_SEEDBYTES == seed_size);

// A point of prime order plus the point of order 2. libsodium before the fix of CVE-2025-69277 took
// it for a point of prime order. From the CCTV vectors.
constexpr std::array<std::uint8_t, public_key_size> mixed_order_key = {
    0xfe, 0x89, 0x4d, 0xf1, 0x8a, 0xbf, 0x1c, 0x20, 0x08, 0x8b, 0xfb, 0xe6, 0xc9, 0xad, 0x45, 0xd4,
    0x2e, 0xc2, 0x06, 0x63, 0xea, 0xf7, 0x11, 0x1e, 0xae, 0xa1, 0xd8, 0x51, 0xda, 0x0d, 0x7f, 0x89};

// A signature whose R is off by a point of small order: it holds only if the equation is multiplied
// by the cofactor, as libsodium after 1.0.22 does. From the CCTV vectors.
constexpr std::string_view cofactor_message = "ed25519vectors 3";
constexpr std::array<std::uint8_t, public_key_size> cofactor_key = {
    0xef, 0x75, 0xb2, 0x0e, 0x75, 0x40, 0xe3, 0xdf, 0xf7, 0x74, 0x04, 0x19, 0x36, 0x52, 0xba, 0x2b,
    0xd1, 0x3d, 0xf9, 0x9c, 0x15, 0x08, 0xee, 0xe1, 0x51, 0x5e, 0x27, 0xae, 0x25, 0xf2, 0x80, 0x76};
constexpr std::array<std::uint8_t, signature_size> cofactor_signature = {
    0x36, 0x68, 0x4e, 0xa9, 0x10, 0x32, 0xba, 0x5b, 0x1d, 0xba, 0xb2, 0xd0, 0x2f, 0x4d, 0xeb, 0xc7,
    0x4c, 0x33, 0x27, 0xf2, 0xb3, 0x80, 0x2e, 0x2e, 0x4d, 0x37, 0x1a, 0xa4, 0x2b, 0x12, 0xb5, 0x6b,
    0x2d, 0x47, 0x18, 0x82, 0x77, 0x3a, 0x67, 0x7a, 0xf1, 0xe3, 0x82, 0x4e, 0x75, 0x7a, 0x33, 0xf8,
    0xdd, 0xf7, 0xbb, 0xea, 0xf3, 0xd2, 0x8a, 0x09, 0x59, 0x5e, 0xb8, 0xda, 0xa0, 0xd7, 0x4a, 0x03};

// The identity's one canonical encoding, y = 1. R is compared byte by byte, so no other can hold.
constexpr std::array<std::uint8_t, 32> identity = {1};

// y < 2^255 - 19, the sign bit aside.
bool is_canonical(BytesView key) {
  if ((key[31] & 0x7f) != 0x7f) return true;
  if (std::ranges::any_of(key.subspan(1, 30), [](auto byte) { return byte != 0xff; })) return true;
  return key[0] < 0xed;
}

}  // namespace

std::string_view to_string(KeyError error) {
  switch (error) {
    case KeyError::wrong_length:
      return "wrong_length";
    case KeyError::not_canonical:
      return "not_canonical";
    case KeyError::not_prime_order:
      return "not_prime_order";
  }
  check_failed("a KeyError has a name", std::source_location::current());
}

void init_sodium() {
  static const bool ready = [] {
    check(sodium_init() >= 0, "libsodium starts");
    check(crypto_core_ed25519_is_valid_point(mixed_order_key.data()) == 0,
          "libsodium has the fix for CVE-2025-69277");
    const auto message = as_bytes(cofactor_message);
    check(crypto_sign_verify_detached(cofactor_signature.data(), message.data(), message.size(),
                                      cofactor_key.data()) != 0,
          "libsodium verifies without the cofactor");
    return true;
  }();
  static_cast<void>(ready);
}

SecretKey SecretKey::from_seed(std::span<const std::uint8_t, seed_size> seed) {
  init_sodium();
  SecretKey key;
  std::array<std::uint8_t, public_key_size> public_half;
  check(crypto_sign_seed_keypair(public_half.data(), key.pair_.data(), seed.data()) == 0,
        "a seed gives a key pair");
  return key;
}

SecretKey SecretKey::generate() {
  init_sodium();
  std::array<std::uint8_t, seed_size> seed;
  randombytes_buf(seed.data(), seed.size());
  auto key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SecretKey::~SecretKey() { sodium_memzero(pair_.data(), pair_.size()); }

SecretKey::SecretKey(SecretKey&& other) noexcept : pair_(other.pair_) {
  sodium_memzero(other.pair_.data(), other.pair_.size());
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
  if (this == &other) return *this;
  pair_ = other.pair_;
  sodium_memzero(other.pair_.data(), other.pair_.size());
  return *this;
}

void SecretKey::check_present() const {
  // No public key is all zeros: that point has order 4.
  check(!std::ranges::all_of(pair_, [](auto byte) { return byte == 0; }),
        "the secret key was not moved from");
}

PublicKey SecretKey::public_key() const {
  check_present();
  PublicKey key;
  std::copy_n(pair_.begin() + seed_size, public_key_size, key.bytes.begin());
  return key;
}

Signature SecretKey::sign(BytesView message) const {
  check_present();
  Signature signature;
  check(crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(),
                             pair_.data()) == 0,
        "libsodium signs");
  return signature;
}

std::span<const std::uint8_t, seed_size> SecretKey::seed() const {
  check_present();
  return std::span(pair_).first<seed_size>();
}

std::expected<PublicKey, KeyError> admit_key(BytesView bytes) {
  init_sodium();
  if (bytes.size() != public_key_size) return std::unexpected(KeyError::wrong_length);
  if (!is_canonical(bytes)) return std::unexpected(KeyError::not_canonical);
  if (crypto_core_ed25519_is_valid_point(bytes.data()) != 1)
    return std::unexpected(KeyError::not_prime_order);

  PublicKey key;
  std::ranges::copy(bytes, key.bytes.begin());
  return key;
}

bool verify(const PublicKey& key, BytesView message, const Signature& signature) {
  init_sodium();
  // libsodium refuses this R only up to 1.0.18: newer ones left it to the equation, which it
  // fulfils for S = k a.
  if (std::ranges::equal(std::span(signature.bytes).first<32>(), identity)) return false;
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

}  // namespace centime::crypto
