#include "node/network/catch_up.h"

#include <algorithm>

#include "crypto/check.h"

namespace centime::network {
namespace {

using crypto::BundleId;
using crypto::tile_height;
using crypto::tile_levels;
using crypto::tile_width;
using crypto::TileId;

std::uint64_t nodes_at(std::uint64_t size, unsigned level) { return size >> (tile_height * level); }

// Hashes out of checked tiles.
class TileHashes final : public crypto::HashSource {
 public:
  explicit TileHashes(
      const std::map<std::pair<unsigned, std::uint64_t>, std::vector<crypto::Digest>>& tiles)
      : tiles_(tiles) {}

  crypto::Digest subtree(unsigned level, std::uint64_t index) override {
    const std::size_t count = std::size_t{1} << (level % tile_height);
    const std::uint64_t first = index * count;
    const auto& hashes = tiles_.at({level / tile_height, first / tile_width});
    return crypto::merkle_root(std::span(hashes).subspan(first % tile_width, count));
  }

 private:
  const std::map<std::pair<unsigned, std::uint64_t>, std::vector<crypto::Digest>>& tiles_;
};

}  // namespace

CatchUp::CatchUp(crypto::CompactRange ours, const Target& target, const Limits& limits)
    : ours_(std::move(ours)), target_(target), limits_(limits), next_entry_(ours_.size()) {
  crypto::check(next_entry_ <= target_.size, "one catches up with a longer log");
  crypto::check(limits.window > 0 && limits.asked_of_peer > 0, "limits of catching up allow some");
  if (next_entry_ < target_.size) {
    begin_edge();
    return;
  }
  compared_ = true;
  other_history_ = ours_.root() != target_.root;
}

void CatchUp::add_peer(PeerId peer) { peers_.try_emplace(peer); }

void CatchUp::remove_peer(PeerId peer) {
  for (auto asked = asked_.begin(); asked != asked_.end();) {
    const auto current = asked++;
    if (current->second.peer == peer) drop_request(current);
  }
  peers_.erase(peer);
  if (edge_peer_ == peer && !has_edge()) begin_edge();
}

void CatchUp::drop_request(std::map<Piece, Asked>::iterator asked) {
  if (const auto peer = peers_.find(asked->second.peer); peer != peers_.end()) --peer->second.asked;
  asked_.erase(asked);
}

// The tiles at the right edge of the tree: together they are what its root is made of.
void CatchUp::begin_edge() {
  edge_peer_.reset();
  edge_missing_.clear();
  tiles_.clear();
  for (unsigned level = 0; level < tile_levels; ++level) {
    const std::uint64_t nodes = nodes_at(target_.size, level);
    const auto width = static_cast<unsigned>(nodes % tile_width);
    const std::uint64_t index = nodes / tile_width;
    if (width > 0) edge_missing_[{level, index}] = {level, index, width};
  }
}

// What the bundle waits for: the topmost tile above it that is not here, or the bundle itself.
CatchUp::Piece CatchUp::piece_for(std::uint64_t bundle) const {
  std::optional<TileId> missing;
  for (unsigned level = 0; level < tile_levels; ++level) {
    const std::uint64_t index = nodes_at(bundle, level);
    if (tiles_.contains({level, index})) break;
    missing = TileId{level, index};
  }
  if (missing) return *missing;
  const std::uint64_t left = target_.size - bundle * tile_width;
  return BundleId{bundle, static_cast<unsigned>(std::min<std::uint64_t>(left, tile_width))};
}

std::vector<CatchUp::Piece> CatchUp::wanted() const {
  std::vector<Piece> pieces;
  if (!has_edge()) {
    for (const auto& [node, tile] : edge_missing_) pieces.emplace_back(tile);
    return pieces;
  }
  const std::uint64_t bundles = (target_.size + tile_width - 1) / tile_width;
  const std::uint64_t end = std::min<std::uint64_t>(bundles, next_bundle() + limits_.window);
  for (std::uint64_t bundle = next_bundle(); bundle < end; ++bundle) {
    if (held_bytes_ > limits_.held_bytes && bundle != next_bundle()) break;
    if (held_.contains(bundle)) continue;
    const Piece piece = piece_for(bundle);
    if (std::ranges::find(pieces, piece) == pieces.end()) pieces.push_back(piece);
  }
  return pieces;
}

// The next peer in turn that may be asked.
std::optional<PeerId> CatchUp::choose_peer(Clock::time_point now) {
  const auto free = [&](const auto& row) {
    return row.second.asked < limits_.asked_of_peer && now >= row.second.rests_until;
  };
  if (!has_edge() && edge_peer_) return edge_peer_;
  auto chosen = std::find_if(peers_.upper_bound(last_asked_), peers_.end(), free);
  if (chosen == peers_.end()) chosen = std::ranges::find_if(peers_, free);
  if (chosen == peers_.end()) return std::nullopt;
  last_asked_ = chosen->first;
  return chosen->first;
}

void CatchUp::forget_late(Clock::time_point now) {
  for (auto asked = asked_.begin(); asked != asked_.end();) {
    const auto current = asked++;
    if (now < current->second.until) continue;
    // A copy: has_not() erases.
    const auto [piece, late] = *current;
    has_not(late.peer, piece, now);
    asked = asked_.begin();
  }
}

std::vector<CatchUp::Request> CatchUp::requests(Clock::time_point now) {
  forget_late(now);
  std::vector<Request> requests;
  if (other_history_ || done()) return requests;
  for (const Piece& piece : wanted()) {
    if (asked_.contains(piece)) continue;
    const auto peer = choose_peer(now);
    if (!peer) break;
    if (!has_edge()) edge_peer_ = peer;
    asked_.emplace(piece, Asked{*peer, now + limits_.patience});
    ++peers_.at(*peer).asked;
    requests.push_back({*peer, piece});
  }
  return requests;
}

void CatchUp::has_not(PeerId peer, const Piece& piece, Clock::time_point now) {
  const auto asked = asked_.find(piece);
  if (asked == asked_.end() || asked->second.peer != peer) return;
  drop_request(asked);
  if (const auto state = peers_.find(peer); state != peers_.end())
    state->second.rests_until = now + limits_.rest;
  if (!has_edge() && edge_peer_ == peer) {
    // Another peer has to give the edge, and all of it.
    std::erase_if(asked_, [&](const auto& row) { return row.second.peer == peer; });
    if (const auto state = peers_.find(peer); state != peers_.end()) state->second.asked = 0;
    begin_edge();
  }
}

std::expected<void, CatchUpWord> CatchUp::answer(PeerId peer, const Piece& piece,
                                                 crypto::BytesView bytes) {
  const auto asked = asked_.find(piece);
  if (asked == asked_.end() || asked->second.peer != peer)
    return std::unexpected(CatchUpWord::not_asked);
  drop_request(asked);
  const auto* tile = std::get_if<TileId>(&piece);
  const auto taken =
      tile != nullptr ? take_tile(*tile, bytes) : take_bundle(std::get<BundleId>(piece), bytes);
  if (!taken) remove_peer(peer);
  return taken;
}

std::expected<void, CatchUpWord> CatchUp::take_tile(const TileId& tile, crypto::BytesView bytes) {
  auto hashes = crypto::hashes_of_tile(bytes, tile.width);
  if (!hashes) return std::unexpected(CatchUpWord::bad_piece);
  if (!has_edge()) return take_edge(tile, std::move(*hashes));
  const auto& above = tiles_.at({tile.level + 1, tile.index / tile_width});
  if (crypto::merkle_root(*hashes) != above[tile.index % tile_width])
    return std::unexpected(CatchUpWord::wrong_hash);
  tiles_[{tile.level, tile.index}] = std::move(*hashes);
  compare_histories();
  return {};
}

std::expected<void, CatchUpWord> CatchUp::take_edge(const TileId& tile, Hashes hashes) {
  edge_missing_.erase({tile.level, tile.index});
  tiles_[{tile.level, tile.index}] = std::move(hashes);
  if (!has_edge()) return {};
  crypto::CompactRange tree;
  for (auto row = tiles_.rbegin(); row != tiles_.rend(); ++row) {
    for (const crypto::Digest& hash : row->second)
      tree.append_complete(tile_height * row->first.first, hash);
  }
  if (tree.root() != target_.root) {
    begin_edge();
    return std::unexpected(CatchUpWord::wrong_hash);
  }
  compare_histories();
  return {};
}

// Ours must be the beginning of what the quorum signed. The tiles above the first bundle that we
// lack hold the hashes that our root is made of.
void CatchUp::compare_histories() {
  if (compared_ || !std::holds_alternative<BundleId>(piece_for(next_bundle()))) return;
  compared_ = true;
  TileHashes hashes(tiles_);
  other_history_ = crypto::root(hashes, ours_.size()) != ours_.root();
}

std::expected<void, CatchUpWord> CatchUp::take_bundle(const BundleId& bundle,
                                                      crypto::BytesView bytes) {
  auto entries = crypto::decode_bundle(bytes, bundle.width);
  if (!entries) return std::unexpected(CatchUpWord::bad_piece);
  const auto& leaves = tiles_.at({0, bundle.index});
  for (std::size_t i = 0; i < entries->size(); ++i) {
    if (crypto::hash_leaf((*entries)[i]) != leaves[i])
      return std::unexpected(CatchUpWord::wrong_hash);
  }
  held_bytes_ += bytes.size();
  held_.emplace(bundle.index, Held{std::move(*entries), bytes.size()});
  return {};
}

std::optional<CatchUp::Entries> CatchUp::next() {
  const auto ready = held_.find(next_bundle());
  if (other_history_ || ready == held_.end()) return std::nullopt;
  Entries entries{next_entry_, std::move(ready->second.entries)};
  // We may have the beginning of the first bundle already.
  const auto known = static_cast<std::ptrdiff_t>(next_entry_ % tile_width);
  entries.entries.erase(entries.entries.begin(), entries.entries.begin() + known);
  held_bytes_ -= ready->second.bytes;
  held_.erase(ready);
  next_entry_ += entries.entries.size();
  forget_passed_tiles();
  return entries;
}

void CatchUp::forget_passed_tiles() {
  std::erase_if(tiles_, [&](const auto& row) {
    const auto [level, index] = row.first;
    return index < nodes_at(next_bundle(), level);
  });
}

}  // namespace centime::network
