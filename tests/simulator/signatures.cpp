#include "tests/simulator/signatures.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "tests/simulator/big_endian.h"

namespace centime::simulator {
namespace {

std::uint64_t mixed(std::uint64_t sum, std::uint64_t word) {
  sum = (sum ^ word) * 0x9fb21c651e98df25;
  return sum ^ (sum >> 32);
}

std::uint64_t sum_of(const crypto::PublicKey& key, crypto::BytesView message,
                     std::uint64_t free_bytes) {
  std::uint64_t secret = 0;
  std::memcpy(&secret, key.bytes.data(), sizeof secret);
  std::uint64_t sum = mixed(mixed(0x5ca1ab1e, secret), free_bytes);
  for (std::size_t at = 0; at < message.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, message.data() + at, std::min<std::size_t>(8, message.size() - at));
    sum = mixed(sum, word);
  }
  return mixed(sum, message.size());
}

// By public key.
std::map<crypto::PublicKey, const crypto::SecretKey*>& secrets() {
  static std::map<crypto::PublicKey, const crypto::SecretKey*> keys;
  return keys;
}

const crypto::SecretKey& secret_of(std::size_t participant) {
  static std::map<std::size_t, crypto::SecretKey> keys;
  const auto found = keys.find(participant);
  if (found != keys.end()) return found->second;
  std::array<std::uint8_t, crypto::seed_size> seed{};
  seed[0] = static_cast<std::uint8_t>(participant);
  const auto made = keys.emplace(participant, crypto::SecretKey::from_seed(seed)).first;
  secrets()[made->second.public_key()] = &made->second;
  return made->second;
}

// Of the cheap kind all bytes but the first eight are the same.
bool is_cheap(const crypto::PublicKey& key) {
  return std::ranges::all_of(key.bytes.begin() + 8, key.bytes.end(),
                             [](std::uint8_t byte) { return byte == 0x42; });
}

}  // namespace

crypto::PublicKey key_of(std::size_t participant, Signing signing) {
  if (signing == Signing::ed25519) return secret_of(participant).public_key();
  crypto::PublicKey key;
  key.bytes.fill(0x42);
  key.bytes[0] = static_cast<std::uint8_t>(participant);
  key.bytes[1] = 0;
  return key;
}

crypto::PublicKey voting_key(const crypto::PublicKey& key, Signing signing) {
  crypto::PublicKey made = key;
  if (signing == Signing::cheap) std::fill(made.bytes.begin() + 8, made.bytes.end(), 0x42);
  return made;
}

void add_secret(crypto::SecretKey key) {
  static std::map<crypto::PublicKey, crypto::SecretKey> kept;
  const crypto::PublicKey name = key.public_key();
  const auto made = kept.emplace(name, std::move(key)).first;
  secrets()[made->first] = &made->second;
}

crypto::Signature sign(const crypto::PublicKey& key, crypto::BytesView message,
                       std::uint64_t free_bytes) {
  if (!is_cheap(key)) return secrets().at(key)->sign(message);
  const std::uint64_t sum = sum_of(key, message, free_bytes);
  crypto::Signature signature;
  std::memcpy(signature.bytes.data(), &sum, sizeof sum);
  std::memcpy(signature.bytes.data() + 8, &free_bytes, sizeof free_bytes);
  return signature;
}

bool verify(const crypto::PublicKey& key, crypto::BytesView message,
            const crypto::Signature& signature) {
  if (!is_cheap(key)) return crypto::verify(key, message, signature);
  std::uint64_t free_bytes = 0;
  std::memcpy(&free_bytes, signature.bytes.data() + 8, sizeof free_bytes);
  return sign(key, message, free_bytes) == signature;
}

const crypto::Digest& network() {
  static const crypto::Digest digest = crypto::sha256(crypto::as_bytes("a simulated network"));
  return digest;
}

crypto::Bytes signed_bytes(const consensus::Vote& vote, const crypto::Digest& network) {
  crypto::Bytes bytes = crypto::to_bytes("centime/vote/v1\n");
  put(bytes, 1, 2);
  bytes.insert(bytes.end(), network.bytes.begin(), network.bytes.end());
  put(bytes, vote.epoch, 8);
  put(bytes, static_cast<std::uint8_t>(vote.kind), 1);
  put(bytes, vote.view.value, 8);
  if (vote.kind != consensus::VoteKind::nullify) {
    put(bytes, vote.value.parent_view.value, 8);
    put(bytes, vote.value.height.value, 8);
    bytes.insert(bytes.end(), vote.value.block.bytes.begin(), vote.value.block.bytes.end());
  }
  return bytes;
}

void sign_vote(consensus::Vote& vote, const crypto::PublicKey& key, std::uint64_t free_bytes,
               const crypto::Digest& network) {
  vote.signature = sign(key, signed_bytes(vote, network), free_bytes);
}

bool verify_signed(const consensus::Vote& vote, const crypto::PublicKey& key,
                   const crypto::Digest& network) {
  return simulator::verify(key, signed_bytes(vote, network), vote.signature);
}

}  // namespace centime::simulator
