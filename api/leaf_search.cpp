#include "api/leaf_search.h"

#include <algorithm>
#include <string>

#include "crypto/check.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

constexpr std::size_t hash_size = crypto::Digest{}.bytes.size();

}  // namespace

std::optional<HashPrefix> HashPrefix::from_hex(std::string_view hex) {
  if (hex.empty() || hex.size() > 2 * hash_size) return std::nullopt;
  const bool odd = hex.size() % 2 == 1;
  const auto bytes = crypto::from_hex(std::string(hex) + (odd ? "0" : ""));
  if (!bytes) return std::nullopt;
  HashPrefix prefix;
  prefix.whole_ = *bytes;
  if (odd) {
    prefix.half_ = prefix.whole_.back();
    prefix.whole_.pop_back();
  }
  return prefix;
}

bool HashPrefix::begins(crypto::BytesView hash) const {
  if (!std::ranges::equal(whole_, hash.first(whole_.size()))) return false;
  return !half_ || *half_ == (hash[whole_.size()] & 0xf0);
}

bool HashPrefix::is_whole() const { return whole_.size() == hash_size; }

LeafHits find_leaves(const storage::Snapshot& snapshot, const HashPrefix& prefix,
                     std::uint64_t tiles_max) {
  LeafHits hits;
  std::uint64_t end = snapshot.head().size;
  for (std::uint64_t read = 0; end > 0; ++read) {
    if (read == tiles_max) {
      hits.complete = false;
      break;
    }
    const std::uint64_t index = (end - 1) / crypto::tile_width;
    const std::uint64_t first = index * crypto::tile_width;
    const auto width = static_cast<unsigned>(end - first);
    const auto tile = snapshot.tile({0, index, width});
    crypto::check(tile.has_value(), "the log has a hash for each of its entries");
    for (unsigned i = width; i-- > 0;) {
      if (prefix.begins(crypto::BytesView(*tile).subspan(i * hash_size, hash_size)))
        hits.entries.push_back({first + i});
    }
    if (prefix.is_whole() && !hits.entries.empty()) break;
    end = first;
  }
  return hits;
}

}  // namespace centime::api
