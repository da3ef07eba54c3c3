// The one Merkle tree of the ledger: roots, proofs, and the two shapes in which a tree is kept.
//
// Used for the log, for a submission's records and for the account heads. Leaves come in hashed
// (hash_leaf); the empty tree's root is SHA-256(""). Sizes and indexes use all 64 bits. Not safe
// for use by two threads at once unless const. Source: RFC 9162, section 2.1.
//
// A "subtree (level, index)" is the complete one over the leaves [index << level, (index + 1) <<
// level).
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/digest.h"

namespace centime::crypto {

enum class ProofError {
  bad_position,  // Index not below the size; the first size zero or above the second.
  wrong_length,  // Not exactly as many hashes as this position and size need.
  wrong_root,    // The hashes lead to another root.
};

std::string_view to_string(ProofError error);

// What a root needs of a tree that only grows at its end: the roots of its complete subtrees, one
// per set bit of the size, largest first.
class CompactRange {
 public:
  CompactRange() = default;

  // Requires one hash per set bit of size.
  CompactRange(std::vector<Digest> hashes, std::uint64_t size);

  void append(const Digest& leaf_hash);

  // Appends 2^level leaves at once. Requires size() to be a multiple of 2^level, level < 64.
  void append_complete(unsigned level, const Digest& subtree);

  std::uint64_t size() const { return size_; }
  const std::vector<Digest>& hashes() const { return hashes_; }
  Digest root() const;

 private:
  std::vector<Digest> hashes_;
  std::uint64_t size_ = 0;
};

Digest empty_root();
Digest merkle_root(std::span<const Digest> leaf_hashes);

// Of any inclusion proof: one hash a level, of trees of up to 2^64 leaves.
inline constexpr std::size_t proof_hashes_max = 64;

// Holds if the leaf is number leaf_index of the tree with this size and root.
std::expected<void, ProofError> verify_inclusion(std::uint64_t leaf_index, std::uint64_t tree_size,
                                                 const Digest& leaf_hash,
                                                 std::span<const Digest> proof, const Digest& root);

// Holds if the tree of size1 is a prefix of the tree of size2 >= size1. Equal sizes need equal
// roots and an empty proof.
std::expected<void, ProofError> verify_consistency(std::uint64_t size1, std::uint64_t size2,
                                                   const Digest& root1, const Digest& root2,
                                                   std::span<const Digest> proof);

// Where a prover finds the hashes of a tree that is too large to hold.
class HashSource {
 public:
  virtual ~HashSource() = default;

  // The hash of a subtree that is complete in the tree asked about; level 0 is the leaf hashes.
  virtual Digest subtree(unsigned level, std::uint64_t index) = 0;
};

Digest root(HashSource& source, std::uint64_t size);

// The compact range of the first size leaves, to go on appending from there.
CompactRange compact_range(HashSource& source, std::uint64_t size);

// Requires index < size.
std::vector<Digest> inclusion_proof(HashSource& source, std::uint64_t index, std::uint64_t size);
std::vector<Digest> inclusion_proof(std::span<const Digest> leaf_hashes, std::uint64_t index);

// Requires 0 < size1 <= size2.
std::vector<Digest> consistency_proof(HashSource& source, std::uint64_t size1, std::uint64_t size2);

// A tree in memory whose leaves may also change: every complete subtree is kept, 64 bytes a leaf,
// so an update hashes one path only.
class MerkleCache final : public HashSource {
 public:
  // New hashes by leaf index.
  using Changes = std::map<std::uint64_t, Digest>;

  std::uint64_t size() const { return levels_.empty() ? 0 : levels_.front().size(); }
  Digest root() const;

  void append(const Digest& leaf_hash);
  void update(std::uint64_t index, const Digest& leaf_hash);  // Requires index < size().

  // The root as it would be after these changes; the tree stays as it is. Requires
  // new_size >= size(), every index below new_size, and each index in [size(), new_size) present.
  Digest root_with(const Changes& changes, std::uint64_t new_size) const;

  // Makes those changes. Requires the same.
  void apply(const Changes& changes, std::uint64_t new_size);

  // Requires index < size().
  std::vector<Digest> inclusion_proof(std::uint64_t index) const;

  Digest subtree(unsigned level, std::uint64_t index) override;

 private:
  std::vector<std::vector<Digest>> levels_;  // levels_[level][index]; no level is empty.
};

}  // namespace centime::crypto
