// The blocks above the last final one, and what executing them gave.
//
// Holds what proposals, certificates and own votes name, and their ancestors; the engine drops the
// rest with `retain`.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "consensus/step.h"

namespace centime::consensus {

// How the way from the last final block to another stands.
struct Path {
  enum class State {
    ready,        // All here and valid.
    missing,      // `at` is not here.
    unexecuted,   // `at` is to be executed next: all before it are valid.
    executing,    // `at` is being executed.
    invalid,      // `at` is invalid.
    conflicting,  // It does not descend from the last final block.
  };
  State state{};
  crypto::Digest at;
  std::vector<BlockPtr> blocks;  // Oldest first; complete unless missing or conflicting.
};

// What a child is held against.
struct ParentLink {
  crypto::Digest hash;
  BlockHeight height;
  std::uint64_t timestamp_ms = 0;
  bool closing = false;
};

class BlockTree {
 public:
  enum class Execution { none, running, valid, invalid };

  explicit BlockTree(const ParentLink& final) : final_(final) {}

  const ParentLink& final() const { return final_; }
  const BlockPtr* find(const crypto::Digest& hash) const;
  // Made here, or read from the own disk. Keeps what is here already.
  void insert(BlockPtr block, Execution execution = Execution::none);
  // Sent by a peer. The hash does not say that this is the block's body, executing it does: until
  // then what comes later takes the place of what another peer sent.
  void insert_from(PeerIndex source, BlockPtr block);
  void erase(const crypto::Digest& hash);
  // What this peer sent and nobody has begun to execute.
  void erase_from(PeerIndex source);
  void set_execution(const crypto::Digest& hash, Execution execution);
  Execution execution(const crypto::Digest& hash) const;  // `none` if it is not here.
  // Who sent its body; nothing for an own one, or none.
  std::optional<PeerIndex> source(const crypto::Digest& hash) const;
  // It is here with the body that its hash stands for: to be handed on.
  bool is_sound(const crypto::Digest& hash) const;

  Path path_to(const crypto::Digest& hash) const;
  // Requires a block that is here or the final one.
  ParentLink link_of(const crypto::Digest& hash) const;

  // The new final block; requires that it is here.
  void set_final(const crypto::Digest& hash);
  // Drops all but these and their ancestors.
  void retain(const std::set<crypto::Digest>& hashes);

  std::size_t size() const { return entries_.size(); }
  std::size_t body_bytes() const { return body_bytes_; }

 private:
  struct Entry {
    BlockPtr block;
    Execution execution = Execution::none;
    std::optional<PeerIndex> source;
  };

  ParentLink final_;
  std::map<crypto::Digest, Entry> entries_;
  std::size_t body_bytes_ = 0;
};

// True if these two may stand in one chain: R5 without what only execution shows.
bool extends(const ParentLink& parent, const Block& child);

}  // namespace centime::consensus
