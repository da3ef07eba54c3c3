// The right edge of the log's tiles: the hashes that do not fill a tile yet, level by level.
//
// Only full tiles are stored. What the edge holds can always be had again from the full tiles and
// the last entries, so it is kept in memory alone. A value; no disk.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/tiles.h"

namespace centime::storage {

class LogEdge {
 public:
  LogEdge() = default;

  // Requires for each level (size >> (8 * level)) % 256 hashes.
  LogEdge(std::array<std::vector<crypto::Digest>, crypto::tile_levels> levels, std::uint64_t size);

  // Adds a leaf. Calls full(level, index, hashes) for each tile that it fills, bottom up.
  template <class Full>
  void append(const crypto::Digest& leaf_hash, const Full& full) {
    ++size_;
    crypto::Digest hash = leaf_hash;
    for (unsigned level = 0; level < crypto::tile_levels; ++level) {
      auto& hashes = levels_[level];
      hashes.push_back(hash);
      if (hashes.size() < crypto::tile_width) return;
      full(level, (size_ >> (crypto::tile_height * (level + 1))) - 1,
           std::span<const crypto::Digest>(hashes));
      hash = crypto::merkle_root(hashes);
      hashes.clear();
    }
  }

  std::uint64_t size() const { return size_; }  // Of the whole log.
  std::span<const crypto::Digest> hashes(unsigned level) const { return levels_[level]; }

 private:
  std::array<std::vector<crypto::Digest>, crypto::tile_levels> levels_;
  std::uint64_t size_ = 0;
};

}  // namespace centime::storage
