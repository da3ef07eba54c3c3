#include "crypto/merkle.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <utility>

#include "crypto/check.h"

namespace centime::crypto {
namespace {

// Where a tree of n >= 2 leaves is split: the largest power of two below n.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

unsigned level_of(std::uint64_t power_of_two) {
  return static_cast<unsigned>(std::countr_zero(power_of_two));
}

// Folds complete subtrees, largest first, into the root above them.
Digest fold(std::span<const Digest> hashes) {
  Digest root = hashes.back();
  for (std::size_t i = hashes.size() - 1; i > 0; --i) root = hash_children(hashes[i - 1], root);
  return root;
}

// The root over leaves [first, first + count), where first is a multiple of the smallest power of
// two that is not below count. Requires count > 0.
Digest range_root(HashSource& source, std::uint64_t first, std::uint64_t count) {
  std::vector<Digest> hashes;
  while (count > 0) {
    const auto part = std::bit_floor(count);
    hashes.push_back(source.subtree(level_of(part), first >> level_of(part)));
    first += part;
    count -= part;
  }
  return fold(hashes);
}

class LeafSource final : public HashSource {
 public:
  explicit LeafSource(std::span<const Digest> leaf_hashes) : leaf_hashes_(leaf_hashes) {}

  Digest subtree(unsigned level, std::uint64_t index) override {
    return merkle_root(leaf_hashes_.subspan(index << level, std::size_t{1} << level));
  }

 private:
  std::span<const Digest> leaf_hashes_;
};

}  // namespace

std::string_view to_string(ProofError error) {
  switch (error) {
    case ProofError::bad_position:
      return "bad_position";
    case ProofError::wrong_length:
      return "wrong_length";
    case ProofError::wrong_root:
      return "wrong_root";
  }
  check_failed("a ProofError has a name", std::source_location::current());
}

CompactRange::CompactRange(std::vector<Digest> hashes, std::uint64_t size)
    : hashes_(std::move(hashes)), size_(size) {
  check(hashes_.size() == static_cast<std::size_t>(std::popcount(size)),
        "a compact range has one hash per set bit of its size");
}

void CompactRange::append(const Digest& leaf_hash) { append_complete(0, leaf_hash); }

void CompactRange::append_complete(unsigned level, const Digest& subtree) {
  check(level < 64, "a subtree is below level 64");
  const auto leaves = std::uint64_t{1} << level;
  check(size_ % leaves == 0, "a complete subtree begins at a multiple of its size");
  check(size_ <= ~leaves, "a tree has at most 2^64 - 1 leaves");

  Digest merged = subtree;
  for (auto carry = size_ >> level; (carry & 1) != 0; carry >>= 1) {
    merged = hash_children(hashes_.back(), merged);
    hashes_.pop_back();
  }
  hashes_.push_back(merged);
  size_ += leaves;
}

Digest CompactRange::root() const { return hashes_.empty() ? empty_root() : fold(hashes_); }

Digest empty_root() { return sha256(BytesView()); }

Digest merkle_root(std::span<const Digest> leaf_hashes) {
  CompactRange range;
  for (const auto& leaf_hash : leaf_hashes) range.append(leaf_hash);
  return range.root();
}

std::expected<void, ProofError> verify_inclusion(std::uint64_t leaf_index, std::uint64_t tree_size,
                                                 const Digest& leaf_hash,
                                                 std::span<const Digest> proof,
                                                 const Digest& root) {
  if (leaf_index >= tree_size) return std::unexpected(ProofError::bad_position);

  // The node's index in its level, and that of the level's last node: RFC 9162, 2.1.3.2.
  auto node = leaf_index;
  auto last = tree_size - 1;
  Digest hash = leaf_hash;
  for (const auto& sibling : proof) {
    if (last == 0) return std::unexpected(ProofError::wrong_length);
    if (node % 2 == 1 || node == last) {
      hash = hash_children(sibling, hash);
      // A last node that is a left child has no sibling: it rises as it is until it is a right one.
      while (node % 2 == 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = hash_children(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::unexpected(ProofError::wrong_length);
  if (hash != root) return std::unexpected(ProofError::wrong_root);
  return {};
}

std::expected<void, ProofError> verify_consistency(std::uint64_t size1, std::uint64_t size2,
                                                   const Digest& root1, const Digest& root2,
                                                   std::span<const Digest> proof) {
  if (size1 == 0 || size1 > size2) return std::unexpected(ProofError::bad_position);
  if (size1 == size2) {
    if (!proof.empty()) return std::unexpected(ProofError::wrong_length);
    if (root1 != root2) return std::unexpected(ProofError::wrong_root);
    return {};
  }
  if (proof.empty()) return std::unexpected(ProofError::wrong_length);

  // RFC 9162, 2.1.4.2. A first tree that is one complete subtree is its own first hash.
  const bool complete = std::has_single_bit(size1);
  const auto rises = std::countr_one(size1 - 1);
  auto node = (size1 - 1) >> rises;
  auto last = (size2 - 1) >> rises;
  Digest hash1 = complete ? root1 : proof.front();
  Digest hash2 = hash1;
  for (const auto& sibling : proof.subspan(complete ? 0 : 1)) {
    if (last == 0) return std::unexpected(ProofError::wrong_length);
    if (node % 2 == 1 || node == last) {
      hash1 = hash_children(sibling, hash1);
      hash2 = hash_children(sibling, hash2);
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash2 = hash_children(hash2, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::unexpected(ProofError::wrong_length);
  if (hash1 != root1 || hash2 != root2) return std::unexpected(ProofError::wrong_root);
  return {};
}

Digest root(HashSource& source, std::uint64_t size) {
  return size == 0 ? empty_root() : range_root(source, 0, size);
}

CompactRange compact_range(HashSource& source, std::uint64_t size) {
  std::vector<Digest> hashes;
  for (auto rest = size; rest > 0; rest -= std::bit_floor(rest)) {
    const auto level = level_of(std::bit_floor(rest));
    hashes.push_back(source.subtree(level, (size - rest) >> level));
  }
  return {std::move(hashes), size};
}

std::vector<Digest> inclusion_proof(HashSource& source, std::uint64_t index, std::uint64_t size) {
  check(index < size, "a leaf that is proven is in the tree");
  std::vector<Digest> proof;
  std::uint64_t first = 0;
  // From the root down, RFC 9162, 2.1.3.1: the half that holds the leaf is entered, the other
  // proven.
  for (auto count = size; count > 1;) {
    const auto left = split_of(count);
    if (index - first < left) {
      proof.push_back(range_root(source, first + left, count - left));
      count = left;
    } else {
      proof.push_back(source.subtree(level_of(left), first >> level_of(left)));
      first += left;
      count -= left;
    }
  }
  std::ranges::reverse(proof);
  return proof;
}

std::vector<Digest> inclusion_proof(std::span<const Digest> leaf_hashes, std::uint64_t index) {
  LeafSource source(leaf_hashes);
  return inclusion_proof(source, index, leaf_hashes.size());
}

std::vector<Digest> consistency_proof(HashSource& source, std::uint64_t size1,
                                      std::uint64_t size2) {
  check(0 < size1 && size1 <= size2,
        "consistency is proven from a tree that is not empty to a later");
  std::vector<Digest> proof;
  std::uint64_t first = 0;
  auto count = size2;
  // From the root down to the subtree at which the first tree ends, RFC 9162, 2.1.4.1.
  while (size1 - first != count) {
    const auto left = split_of(count);
    if (size1 - first <= left) {
      proof.push_back(range_root(source, first + left, count - left));
      count = left;
    } else {
      proof.push_back(source.subtree(level_of(left), first >> level_of(left)));
      first += left;
      count -= left;
    }
  }
  // At 0 that subtree is the whole first tree, whose root the verifier has.
  if (first > 0) proof.push_back(range_root(source, first, count));
  std::ranges::reverse(proof);
  return proof;
}

}  // namespace centime::crypto
