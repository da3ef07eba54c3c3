// Where each hash and entry of the log lies in its published files, and the bytes of those files.
//
// Knows names and bytes, never a disk or a socket: the caller brings the tiles. Nothing read here
// is trusted until a root computed from it equals a signed one. Source: C2SP tlog-tiles.
//
//   tile/<level>/<index>[.p/<width>]     width hashes of 32 bytes, of subtrees (8 * level, ...)
//   tile/entries/<index>[.p/<width>]     width times: u16 length, big-endian, then the entry
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"

namespace centime::crypto {

inline constexpr unsigned tile_height = 8;
inline constexpr unsigned tile_width = 256;  // Hashes in a full tile, entries in a full bundle.
inline constexpr unsigned tile_levels = 8;   // A tree of 2^64 - 1 leaves has no more.
inline constexpr std::size_t entry_bytes_max = 65535;

struct TileId {
  unsigned level = 0;           // Below tile_levels.
  std::uint64_t index = 0;      // Of the tile in its level; the tile lies below leaf 2^64.
  unsigned width = tile_width;  // Hashes in it, 1..256; below 256 the tile is partial.

  auto operator<=>(const TileId&) const = default;
};

struct BundleId {
  std::uint64_t index = 0;
  unsigned width = tile_width;

  auto operator<=>(const BundleId&) const = default;
};

enum class TileError {
  absent,        // The caller had no such tile.
  wrong_length,  // Not 32 bytes for each hash, or not as many entries as the bundle's width.
  truncated,     // A bundle that ends within an entry.
};

std::string_view to_string(TileError error);

// "tile/0/x001/234.p/5" and "tile/entries/x001/234.p/5", without a leading slash.
std::string tile_path(const TileId& tile);
std::string bundle_path(const BundleId& bundle);

// Nothing for any other spelling than tile_path's and bundle_path's own.
std::optional<TileId> parse_tile_path(std::string_view path);
std::optional<BundleId> parse_bundle_path(std::string_view path);

// Every tile and bundle that a tree of this size consists of, partial ones included, in order of
// level and index.
std::vector<TileId> tiles_of(std::uint64_t size);
std::vector<BundleId> bundles_of(std::uint64_t size);

// Those of a tree of new_size that a tree of old_size did not have yet: what is to be written after
// it grew. Requires old_size <= new_size.
std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t new_size);
std::vector<BundleId> bundles_between(std::uint64_t old_size, std::uint64_t new_size);

// The tile that holds the hash of subtree (level, index) of a tree of this size, or from which it
// is computed. Requires that subtree to be complete in the tree.
TileId tile_with(unsigned level, std::uint64_t index, std::uint64_t size);

std::expected<std::vector<Digest>, TileError> hashes_of_tile(BytesView bytes, unsigned width);

// The bytes of a tile. Requires 1..256 hashes.
Bytes encode_tile(std::span<const Digest> hashes);

// Requires 1..256 entries of at most 65,535 bytes.
Bytes encode_bundle(std::span<const Bytes> entries);

// Exactly width entries and not a byte more.
std::expected<std::vector<Bytes>, TileError> decode_bundle(BytesView bytes, unsigned width);

// Computes a tree's hashes from its tiles, and keeps the last tile of each level.
class TileReader final : public HashSource {
 public:
  // Gives a tile's bytes, or nothing if it can't be had.
  using Fetch = std::function<std::optional<Bytes>(const TileId&)>;

  TileReader(std::uint64_t size, Fetch fetch);

  // After a failure, zero: a root or proof made of it will not verify.
  Digest subtree(unsigned level, std::uint64_t index) override;

  // The first tile that was absent or malformed. To be asked before a result is used.
  struct Failure {
    TileId tile;
    TileError error;
  };
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  struct Loaded {
    TileId id;
    std::vector<Digest> hashes;  // Empty before the first.
  };

  const std::vector<Digest>* load(const TileId& tile);

  std::uint64_t size_;
  Fetch fetch_;
  std::array<Loaded, tile_levels> loaded_;
  std::optional<Failure> failure_;
};

}  // namespace centime::crypto
