#include "crypto/tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "crypto/check.h"

namespace centime::crypto {
namespace {

constexpr std::string_view entries_prefix = "tile/entries/";
constexpr std::string_view tiles_prefix = "tile/";

// The last tile of a level, in the largest tree.
constexpr std::uint64_t index_max(unsigned level) {
  const auto last_hash = (std::numeric_limits<std::uint64_t>::max() - 1) >> (tile_height * level);
  return last_hash >> tile_height;
}

bool is_width(unsigned width) { return 0 < width && width <= tile_width; }

// "x001/x234/067", and the width if the tile is partial.
std::string place(std::uint64_t index, unsigned width) {
  check(is_width(width), "a tile's width is 1..256");
  std::string text = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index > 0; index /= 1000)
    text.insert(0, fmt::format("x{:03}/", index % 1000));
  if (width < tile_width) text += fmt::format(".p/{}", width);
  return text;
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Reads leniently: whoever calls compares the result's own spelling with the text.
std::optional<BundleId> parse_place(std::string_view text) {
  BundleId place;
  if (const auto dot = text.find(".p/"); dot != text.npos) {
    const auto width = number(text.substr(dot + 3));
    if (!width || *width == 0 || *width > tile_width) return std::nullopt;
    place.width = static_cast<unsigned>(*width);
    text = text.substr(0, dot);
  }
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c != 'x' && c != '/'; });
  const auto index = number(digits);
  if (!index) return std::nullopt;
  place.index = *index;
  return place;
}

// Calls put(index, width) for each tile over hash_count hashes that was not there over old_count.
template <class Put>
void each_tile_between(std::uint64_t old_count, std::uint64_t hash_count, const Put& put) {
  for (auto first = old_count - old_count % tile_width; first < hash_count;) {
    const auto width = std::min<std::uint64_t>(tile_width, hash_count - first);
    if (first + width > old_count) put(first / tile_width, static_cast<unsigned>(width));
    first += width;
  }
}

}  // namespace

std::string_view to_string(TileError error) {
  switch (error) {
    case TileError::absent:
      return "absent";
    case TileError::wrong_length:
      return "wrong_length";
    case TileError::truncated:
      return "truncated";
  }
  check_failed("a TileError has a name", std::source_location::current());
}

std::string tile_path(const TileId& tile) {
  return fmt::format("{}{}/{}", tiles_prefix, tile.level, place(tile.index, tile.width));
}

std::string bundle_path(const BundleId& bundle) {
  return fmt::format("{}{}", entries_prefix, place(bundle.index, bundle.width));
}

std::optional<TileId> parse_tile_path(std::string_view path) {
  if (!path.starts_with(tiles_prefix)) return std::nullopt;
  const auto rest = path.substr(tiles_prefix.size());
  const auto slash = rest.find('/');
  if (slash == rest.npos) return std::nullopt;
  const auto level = number(rest.substr(0, slash));
  const auto where = parse_place(rest.substr(slash + 1));
  if (!level || *level >= tile_levels || !where) return std::nullopt;

  const TileId tile{static_cast<unsigned>(*level), where->index, where->width};
  if (tile.index > index_max(tile.level) || tile_path(tile) != path) return std::nullopt;
  return tile;
}

std::optional<BundleId> parse_bundle_path(std::string_view path) {
  if (!path.starts_with(entries_prefix)) return std::nullopt;
  const auto bundle = parse_place(path.substr(entries_prefix.size()));
  if (!bundle || bundle->index > index_max(0) || bundle_path(*bundle) != path) return std::nullopt;
  return bundle;
}

std::vector<TileId> tiles_of(std::uint64_t size) { return tiles_between(0, size); }

std::vector<BundleId> bundles_of(std::uint64_t size) { return bundles_between(0, size); }

std::vector<TileId> tiles_between(std::uint64_t old_size, std::uint64_t new_size) {
  check(old_size <= new_size, "a log does not shrink");
  std::vector<TileId> tiles;
  for (unsigned level = 0; level < tile_levels; ++level) {
    const auto shift = tile_height * level;
    each_tile_between(old_size >> shift, new_size >> shift,
                      [&](auto index, auto width) { tiles.push_back({level, index, width}); });
  }
  return tiles;
}

std::vector<BundleId> bundles_between(std::uint64_t old_size, std::uint64_t new_size) {
  check(old_size <= new_size, "a log does not shrink");
  std::vector<BundleId> bundles;
  each_tile_between(old_size, new_size,
                    [&](auto index, auto width) { bundles.push_back({index, width}); });
  return bundles;
}

TileId tile_with(unsigned level, std::uint64_t index, std::uint64_t size) {
  check(level < 64 && index < size >> level, "a subtree asked for is complete");
  const auto tile_level = level / tile_height;
  const auto first_hash = index << (level % tile_height);
  const auto hashes = size >> (tile_height * tile_level);
  const auto tile_index = first_hash / tile_width;
  const auto width = std::min<std::uint64_t>(tile_width, hashes - tile_index * tile_width);
  return {tile_level, tile_index, static_cast<unsigned>(width)};
}

std::expected<std::vector<Digest>, TileError> hashes_of_tile(BytesView bytes, unsigned width) {
  check(is_width(width), "a tile's width is 1..256");
  constexpr auto digest_size = sizeof(Digest::bytes);
  if (bytes.size() != width * digest_size) return std::unexpected(TileError::wrong_length);
  std::vector<Digest> hashes(width);
  for (auto& hash : hashes) {
    std::ranges::copy(bytes.first(digest_size), hash.bytes.begin());
    bytes = bytes.subspan(digest_size);
  }
  return hashes;
}

Bytes encode_tile(std::span<const Digest> hashes) {
  check(!hashes.empty() && hashes.size() <= tile_width, "a tile's width is 1..256");
  Bytes bytes;
  bytes.reserve(hashes.size() * sizeof(Digest::bytes));
  for (const auto& hash : hashes) bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
  return bytes;
}

Bytes encode_bundle(std::span<const Bytes> entries) {
  check(!entries.empty() && entries.size() <= tile_width, "a bundle's width is 1..256");
  Bytes bytes;
  for (const auto& entry : entries) {
    check(entry.size() <= entry_bytes_max, "an entry's length fits into two bytes");
    bytes.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(entry.size() & 0xff));
    bytes.insert(bytes.end(), entry.begin(), entry.end());
  }
  return bytes;
}

std::expected<std::vector<Bytes>, TileError> decode_bundle(BytesView bytes, unsigned width) {
  check(is_width(width), "a bundle's width is 1..256");
  std::vector<Bytes> entries;
  entries.reserve(width);
  while (!bytes.empty()) {
    if (entries.size() == width) return std::unexpected(TileError::wrong_length);
    if (bytes.size() < 2) return std::unexpected(TileError::truncated);
    const std::size_t length = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
    bytes = bytes.subspan(2);
    if (bytes.size() < length) return std::unexpected(TileError::truncated);
    entries.push_back(to_bytes(bytes.first(length)));
    bytes = bytes.subspan(length);
  }
  if (entries.size() != width) return std::unexpected(TileError::wrong_length);
  return entries;
}

TileReader::TileReader(std::uint64_t size, Fetch fetch) : size_(size), fetch_(std::move(fetch)) {}

Digest TileReader::subtree(unsigned level, std::uint64_t index) {
  const auto tile = tile_with(level, index, size_);
  const auto* const hashes = load(tile);
  if (hashes == nullptr) return {};
  const auto count = std::size_t{1} << (level % tile_height);
  return merkle_root(std::span(*hashes).subspan((index * count) % tile_width, count));
}

const std::vector<Digest>* TileReader::load(const TileId& tile) {
  auto& loaded = loaded_[tile.level];
  if (!loaded.hashes.empty() && loaded.id == tile) return &loaded.hashes;

  const auto bytes = fetch_(tile);
  auto hashes = bytes ? hashes_of_tile(*bytes, tile.width) : std::unexpected(TileError::absent);
  if (!hashes) {
    if (!failure_) failure_ = Failure{tile, hashes.error()};
    return nullptr;
  }
  loaded = {tile, std::move(*hashes)};
  return &loaded.hashes;
}

}  // namespace centime::crypto
