// What the engine knows of a block: its place in the chain, and bytes that it does not read.
//
// There is no view in a block, so that the same block can be proposed again (D4). The hash binds
// the fields and, together with executing it on its parent, the body.
#pragma once

#include <memory>

#include "consensus/vote.h"

namespace centime::consensus {

inline constexpr std::size_t body_bytes_max = std::size_t{8} << 20;

struct Block {
  crypto::Digest hash;
  BlockHeight height;
  crypto::Digest parent;
  bool closing = false;            // The epoch ends with it.
  std::uint16_t proposer = 0;      // Index among the epoch's validators.
  std::uint64_t timestamp_ms = 0;  // Since 1970, above its parent's.
  crypto::Blob<body_bytes_max> body;
  bool operator==(const Block&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("hash", hash), cereal::make_nvp("height", height),
            cereal::make_nvp("parent", parent), cereal::make_nvp("closing", closing),
            cereal::make_nvp("proposer", proposer), cereal::make_nvp("timestamp_ms", timestamp_ms),
            cereal::make_nvp("body", body));
  }
};

// Bodies are large and travel through cache, effects and messages unchanged.
using BlockPtr = std::shared_ptr<const Block>;

}  // namespace centime::consensus
