#include "crypto/tiles.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "crypto/note.h"
#include "tests/crypto/vectors.h"

namespace centime::crypto::tiles_test {
namespace {

using Files = std::map<std::string, Bytes>;

std::uint64_t any_below(std::uint64_t end) { return *rc::gen::inRange<std::uint64_t>(0, end); }

MerkleCache tree_of(std::uint64_t size) {
  MerkleCache tree;
  for (std::uint64_t i = 0; i < size; ++i) tree.append(hash_leaf(as_bytes(std::to_string(i))));
  return tree;
}

Bytes tile_of(MerkleCache& tree, const TileId& tile) {
  std::vector<Digest> hashes;
  for (unsigned i = 0; i < tile.width; ++i)
    hashes.push_back(tree.subtree(tile_height * tile.level, tile.index * tile_width + i));
  return encode_tile(hashes);
}

Files published(MerkleCache& tree, std::uint64_t old_size) {
  Files files;
  for (const auto& tile : tiles_between(old_size, tree.size()))
    files[tile_path(tile)] = tile_of(tree, tile);
  return files;
}

TileReader reader_of(const Files& files, std::uint64_t size) {
  return TileReader(size, [&files](const TileId& tile) -> std::optional<Bytes> {
    const auto file = files.find(tile_path(tile));
    return file == files.end() ? std::nullopt : std::optional(file->second);
  });
}

TEST(TilePath, IsSpelledAsInTheSpecification) {
  EXPECT_EQ(tile_path({0, 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({0, 1234, 5}), "tile/0/x001/234.p/5");
  EXPECT_EQ(tile_path({3, 0, 255}), "tile/3/000.p/255");
  EXPECT_EQ(bundle_path({0}), "tile/entries/000");
  EXPECT_EQ(bundle_path({273, 112}), "tile/entries/273.p/112");
}

TEST(TilePath, RefusesEveryOtherSpelling) {
  for (const auto* path : {
           "",
           "tile",
           "tile/0",
           "tile/0/",
           "tile//000",
           "/tile/0/000",
           "tile/00/000",
           "tile/+1/000",
           "tile/8/000",
           "tile/-1/000",
           "tile/18446744073709551616/000",
           "tile/0/0",
           "tile/0/00",
           "tile/0/0000",
           "tile/0/1234",
           "tile/0/x000/001",
           "tile/0/001/234",
           "tile/0/x001/x234",
           "tile/0/X001/234",
           "tile/0/x001//234",
           "tile/0/000/",
           "tile/0/000.p",
           "tile/0/000.p/",
           "tile/0/000.p/0",
           "tile/0/000.p/05",
           "tile/0/000.p/256",
           "tile/0/000.p/257",
           "tile/0/000.p/5/",
           "tile/0/000.p/5.p/5",
           "tile/0/000.P/5",
           "tile/0/000?a",
           "tile/0/ 00",
           "tile/0/../000",
           "tile/7/001",                                // Beyond leaf 2^64.
           "tile/0/x072/x057/x594/x037/x927/936",       // The same, by one tile.
           "tile/0/x018/x446/x744/x073/x709/x551/616",  // An index of 2^64.
           "tile/entries/000",
       })
    EXPECT_FALSE(parse_tile_path(path)) << path;
  for (const auto* path :
       {"tile/0/000", "tile/entries/", "tile/entries/0", "tile/entries/000.p/256",
        "tile/entries/x072/x057/x594/x037/x927/936", "tile/entries/entries/000"})
    EXPECT_FALSE(parse_bundle_path(path)) << path;
  EXPECT_TRUE(parse_tile_path("tile/0/x072/x057/x594/x037/x927/935"));
}

RC_GTEST_PROP(TilePath, ParsesToWhatItSpells, ()) {
  const auto level = static_cast<unsigned>(any_below(tile_levels));
  const auto last = level == 7 ? 0 : std::numeric_limits<std::uint64_t>::max() >> (8 * (level + 1));
  const auto index = *rc::gen::arbitrary<std::uint64_t>() & last;
  const auto width = static_cast<unsigned>(1 + any_below(tile_width));
  const TileId tile{level, index, width};
  RC_ASSERT(parse_tile_path(tile_path(tile)) == tile);
  const BundleId bundle{index, width};
  RC_ASSERT(parse_bundle_path(bundle_path(bundle)) == bundle);
}

RC_GTEST_PROP(TilePath, ParsesOnlyWhatItSpells, ()) {
  const auto path =
      "tile/0/" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0012x/.p5")));
  const auto tile = parse_tile_path(path);
  if (tile) RC_ASSERT(tile_path(*tile) == path);
}

TEST(TilesOf, GivesTheExamplesOfTheSpecification) {
  EXPECT_EQ(tiles_of(256), (std::vector<TileId>{{0, 0}, {1, 0, 1}}));
  const auto tiles = tiles_of(70'000);
  ASSERT_EQ(tiles.size(), 273u + 1 + 1 + 1 + 1);
  EXPECT_EQ(tiles[272], (TileId{0, 272}));
  EXPECT_EQ(tiles[273], (TileId{0, 273, 112}));
  EXPECT_EQ(tiles[274], (TileId{1, 0}));
  EXPECT_EQ(tiles[275], (TileId{1, 1, 17}));
  EXPECT_EQ(tiles[276], (TileId{2, 0, 1}));
  EXPECT_TRUE(tiles_of(0).empty());
  EXPECT_EQ(bundles_of(513), (std::vector<BundleId>{{0}, {1}, {2, 1}}));
}

RC_GTEST_PROP(TilesBetween, AreThoseOfTheNewSizeThatTheOldSizeLacks, ()) {
  const auto old_size = any_below(1200);
  const auto new_size = old_size + any_below(1200);
  const auto old_tiles = tiles_of(old_size);
  auto expected = tiles_of(new_size);
  std::erase_if(expected,
                [&](const auto& tile) { return std::ranges::count(old_tiles, tile) > 0; });
  RC_ASSERT(tiles_between(old_size, new_size) == expected);
}

RC_GTEST_PROP(BundlesBetween, AreThoseOfTheNewSizeThatTheOldSizeLacks, ()) {
  const auto old_size = any_below(1200);
  const auto new_size = old_size + any_below(1200);
  const auto old_bundles = bundles_of(old_size);
  auto expected = bundles_of(new_size);
  std::erase_if(expected, [&](const auto& b) { return std::ranges::count(old_bundles, b) > 0; });
  RC_ASSERT(bundles_between(old_size, new_size) == expected);
}

RC_GTEST_PROP(TileReader, GivesTheRootOfTheLeavesAndProofsThatVerify, ()) {
  const auto size = 1 + any_below(1500);
  auto tree = tree_of(size);
  const auto files = published(tree, 0);
  auto reader = reader_of(files, size);
  RC_ASSERT(root(reader, size) == tree.root());

  const auto index = any_below(size);
  RC_ASSERT(inclusion_proof(reader, index, size) == tree.inclusion_proof(index));
  const auto size1 = 1 + any_below(size);
  const auto proof = consistency_proof(reader, size1, size);
  RC_ASSERT(verify_consistency(size1, size, root(tree, size1), tree.root(), proof));
  RC_ASSERT(!reader.failure());
}

TEST(TileReader, ReadsATreeOfThreeTileLevels) {
  constexpr std::uint64_t size = 70'000;
  auto tree = tree_of(size);
  const auto files = published(tree, 0);
  auto reader = reader_of(files, size);
  EXPECT_EQ(root(reader, size), tree.root());
  for (const std::uint64_t index : {0u, 255u, 256u, 65'535u, 65'536u, 69'887u, 69'888u, 69'999u}) {
    const auto proof = inclusion_proof(reader, index, size);
    EXPECT_EQ(proof, tree.inclusion_proof(index)) << index;
  }
  EXPECT_FALSE(reader.failure());
}

// What was written for earlier sizes and then for the growth is all that the last size needs.
TEST(TileReader, FindsAllTilesOfALogThatWasPublishedAsItGrew) {
  MerkleCache tree;
  Files files;
  for (const std::uint64_t size : {1u, 3u, 255u, 256u, 257u, 700u, 1024u, 1100u}) {
    const auto old_size = tree.size();
    while (tree.size() < size) tree.append(hash_leaf(as_bytes(std::to_string(tree.size()))));
    files.merge(published(tree, old_size));
    auto reader = reader_of(files, size);
    EXPECT_EQ(root(reader, size), tree.root()) << size;
    EXPECT_FALSE(reader.failure()) << size;
  }
}

TEST(TileReader, TellsWhichTileWasAbsentOrMalformed) {
  auto tree = tree_of(600);
  auto files = published(tree, 0);
  files.erase("tile/0/001");
  auto reader = reader_of(files, 600);
  static_cast<void>(reader.subtree(0, 300));
  ASSERT_TRUE(reader.failure());
  EXPECT_EQ(reader.failure()->tile, (TileId{0, 1}));
  EXPECT_EQ(reader.failure()->error, TileError::absent);

  files["tile/0/002.p/88"].pop_back();
  auto second = reader_of(files, 600);
  static_cast<void>(second.subtree(0, 599));
  ASSERT_TRUE(second.failure());
  EXPECT_EQ(second.failure()->tile, (TileId{0, 2, 88}));
  EXPECT_EQ(second.failure()->error, TileError::wrong_length);
  static_cast<void>(second.subtree(0, 300));
  EXPECT_EQ(second.failure()->tile, (TileId{0, 2, 88})) << "the first failure stays";
}

TEST(TileWith, StopsAtSubtreesThatAreNotComplete) {
  EXPECT_DEATH(static_cast<void>(tile_with(3, 12, 100)), "complete");
  EXPECT_EQ(tile_with(3, 11, 100), (TileId{0, 0, 100}));
  EXPECT_EQ(tile_with(8, 0, 256), (TileId{1, 0, 1}));
  EXPECT_EQ(tile_with(7, 1, 256), (TileId{0, 0}));
}

TEST(HashesOfTile, NeedsExactly32BytesForEach) {
  auto tree = tree_of(5);
  const auto bytes = tile_of(tree, {0, 0, 5});
  EXPECT_EQ(bytes.size(), 160u);
  EXPECT_EQ(hashes_of_tile(bytes, 5)->at(4), tree.subtree(0, 4));
  EXPECT_EQ(hashes_of_tile(bytes, 4), std::unexpected(TileError::wrong_length));
  EXPECT_EQ(hashes_of_tile(bytes, 6), std::unexpected(TileError::wrong_length));
}

TEST(Bundle, IsLengthAndEntryBigEndian) {
  const Bytes entries[] = {to_bytes("one"), {}, Bytes(0x0102, 'x')};
  const auto bytes = encode_bundle(entries);
  EXPECT_EQ(to_hex(BytesView(bytes).first(9)), "00036f6e6500000102");
  EXPECT_EQ(decode_bundle(bytes, 3), std::vector<Bytes>(entries, entries + 3));
}

TEST(Bundle, RefusesOtherCountsAndCutEntries) {
  const Bytes entries[] = {to_bytes("one"), to_bytes("two")};
  auto bytes = encode_bundle(entries);
  EXPECT_EQ(decode_bundle(bytes, 1), std::unexpected(TileError::wrong_length));
  EXPECT_EQ(decode_bundle(bytes, 3), std::unexpected(TileError::wrong_length));
  EXPECT_EQ(decode_bundle({}, 1), std::unexpected(TileError::wrong_length));
  bytes.pop_back();
  EXPECT_EQ(decode_bundle(bytes, 2), std::unexpected(TileError::truncated));
  EXPECT_EQ(decode_bundle(Bytes{0}, 1), std::unexpected(TileError::truncated));
}

TEST(Bundle, HoldsTheLongestEntryAndStopsAtALonger) {
  const Bytes longest[] = {Bytes(entry_bytes_max)};
  EXPECT_EQ(decode_bundle(encode_bundle(longest), 1)->front(), longest[0]);
  const Bytes longer[] = {Bytes(entry_bytes_max + 1)};
  EXPECT_DEATH(static_cast<void>(encode_bundle(longer)), "two bytes");
}

RC_GTEST_PROP(Bundle, DecodesWhatItEncodesAndNothingElse, ()) {
  const auto entries =
      *rc::gen::resize(30, rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<Bytes>>()));
  auto bytes = encode_bundle(entries);
  const auto width = static_cast<unsigned>(entries.size());
  const auto same = decode_bundle(bytes, width);
  RC_ASSERT(same.has_value());
  RC_ASSERT(*same == entries);

  bytes[any_below(bytes.size())] ^= static_cast<std::uint8_t>(1u << any_below(8));
  const auto decoded = decode_bundle(bytes, width);
  if (decoded) RC_ASSERT(encode_bundle(*decoded) == bytes);
}

// A complete log of another implementation, with every state from 0 to 15 entries.
class TesseraLog : public SharedVectors {
 protected:
  static constexpr const char* folder = "tessera-log/testdata/log/";

  static std::string read(const std::string& path) { return read_vector(folder + path); }

  static Checkpoint checkpoint(const std::string& path) {
    const auto vkey = parse_vkey(
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
    const auto note = open_note(read(path), {{*vkey}});
    EXPECT_TRUE(note) << path;
    const auto parsed = parse_checkpoint(note->text);
    EXPECT_TRUE(parsed) << path;
    return *parsed;
  }

  static TileReader reader(std::uint64_t size) {
    return TileReader(size, [](const TileId& tile) { return to_bytes(read(tile_path(tile))); });
  }
};

TEST_F(TesseraLog, EveryCheckpointIsTheRootOfItsTilesAndEntries) {
  EXPECT_EQ(checkpoint("checkpoint"), checkpoint("checkpoint.15"));
  EXPECT_EQ(checkpoint("checkpoint.0").root, empty_root());
  for (unsigned size = 1; size <= 15; ++size) {
    const auto signed_state = checkpoint("checkpoint." + std::to_string(size));
    EXPECT_EQ(signed_state.size, size);
    const auto entries = decode_bundle(as_bytes(read(bundle_path({0, size}))), size);
    ASSERT_TRUE(entries) << size;
    std::vector<Digest> leaves;
    for (const auto& entry : *entries) leaves.push_back(hash_leaf(entry));
    EXPECT_EQ(merkle_root(leaves), signed_state.root) << size;

    const auto path = tile_path(tiles_of(size).front());
    EXPECT_EQ(hashes_of_tile(as_bytes(read(path)), size), leaves) << size;
    EXPECT_EQ(tiles_of(size).size(), 1u);
    auto tiles = reader(size);
    EXPECT_EQ(root(tiles, size), signed_state.root) << size;
    EXPECT_EQ(encode_bundle(*entries), to_bytes(read(bundle_path({0, size})))) << size;
  }
}

TEST_F(TesseraLog, ProofsFromItsTilesLeadToItsCheckpoints) {
  const auto last = checkpoint("checkpoint.15");
  auto tiles = reader(15);
  const auto entries = decode_bundle(as_bytes(read("tile/entries/000.p/15")), 15);
  for (unsigned size = 1; size <= 15; ++size) {
    const auto state = checkpoint("checkpoint." + std::to_string(size));
    EXPECT_TRUE(
        verify_consistency(size, 15, state.root, last.root, consistency_proof(tiles, size, 15)));
    EXPECT_TRUE(verify_inclusion(size - 1, 15, hash_leaf(entries->at(size - 1)),
                                 inclusion_proof(tiles, size - 1, 15), last.root));
  }
}

}  // namespace
}  // namespace centime::crypto::tiles_test
