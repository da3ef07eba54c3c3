// The parts of a snapshot that are the log itself: entries, blocks, tiles.
#include <fmt/format.h>

#include <utility>

#include "crypto/check.h"
#include "node/storage/rows.h"
#include "node/storage/snapshot.h"
#include "node/storage/snapshot_parts.h"

namespace centime::storage {

using crypto::Bytes;
using crypto::BytesView;
using crypto::check;

Bytes Snapshot::entry(ledger::EntryIndex index) const {
  check(index.value < head().size, "an entry asked for is in the log");
  Bytes row;
  if (!parts_->get(Column::entries, entry_key(index), row))
    parts_->bad_row(Column::entries, fmt::format("entry {} is missing", index.value));
  return row;
}

bool Snapshot::for_each_entry(ledger::EntryIndex first, ledger::EntryIndex last,
                              const EntryVisitor& visit) const {
  check(first <= last && last.value <= head().size, "entries asked for are in the log");
  // A single bundle is worth keeping in the cache; a long scan would only drive others out.
  const bool bulk = last - first > crypto::tile_width;
  auto cursor = parts_->database->cursor(parts_->view, Column::entries,
                                         {.lower = crypto::to_bytes(entry_key(first)),
                                          .upper = crypto::to_bytes(entry_key(last)),
                                          .bulk = bulk});
  cursor.seek_first();
  for (auto index = first; index < last; index = index + 1) {
    if (!cursor.valid() || RowReader(cursor.key()).u64() != index.value)
      parts_->bad_row(Column::entries, fmt::format("entry {} is missing", index.value));
    if (!visit(index, cursor.value())) return false;
    cursor.next();
  }
  return true;
}

std::optional<BlockRow> Snapshot::block(ledger::Height height) const {
  Bytes row;
  if (head().empty() || height > head().height ||
      !parts_->get(Column::blocks, height_key(height), row))
    return std::nullopt;
  RowReader reader(row);
  BlockRow block;
  block.first_entry.value = reader.u64();
  block.seal_entry.value = reader.u64();
  if (reader.short_of_bytes())
    parts_->bad_row(Column::blocks, fmt::format("height {}", height.value));
  block.certificate = crypto::to_bytes(reader.rest());
  return block;
}

ledger::Height Snapshot::block_of(ledger::EntryIndex entry) const {
  check(entry.value < head().size, "an entry asked for is in the log");
  auto cursor = parts_->database->cursor(parts_->view, Column::seals, {});
  cursor.seek(entry_key(entry));
  if (!cursor.valid()) parts_->bad_row(Column::seals, "the last seal is missing");
  return {RowReader(cursor.value()).u64()};
}

std::optional<Bytes> Snapshot::tile(const crypto::TileId& id) const {
  check(id.level < crypto::tile_levels && 0 < id.width && id.width <= crypto::tile_width,
        "a tile's name is well formed");
  const auto hashes = head().size >> (crypto::tile_height * id.level);
  const auto full_tiles = hashes / crypto::tile_width;
  if (id.index > full_tiles) return std::nullopt;
  if (id.index == full_tiles) {
    const auto edge = parts_->edge.hashes(id.level);
    if (id.width > edge.size()) return std::nullopt;
    return crypto::encode_tile(edge.first(id.width));
  }
  Bytes row;
  constexpr std::size_t hash_size = sizeof(crypto::Digest::bytes);
  if (!parts_->get(Column::tiles, tile_key(id.level, id.index), row) ||
      row.size() != crypto::tile_width * hash_size)
    parts_->bad_row(Column::tiles, fmt::format("tile {}/{}", id.level, id.index));
  row.resize(id.width * hash_size);
  return row;
}

std::optional<Bytes> Snapshot::entry_bundle(const crypto::BundleId& id) const {
  check(0 < id.width && id.width <= crypto::tile_width, "a bundle's name is well formed");
  if (id.index > head().size / crypto::tile_width) return std::nullopt;
  const ledger::EntryIndex first{id.index * crypto::tile_width};
  if (head().size - first.value < id.width) return std::nullopt;
  Bytes bundle;
  for_each_entry(first, first + id.width, [&](ledger::EntryIndex, BytesView entry) {
    bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
    bundle.push_back(static_cast<std::uint8_t>(entry.size() & 0xff));
    bundle.insert(bundle.end(), entry.begin(), entry.end());
    return true;
  });
  return bundle;
}

crypto::TileReader Snapshot::log_hashes() const {
  return {head().size, [this](const crypto::TileId& id) { return tile(id); }};
}

}  // namespace centime::storage
