#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "crypto/check.h"
#include "crypto/merkle.h"

namespace centime::crypto {
namespace {

// Hashes of one level that differ from the tree's, by ascending index.
using Changed = std::vector<std::pair<std::uint64_t, Digest>>;

using Levels = std::vector<std::vector<Digest>>;

// The changed hashes of the level above, of which count are complete.
Changed parents_of(const Changed& changed, std::span<const Digest> level, std::uint64_t count) {
  Changed parents;
  parents.reserve(changed.size());
  for (std::size_t i = 0; i < changed.size(); ++i) {
    const auto& [index, hash] = changed[i];
    const auto parent = index / 2;
    if (parent >= count) break;
    if (index % 2 == 1) {
      parents.emplace_back(parent, hash_children(level[index - 1], hash));
      continue;
    }
    const bool pair_changed = i + 1 < changed.size() && changed[i + 1].first == index + 1;
    parents.emplace_back(
        parent, hash_children(hash, pair_changed ? changed[i + 1].second : level[index + 1]));
    if (pair_changed) ++i;
  }
  return parents;
}

void check_changes(const MerkleCache::Changes& changes, std::uint64_t size,
                   std::uint64_t new_size) {
  check(new_size >= size, "a tree does not shrink");
  check(changes.empty() || changes.rbegin()->first < new_size, "changes lie within the tree");
  const auto appended = std::distance(changes.lower_bound(size), changes.end());
  check(static_cast<std::uint64_t>(appended) == new_size - size, "every new leaf has its hash");
}

class CacheView final : public HashSource {
 public:
  explicit CacheView(const Levels& levels) : levels_(levels) {}

  Digest subtree(unsigned level, std::uint64_t index) override { return levels_[level][index]; }

 private:
  const Levels& levels_;
};

}  // namespace

Digest MerkleCache::root() const {
  CacheView view(levels_);
  return crypto::root(view, size());
}

void MerkleCache::append(const Digest& leaf_hash) {
  auto hash = leaf_hash;
  auto index = size();
  for (std::size_t level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    if (index % 2 == 0) return;
    hash = hash_children(levels_[level][index - 1], hash);
    index /= 2;
  }
}

void MerkleCache::update(std::uint64_t index, const Digest& leaf_hash) {
  check(index < size(), "an updated leaf is in the tree");
  levels_[0][index] = leaf_hash;
  for (std::size_t level = 1; level < levels_.size(); ++level) {
    index /= 2;
    if (index >= levels_[level].size()) return;
    const auto& below = levels_[level - 1];
    levels_[level][index] = hash_children(below[2 * index], below[2 * index + 1]);
  }
}

Digest MerkleCache::root_with(const Changes& changes, std::uint64_t new_size) const {
  check_changes(changes, size(), new_size);
  Changed changed(changes.begin(), changes.end());
  std::vector<Digest> edge;  // The complete subtrees that end the tree, smallest first.
  for (unsigned level = 0; new_size >> level > 0; ++level) {
    // Of a level that is new altogether, every hash is changed.
    const auto kept =
        level < levels_.size() ? std::span(levels_[level]) : std::span<const Digest>();
    const auto count = new_size >> level;
    if (count % 2 == 1) {
      const bool last_changed = !changed.empty() && changed.back().first == count - 1;
      edge.push_back(last_changed ? changed.back().second : kept[count - 1]);
    }
    changed = parents_of(changed, kept, count / 2);
  }
  std::ranges::reverse(edge);
  return CompactRange(std::move(edge), new_size).root();
}

void MerkleCache::apply(const Changes& changes, std::uint64_t new_size) {
  check_changes(changes, size(), new_size);
  Changed changed(changes.begin(), changes.end());
  for (unsigned level = 0; !changed.empty(); ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    auto& kept = levels_[level];
    const auto count = new_size >> level;
    // Before they are written, so that the level above sees the same hashes as in root_with().
    auto parents = parents_of(changed, kept, count / 2);
    kept.resize(count);
    for (const auto& [index, hash] : changed) kept[index] = hash;
    changed = std::move(parents);
  }
}

std::vector<Digest> MerkleCache::inclusion_proof(std::uint64_t index) const {
  CacheView view(levels_);
  return crypto::inclusion_proof(view, index, size());
}

Digest MerkleCache::subtree(unsigned level, std::uint64_t index) {
  check(level < levels_.size() && index < levels_[level].size(), "a subtree asked for is complete");
  return levels_[level][index];
}

}  // namespace centime::crypto
