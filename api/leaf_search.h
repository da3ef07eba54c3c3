// Finds entries of the log by their leaf hash or its beginning; a seal's is its block's hash.
//
// There is no index by hash, so the log's own hashes are read, newest first, a tile of 256 at a
// time, and no more of them than asked for; of a whole hash no more once it is found. Pure reads of
// one snapshot.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "node/storage/snapshot.h"

namespace centime::api {

// Tiles that one search reads at most: the hashes of 131,072 entries, 4 MiB. Whoever waits behind a
// search on its worker waits some milliseconds.
inline constexpr std::uint64_t leaf_tiles_max = 512;

// The first digits of a hash.
class HashPrefix {
 public:
  // Nothing but for 1 to 64 lower-case hexadecimal digits.
  static std::optional<HashPrefix> from_hex(std::string_view hex);

  bool begins(crypto::BytesView hash) const;  // Requires 32 bytes.
  bool is_whole() const;                      // All 64 digits.

 private:
  crypto::Bytes whole_;               // Whole bytes of it.
  std::optional<std::uint8_t> half_;  // A digit behind them.
};

struct LeafHits {
  std::vector<ledger::EntryIndex> entries;  // Newest first.
  bool complete = true;  // False when older hashes were not looked at that could be more of them.
};

LeafHits find_leaves(const storage::Snapshot& snapshot, const HashPrefix& prefix,
                     std::uint64_t tiles_max = leaf_tiles_max);

}  // namespace centime::api
