#include "node/network/catch_up.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "crypto/wire_types.h"

namespace centime::network {
namespace {

using namespace std::chrono_literals;
using crypto::BundleId;
using crypto::Bytes;
using crypto::TileId;

// A whole log in memory, and what an honest node answers from it.
class Log {
 public:
  explicit Log(std::uint64_t size, std::uint8_t flavour = 0) {
    for (std::uint64_t i = 0; i < size; ++i) {
      entries_.push_back(crypto::to_bytes("entry " + std::to_string(i)));
      if (flavour != 0 && i == size / 2) entries_.back().push_back(flavour);
      tree_.append(crypto::hash_leaf(entries_.back()));
    }
  }

  CatchUp::Target target() const { return {tree_.size(), tree_.root()}; }
  const std::vector<Bytes>& entries() const { return entries_; }

  crypto::CompactRange beginning(std::uint64_t size) { return crypto::compact_range(tree_, size); }

  Bytes answer(const CatchUp::Piece& piece) {
    if (const auto* bundle = std::get_if<BundleId>(&piece)) {
      const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(bundle->index * 256);
      return crypto::encode_bundle(std::vector<Bytes>(first, first + bundle->width));
    }
    const auto& tile = std::get<TileId>(piece);
    std::vector<crypto::Digest> hashes;
    for (unsigned i = 0; i < tile.width; ++i)
      hashes.push_back(tree_.subtree(8 * tile.level, tile.index * 256 + i));
    return crypto::encode_tile(hashes);
  }

 private:
  std::vector<Bytes> entries_;
  crypto::MerkleCache tree_;
};

const Clock::time_point start{1h};

// How a peer answers; nothing stays unanswered.
using Behaviour = std::function<std::optional<Bytes>(const CatchUp::Piece&)>;

struct Outcome {
  std::vector<Bytes> entries;
  std::map<PeerId, CatchUpWord> faults;
  bool in_order = true;
  std::size_t most_held = 0;
  std::size_t most_asked = 0;
};

// Runs until nothing moves any more, however long the peers' rests are.
Outcome run(CatchUp& catch_up, std::uint64_t have, std::map<PeerId, Behaviour> peers) {
  Outcome outcome;
  for (const auto& [peer, behaviour] : peers) catch_up.add_peer(peer);
  auto now = start;
  for (int silent_turns = 0; silent_turns < 3 && !catch_up.done(); now += 11s) {
    ++silent_turns;
    while (true) {
      const auto requests = catch_up.requests(now);
      outcome.most_asked = std::max(outcome.most_asked, requests.size());
      if (requests.empty()) break;
      for (const auto& [peer, piece] : requests) {
        const auto bytes = peers.at(peer)(piece);
        if (!bytes) continue;
        silent_turns = 0;
        const auto taken = catch_up.answer(peer, piece, *bytes);
        if (!taken && taken.error() != CatchUpWord::not_asked) outcome.faults[peer] = taken.error();
      }
      outcome.most_held = std::max(outcome.most_held, catch_up.held_bytes());
      while (auto entries = catch_up.next()) {
        outcome.in_order &= entries->first == have + outcome.entries.size();
        std::ranges::move(entries->entries, std::back_inserter(outcome.entries));
      }
    }
  }
  return outcome;
}

Behaviour honest(Log& log) {
  return [&log](const CatchUp::Piece& piece) { return log.answer(piece); };
}

// Changes one byte of the answers to what `which` picks.
Behaviour liar(Log& log, std::function<bool(const CatchUp::Piece&)> which) {
  return [&log, which = std::move(which)](const CatchUp::Piece& piece) {
    auto bytes = log.answer(piece);
    if (which(piece)) bytes.back() ^= 1;
    return bytes;
  };
}

std::vector<Bytes> missing(const Log& log, std::uint64_t have) {
  return {log.entries().begin() + static_cast<std::ptrdiff_t>(have), log.entries().end()};
}

void expect_all(Log& log, std::uint64_t have, std::map<PeerId, Behaviour> peers) {
  CatchUp catch_up(log.beginning(have), log.target(), {});
  const auto outcome = run(catch_up, have, std::move(peers));
  EXPECT_TRUE(catch_up.done());
  EXPECT_TRUE(outcome.in_order);
  EXPECT_TRUE(outcome.entries == missing(log, have));
  EXPECT_TRUE(catch_up.requests(start + 1h).empty());
}

TEST(CatchUp, HandsOutWhatIsMissingInOrder) {
  for (const std::uint64_t size : {1, 2, 255, 256, 257, 511, 512, 700, 2560}) {
    Log log(size);
    for (const std::uint64_t have : {0UL, 1UL, size / 2, size - 1}) {
      if (have < size) expect_all(log, have, {{{1}, honest(log)}, {{2}, honest(log)}});
    }
  }
}

TEST(CatchUp, WorksDownThroughEveryLevelOfTiles) {
  Log log(65536 + 300);
  expect_all(log, 0, {{{1}, honest(log)}});
  expect_all(log, 65000, {{{1}, honest(log)}});
  expect_all(log, 65536, {{{1}, honest(log)}});
}

TEST(CatchUp, AFullTreeHasItsEdgeAtTheTop) {
  Log log(65536);
  expect_all(log, 1000, {{{1}, honest(log)}});
}

TEST(CatchUp, HasNothingToDoAtTheEnd) {
  Log log(300);
  CatchUp catch_up(log.beginning(300), log.target(), {});
  EXPECT_TRUE(catch_up.done());
  catch_up.add_peer({1});
  EXPECT_TRUE(catch_up.requests(start).empty());
}

TEST(CatchUp, NoticesThatTheQuorumsLogDoesNotBeginWithOurs) {
  Log theirs(1000), other(600, 'x');
  for (const std::uint64_t have : {301, 512, 600}) {
    CatchUp catch_up(other.beginning(have), theirs.target(), {});
    const auto outcome = run(catch_up, have, {{{1}, honest(theirs)}});
    EXPECT_TRUE(catch_up.other_history()) << have;
    EXPECT_FALSE(catch_up.done());
    EXPECT_TRUE(outcome.entries.empty());
    EXPECT_TRUE(outcome.faults.empty());
  }
  Log same_size(1000, 'x');
  const CatchUp catch_up(same_size.beginning(1000), theirs.target(), {});
  EXPECT_TRUE(catch_up.other_history());
  EXPECT_FALSE(catch_up.done());
}

TEST(CatchUp, NamesWhoGaveAFalseEdgeTileOrEntryAndGoesOn) {
  Log log(65536 + 900);
  const auto in_edge = [](const CatchUp::Piece& piece) {
    const auto* tile = std::get_if<TileId>(&piece);
    return tile != nullptr && tile->width < 256;
  };
  const auto full_tile = [](const CatchUp::Piece& piece) {
    const auto* tile = std::get_if<TileId>(&piece);
    return tile != nullptr && tile->width == 256;
  };
  const auto bundle = [](const CatchUp::Piece& piece) {
    return std::holds_alternative<BundleId>(piece);
  };
  for (const std::function<bool(const CatchUp::Piece&)>& which :
       {std::function<bool(const CatchUp::Piece&)>(in_edge),
        std::function<bool(const CatchUp::Piece&)>(full_tile),
        std::function<bool(const CatchUp::Piece&)>(bundle)}) {
    CatchUp catch_up(log.beginning(60000), log.target(), {});
    const auto outcome = run(catch_up, 60000, {{{1}, liar(log, which)}, {{2}, honest(log)}});
    EXPECT_TRUE(catch_up.done());
    EXPECT_TRUE(outcome.entries == missing(log, 60000));
    EXPECT_EQ(outcome.faults, (std::map<PeerId, CatchUpWord>{{{1}, CatchUpWord::wrong_hash}}));
  }
}

TEST(CatchUp, NamesWhoGaveAPieceOfAnotherLength) {
  Log log(1000);
  const auto cutter = [&](const CatchUp::Piece& piece) {
    auto bytes = log.answer(piece);
    bytes.pop_back();
    return std::optional(bytes);
  };
  CatchUp catch_up(log.beginning(0), log.target(), {});
  const auto outcome = run(catch_up, 0, {{{1}, cutter}, {{2}, honest(log)}});
  EXPECT_TRUE(catch_up.done());
  EXPECT_EQ(outcome.faults, (std::map<PeerId, CatchUpWord>{{{1}, CatchUpWord::bad_piece}}));
}

TEST(CatchUp, HandsOutNothingFromLiarsAlone) {
  Log log(1000);
  CatchUp catch_up(log.beginning(0), log.target(), {});
  const auto everything = [](const CatchUp::Piece&) { return true; };
  const auto outcome =
      run(catch_up, 0, {{{1}, liar(log, everything)}, {{2}, liar(log, everything)}});
  EXPECT_TRUE(outcome.entries.empty());
  EXPECT_EQ(outcome.faults.size(), 2U);
}

TEST(CatchUp, AsksAnotherPeerAfterSilence) {
  Log log(1000);
  const auto silent = [](const CatchUp::Piece&) { return std::optional<Bytes>(); };
  expect_all(log, 0, {{{1}, silent}, {{2}, honest(log)}});
}

TEST(CatchUp, APeerThatHasNotGotItRestsAndIsNotBlamed) {
  Log log(10);
  CatchUp catch_up(log.beginning(0), log.target(), {});
  catch_up.add_peer({1});
  auto requests = catch_up.requests(start);
  ASSERT_EQ(requests.size(), 1U);
  catch_up.has_not({1}, requests[0].piece, start);
  EXPECT_TRUE(catch_up.requests(start + 1s).empty());
  requests = catch_up.requests(start + 3s);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_TRUE(catch_up.answer({1}, requests[0].piece, log.answer(requests[0].piece)));
}

TEST(CatchUp, IgnoresWhatItDidNotAsk) {
  Log log(1000);
  CatchUp catch_up(log.beginning(0), log.target(), {});
  catch_up.add_peer({1});
  catch_up.add_peer({2});
  const auto requests = catch_up.requests(start);
  ASSERT_FALSE(requests.empty());
  const auto& [peer, piece] = requests[0];
  const PeerId other{3 - peer.value};
  EXPECT_EQ(catch_up.answer(other, piece, log.answer(piece)).error(), CatchUpWord::not_asked);
  const BundleId bundle{0, 256};
  EXPECT_EQ(catch_up.answer(peer, bundle, log.answer(bundle)).error(), CatchUpWord::not_asked);
  EXPECT_TRUE(catch_up.answer(peer, piece, log.answer(piece)));
  EXPECT_EQ(catch_up.answer(peer, piece, log.answer(piece)).error(), CatchUpWord::not_asked);
}

TEST(CatchUp, AsksNoFurtherThanItsWindowUntilEntriesAreTaken) {
  Log log(256 * 40);
  CatchUp catch_up(log.beginning(0), log.target(), {.window = 3, .asked_of_peer = 100});
  catch_up.add_peer({1});
  std::uint64_t furthest = 0;
  for (int turn = 0; turn < 10; ++turn) {
    for (const auto& [peer, piece] : catch_up.requests(start)) {
      if (const auto* bundle = std::get_if<BundleId>(&piece))
        furthest = std::max(furthest, bundle->index);
      ASSERT_TRUE(catch_up.answer(peer, piece, log.answer(piece)));
    }
  }
  EXPECT_EQ(furthest, 2U);
  EXPECT_TRUE(catch_up.next());
  bool asked = false;
  for (int turn = 0; turn < 3; ++turn) {
    for (const auto& [peer, piece] : catch_up.requests(start)) {
      asked |= piece == CatchUp::Piece(BundleId{3, 256});
      ASSERT_TRUE(catch_up.answer(peer, piece, log.answer(piece)));
    }
  }
  EXPECT_TRUE(asked);
}

TEST(CatchUp, HoldsLittleMoreThanItsBytes) {
  Log log(256 * 40);
  CatchUp catch_up(log.beginning(0), log.target(),
                   {.window = 40, .held_bytes = 8000, .asked_of_peer = 1});
  catch_up.add_peer({1});
  for (int turn = 0; turn < 100; ++turn) {
    for (const auto& [peer, piece] : catch_up.requests(start))
      ASSERT_TRUE(catch_up.answer(peer, piece, log.answer(piece)));
  }
  // A bundle of this log has some 3,200 bytes.
  EXPECT_GT(catch_up.held_bytes(), 8000U);
  EXPECT_LT(catch_up.held_bytes(), 8000U + 4000U);
}

TEST(CatchUp, ForgetsAPeerThatLeavesInTheMiddle) {
  Log log(2000);
  CatchUp catch_up(log.beginning(0), log.target(), {});
  catch_up.add_peer({1});
  ASSERT_FALSE(catch_up.requests(start).empty());
  catch_up.remove_peer({1});
  EXPECT_TRUE(catch_up.requests(start).empty());
  const auto outcome = run(catch_up, 0, {{{2}, honest(log)}});
  EXPECT_TRUE(catch_up.done());
  EXPECT_TRUE(outcome.entries == log.entries());
}

RC_GTEST_PROP(CatchUp, EndsWithTheQuorumsEntriesAsLongAsOnePeerIsHonest, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 3000);
  const auto have = *rc::gen::inRange<std::uint64_t>(0, size + 1);
  Log log(size);
  const auto draws = *rc::gen::container<std::vector<int>>(64, rc::gen::inRange(0, 4));
  std::size_t draw = 0;
  const auto fickle = [&](const CatchUp::Piece& piece) -> std::optional<Bytes> {
    auto bytes = log.answer(piece);
    switch (draws[draw++ % draws.size()]) {
      case 0:
        return std::nullopt;
      case 1:
        bytes.front() ^= 0x40;
        return bytes;
      case 2:
        bytes.push_back(0);
        return bytes;
      default:
        return bytes;
    }
  };
  CatchUp catch_up(log.beginning(have), log.target(), {.window = 4, .asked_of_peer = 2});
  const auto outcome = run(catch_up, have, {{{1}, fickle}, {{2}, honest(log)}, {{3}, fickle}});
  RC_ASSERT(catch_up.done());
  RC_ASSERT(outcome.entries == missing(log, have));
  RC_ASSERT(!outcome.faults.contains({2}));
}

}  // namespace
}  // namespace centime::network
