#include "node/storage/log_edge.h"

#include <utility>

#include "crypto/check.h"

namespace centime::storage {

LogEdge::LogEdge(std::array<std::vector<crypto::Digest>, crypto::tile_levels> levels,
                 std::uint64_t size)
    : levels_(std::move(levels)), size_(size) {
  for (unsigned level = 0; level < crypto::tile_levels; ++level)
    crypto::check(
        levels_[level].size() == (size >> (crypto::tile_height * level)) % crypto::tile_width,
        "an edge holds what its tiles lack");
}

}  // namespace centime::storage
