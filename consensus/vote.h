// What validators sign: votes on blocks, and the certificates that enough votes make.
//
// A vote's signed bytes are fixed in layout and start with the network, so that none can be
// replayed on another network, epoch or kind. Source: Chan and Pass, Simplex Consensus, 2023.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "crypto/canonical.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

namespace centime::consensus {

inline constexpr std::size_t validators_max = 50;

// Attempt number within an epoch, from 1; not a height.
struct View {
  using integer_type = std::uint64_t;
  std::uint64_t value = 0;
  auto operator<=>(const View&) const = default;
};

// Block number, from 0; not a view.
struct BlockHeight {
  using integer_type = std::uint64_t;
  std::uint64_t value = 0;
  auto operator<=>(const BlockHeight&) const = default;
};

// What a view decides on.
struct Value {
  View parent_view;  // Whose certificate justifies the parent; 0: the start of the epoch.
  BlockHeight height;
  crypto::Digest block;
  auto operator<=>(const Value&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("parent_view", parent_view), cereal::make_nvp("height", height),
            cereal::make_nvp("block", block));
  }
};

enum class VoteKind : std::uint8_t { notarize, finalize };
constexpr auto enum_words(VoteKind) {
  return std::to_array<std::string_view>({"notarize", "finalize"});
}

struct Vote {
  std::uint64_t epoch = 0;
  VoteKind kind{};
  View view;
  Value value;
  std::uint16_t signer = 0;  // Index among the epoch's validators.
  crypto::Signature signature;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("kind", kind),
            cereal::make_nvp("view", view), cereal::make_nvp("value", value),
            cereal::make_nvp("signer", signer), cereal::make_nvp("signature", signature));
  }
};

struct SignerSignature {
  std::uint16_t signer = 0;
  crypto::Signature signature;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("signer", signer), cereal::make_nvp("signature", signature));
  }
};

// A quorum's votes of one kind for one value in one view, by ascending signer.
struct Certificate {
  std::uint64_t epoch = 0;
  VoteKind kind{};
  View view;
  Value value;
  crypto::List<SignerSignature, validators_max> signatures;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("kind", kind),
            cereal::make_nvp("view", view), cereal::make_nvp("value", value),
            cereal::make_nvp("signatures", signatures));
  }
};

// Who votes, and on which network.
struct ValidatorSet {
  crypto::Digest network;
  std::vector<crypto::PublicKey> keys;  // 1 to validators_max, in leader order.
};

// The bytes that a vote's signature covers:
//   tag "centime/vote/v1\n" ‖ u16 version 1 ‖ network 32 ‖ epoch 8 ‖ kind 1 ‖ view 8 ‖ value 48
crypto::Bytes vote_message(const crypto::Digest& network, const Vote& vote);

bool verify_vote(const ValidatorSet& validators, const Vote& vote);

enum class CertificateError { bad_signers, no_quorum, bad_signature };

// Judges a certificate on its own signatures only.
std::expected<void, CertificateError> verify_certificate(const ValidatorSet& validators,
                                                         const Certificate& certificate);

}  // namespace centime::consensus
