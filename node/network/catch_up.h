// Fetches the entries that a node lacks from its peers, and checks them before one byte is used.
//
// Pure: it says whom to ask for what, is given the answers, and hands out entries in order. It
// trusts one thing, the size and root of a checkpoint that a quorum signed, and works down from
// there: the tiles at the right edge are what the root is made of; a full tile is checked against
// its hash in the tile above; a bundle's entries against their hashes in the tile of leaves. So an
// answer is judged by itself when it comes, and who gave a false one is known. What is held is
// bounded by the window. Source: C2SP tlog-tiles; RFC 9162, 2.1.
//
//   CatchUp catch_up(our_log, {size, root}, limits);      catch_up.add_peer(peer);
//   for (auto& ask : catch_up.requests(now)) …            catch_up.answer(peer, piece, bytes);
//   while (auto entries = catch_up.next()) …              until done() or other_history()
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/tiles.h"
#include "node/network/backoff.h"
#include "node/network/peer.h"

namespace centime::network {

enum class CatchUpWord : std::uint8_t {
  not_asked,   // Not asked of this peer, or asked too long ago: ignored.
  bad_piece,   // Not a tile or a bundle of that width.
  wrong_hash,  // Not what the checkpoint says.
};
constexpr auto enum_words(CatchUpWord) {
  return std::to_array<std::string_view>({"not_asked", "bad_piece", "wrong_hash"});
}

class CatchUp {
 public:
  // Of a checkpoint that the caller has verified.
  struct Target {
    std::uint64_t size = 0;
    crypto::Digest root;
  };
  struct Limits {
    std::size_t window = 16;             // Bundles asked for or held, from the next one on.
    std::size_t held_bytes = 16U << 20;  // Beyond it only the next bundle is asked for.
    std::size_t asked_of_peer = 4;       // At once.
    milliseconds patience{10'000};       // For an answer.
    milliseconds rest{2'000};            // Of a peer that had no answer.
  };
  using Piece = std::variant<crypto::TileId, crypto::BundleId>;
  struct Request {
    PeerId peer;
    Piece piece;
  };
  struct Entries {
    std::uint64_t first = 0;
    std::vector<crypto::Bytes> entries;
  };

  // `ours` is the log we have. Requires ours.size() <= target.size.
  CatchUp(crypto::CompactRange ours, const Target& target, const Limits& limits);

  void add_peer(PeerId peer);
  void remove_peer(PeerId peer);

  // What to ask now. What was asked longer ago than the limits' patience is asked of another.
  std::vector<Request> requests(Clock::time_point now);

  // After bad_piece or wrong_hash the peer is removed: what else it says is worth nothing.
  std::expected<void, CatchUpWord> answer(PeerId peer, const Piece& piece, crypto::BytesView bytes);

  // The peer has not got it; nothing wrong with that.
  void has_not(PeerId peer, const Piece& piece, Clock::time_point now);

  // The next entries, checked, without gaps from ours.size() on.
  std::optional<Entries> next();

  bool done() const { return next_entry_ == target_.size && !other_history_; }

  // The quorum's log does not begin with ours. Nothing is handed out; for the operator to hear.
  bool other_history() const { return other_history_; }

  std::size_t held_bytes() const { return held_bytes_; }

 private:
  using Hashes = std::vector<crypto::Digest>;
  using Node = std::pair<unsigned, std::uint64_t>;  // Level and index of a tile.
  struct PeerState {
    std::size_t asked = 0;
    Clock::time_point rests_until{};
  };
  struct Asked {
    PeerId peer;
    Clock::time_point until;
  };
  struct Held {
    std::vector<crypto::Bytes> entries;
    std::size_t bytes = 0;
  };

  std::uint64_t next_bundle() const { return next_entry_ / crypto::tile_width; }
  bool has_edge() const { return edge_missing_.empty(); }
  Piece piece_for(std::uint64_t bundle) const;
  std::vector<Piece> wanted() const;
  std::optional<PeerId> choose_peer(Clock::time_point now);
  void forget_late(Clock::time_point now);
  void drop_request(std::map<Piece, Asked>::iterator asked);
  void begin_edge();
  std::expected<void, CatchUpWord> take_edge(const crypto::TileId& tile, Hashes hashes);
  std::expected<void, CatchUpWord> take_tile(const crypto::TileId& tile, crypto::BytesView bytes);
  std::expected<void, CatchUpWord> take_bundle(const crypto::BundleId& bundle,
                                               crypto::BytesView bytes);
  void compare_histories();
  void forget_passed_tiles();

  const crypto::CompactRange ours_;
  const Target target_;
  const Limits limits_;
  std::uint64_t next_entry_;
  bool compared_ = false, other_history_ = false;

  std::map<PeerId, PeerState> peers_;
  std::map<Piece, Asked> asked_;
  PeerId last_asked_{};

  std::map<Node, Hashes> tiles_;  // Checked; of the edge until all of it is there.
  std::map<Node, crypto::TileId> edge_missing_;
  std::optional<PeerId> edge_peer_;     // One peer gives the whole edge: it is checked as a whole.
  std::map<std::uint64_t, Held> held_;  // Bundles, checked.
  std::size_t held_bytes_ = 0;
};

}  // namespace centime::network
