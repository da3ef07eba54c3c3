// What validators sign: one vote of one kind in one view, bound to its network and epoch.
//
// The signed bytes are fixed in layout and start with the network, so that no vote can be replayed
// on another network, epoch, view or kind. Source: Chan and Pass, Simplex Consensus, 2023.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <vector>

#include "crypto/canonical.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

namespace centime::consensus {

inline constexpr std::size_t validators_max = 50;

// Attempt number within an epoch, from 1; not a height. 0 is the epoch's start.
struct View {
  using integer_type = std::uint64_t;
  std::uint64_t value = 0;
  auto operator<=>(const View&) const = default;

  View next() const { return {value + 1}; }
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

// The numbers are signed. A NULLIFY says that its view should be skipped, and has no value.
enum class VoteKind : std::uint8_t { notarize, finalize, nullify };
constexpr auto enum_words(VoteKind) {
  return std::to_array<std::string_view>({"notarize", "finalize", "nullify"});
}
inline constexpr std::size_t vote_kinds = 3;

struct Vote {
  std::uint64_t epoch = 0;
  VoteKind kind{};
  View view;
  Value value;               // Only zeros in a NULLIFY; no bytes of it are encoded or signed there.
  std::uint16_t signer = 0;  // Index among the epoch's validators.
  crypto::Signature signature;
  bool operator==(const Vote&) const = default;

  // What is signed is the same; signatures aside.
  bool says_the_same_as(const Vote& other) const {
    return epoch == other.epoch && kind == other.kind && view == other.view &&
           value == other.value && signer == other.signer;
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("kind", kind),
            cereal::make_nvp("view", view));
    if (kind != VoteKind::nullify) archive(cereal::make_nvp("value", value));
    archive(cereal::make_nvp("signer", signer), cereal::make_nvp("signature", signature));
  }
};

// Who votes, and on which network.
struct ValidatorSet {
  crypto::Digest network;
  std::vector<crypto::PublicKey> keys;  // 1 to validators_max, in leader order.
};

// The bytes that a vote's signature covers:
//   tag "centime/vote/v1\n" ‖ u16 version 1 ‖ network 32 ‖ epoch 8 ‖ kind 1 ‖ view 8
//   and unless it is a NULLIFY: ‖ parent_view 8 ‖ height 8 ‖ block 32
crypto::Bytes vote_message(const crypto::Digest& network, const Vote& vote);

VoteKind vote_kind(crypto::BytesView message);  // Requires a vote_message().

bool verify_vote(const ValidatorSet& validators, const Vote& vote);

}  // namespace centime::consensus
