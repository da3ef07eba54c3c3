#include "node/storage/start_checks.h"

#include <fmt/format.h>

#include <utility>

#include "crypto/canonical.h"
#include "node/storage/rows.h"

namespace centime::storage {
namespace {

using crypto::Bytes;
using crypto::BytesView;
using Fault = std::unexpected<std::string>;

constexpr std::string_view remedy = "restore a backup, or run `centime rebuild`";

// The end of the log as the entries themselves tell it; an empty head if there are none.
std::expected<Head, std::string> last_seal(const Database& database) {
  Head head;
  auto cursor = database.cursor(Column::entries, {});
  cursor.seek_last();
  if (!cursor.valid()) return head;

  head.seal_entry = {RowReader(cursor.key()).u64()};
  const auto entry = crypto::decode<ledger::Entry>(cursor.value());
  const auto* const seal = entry ? std::get_if<ledger::Seal>(&*entry) : nullptr;
  if (seal == nullptr)
    return Fault(fmt::format("wrong_head: entry {}, the last one, is not a seal; {}",
                             head.seal_entry.value, remedy));
  head.seal = *seal;
  head.height = seal->height;
  head.size = head.seal_entry.value + 1;
  head.hash = crypto::hash_leaf(cursor.value());
  head.state_root = seal->state_root;
  head.account_count = seal->account_count;

  cursor.seek_first();
  if (RowReader(cursor.key()).u64() == 0) head.network = {crypto::sha256(cursor.value()).bytes};
  return head;
}

std::expected<void, std::string> check_meta(const Database& database, const Head& head) {
  Bytes row;
  const bool recorded = database.get(Column::meta, crypto::as_bytes("head"), row);
  if (recorded == head.empty())
    return Fault(fmt::format("wrong_head: the store records {} head but holds {} entries; {}",
                             recorded ? "a" : "no", head.size, remedy));
  if (head.empty()) return {};
  if (decode_head(row) != HeadRow{head.height, head.seal_entry, head.hash})
    return Fault(fmt::format(
        "wrong_head: the recorded head is not the seal at entry {}, block {}, which ends the "
        "entries; {}",
        head.seal_entry.value, head.height.value, remedy));
  if (!database.get(Column::meta, crypto::as_bytes("network"), row) ||
      crypto::Digest::from(row) != crypto::Digest{head.network.bytes})
    return Fault(fmt::format(
        "wrong_head: the recorded network is not that of the genesis entry; {}", remedy));
  return {};
}

// Entries that are gone from the end leave a log that holds, but less than was confirmed. A record
// that can't be read says nothing.
std::expected<void, std::string> check_nothing_cut(const Database& database, const Head& head) {
  Bytes row;
  if (!database.get(Column::meta, crypto::as_bytes("head"), row)) return {};
  const auto recorded = decode_head(row);
  if (!recorded || recorded->height < head.height || recorded->hash == head.hash) return {};
  return Fault(fmt::format(
      "store_incomplete: the store recorded block {} as its last, and its entries end with {}block "
      "{}; what followed is gone, so restore it from a copy",
      recorded->height.value, recorded->height == head.height ? "another " : "",
      head.height.value));
}

// Computes the edge anew from the last entries and the full tiles.
std::expected<LogEdge, std::string> read_edge(const Database& database, std::uint64_t size) {
  std::array<std::vector<crypto::Digest>, crypto::tile_levels> levels;
  const auto first = size - size % crypto::tile_width;
  auto cursor = database.cursor(Column::entries,
                                {.lower = crypto::to_bytes(entry_key({first})), .upper = {}});
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (RowReader(cursor.key()).u64() != first + levels[0].size()) break;
    levels[0].push_back(crypto::hash_leaf(cursor.value()));
  }
  if (levels[0].size() != size % crypto::tile_width)
    return Fault(
        fmt::format("wrong_log_root: entry {} is missing; {}", first + levels[0].size(), remedy));
  Bytes row;
  for (unsigned level = 1; level < crypto::tile_levels; ++level) {
    const auto hashes = size >> (crypto::tile_height * level);
    for (auto index = hashes - hashes % crypto::tile_width; index < hashes; ++index) {
      const bool found = database.get(Column::tiles, tile_key(level - 1, index), row);
      const auto tile = found ? crypto::hashes_of_tile(row, crypto::tile_width)
                              : std::unexpected(crypto::TileError::absent);
      if (!tile)
        return Fault(fmt::format("wrong_log_root: tile {}/{} is {}; {}", level - 1, index,
                                 found ? "malformed" : "missing", remedy));
      levels[level].push_back(crypto::merkle_root(*tile));
    }
  }
  return LogEdge(std::move(levels), size);
}

std::optional<Bytes> read_tile(const Database& database, const LogEdge& edge,
                               const crypto::TileId& id) {
  if (id.width < crypto::tile_width) return crypto::encode_tile(edge.hashes(id.level));
  Bytes row;
  if (!database.get(Column::tiles, tile_key(id.level, id.index), row)) return std::nullopt;
  return row;
}

std::expected<void, std::string> check_log(const Database& database, NewestState& state) {
  const auto size = state.head.size;
  auto edge = read_edge(database, size);
  if (!edge) return Fault(std::move(edge.error()));
  state.edge = std::move(*edge);

  crypto::TileReader hashes(
      size, [&](const crypto::TileId& id) { return read_tile(database, state.edge, id); });
  state.head.log = crypto::compact_range(hashes, size);
  // A subtree that is complete before the seal is the same one after it.
  const auto before_seal = crypto::root(hashes, size - 1);
  if (const auto& failure = hashes.failure())
    return Fault(fmt::format("wrong_log_root: {} is {}; {}", crypto::tile_path(failure->tile),
                             crypto::to_string(failure->error), remedy));
  if (before_seal != state.head.seal.log_root)
    return Fault(
        fmt::format("wrong_log_root: the log does not hash to what the seal of block {} says; {}",
                    state.head.height.value, remedy));
  return {};
}

std::expected<void, std::string> check_accounts(const Database& database, NewestState& state) {
  auto cursor = database.cursor(Column::accounts, {.lower = {}, .upper = {}, .bulk = true});
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (RowReader(cursor.key()).u32() != state.state_tree.size()) break;
    state.state_tree.append(crypto::hash_leaf(cursor.value()));
  }
  const auto expected = state.head.account_count;
  if (cursor.valid() || state.state_tree.size() != expected)
    return Fault(
        fmt::format("wrong_account_count: block {} has {} accounts, but the store holds {}{}; {}",
                    state.head.height.value, expected, state.state_tree.size(),
                    cursor.valid() ? " and one out of order" : "", remedy));
  if (state.state_tree.root() != state.head.state_root)
    return Fault(fmt::format(
        "wrong_state_root: the accounts do not hash to what the seal of block {} says; {}",
        state.head.height.value, remedy));
  return {};
}

}  // namespace

std::expected<void, std::string> check_format(Database& database, const FormatCheck& check) {
  Bytes row;
  if (!database.get(Column::meta, crypto::as_bytes("format"), row)) {
    auto entries = database.cursor(Column::entries, {});
    entries.seek_first();
    // A process that died while it made the store leaves one without entries and version.
    if (!check.create || entries.valid())
      return Fault("wrong_format_version: the store does not say its format version");
    auto batch = database.batch();
    batch.put(Column::meta, crypto::as_bytes("format"), Row().number(format_version));
    database.write(batch, true);
    return {};
  }
  RowReader reader(row);
  const auto version = reader.u32();
  const bool older = version >= 1 && version < format_version;
  if (reader.complete() && (version == format_version || (older && check.salvage))) return {};
  return Fault(
      fmt::format("wrong_format_version: the store has format {}, this program reads format {}{}",
                  version, format_version, older ? "; run `centime rebuild`" : ""));
}

std::expected<NewestState, std::string> checked_state(const Database& database) {
  auto head = last_seal(database);
  if (!head) return Fault(std::move(head.error()));
  NewestState state{std::move(*head), {}, {}};
  if (auto meta = check_meta(database, state.head); !meta) return Fault(std::move(meta.error()));
  if (state.head.empty()) return state;
  if (auto log = check_log(database, state); !log) return Fault(std::move(log.error()));
  if (auto tree = check_accounts(database, state); !tree) return Fault(std::move(tree.error()));
  return state;
}

std::expected<NewestState, std::string> salvaged_state(const Database& database) {
  auto head = last_seal(database);
  if (!head) return Fault(std::move(head.error()));
  if (auto whole = check_nothing_cut(database, *head); !whole) return Fault(whole.error());
  return NewestState{std::move(*head), {}, {}};
}

}  // namespace centime::storage
