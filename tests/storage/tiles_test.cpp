// The tiles and bundles that a snapshot serves are the ones a naive log of the same entries has.
#include "crypto/tiles.h"

#include <gtest/gtest.h>

#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

// Keeps all it was given and computes everything from scratch.
class NaiveLog {
 public:
  void add(const ledger::Changes& changes) {
    entries_.insert(entries_.end(), changes.entries.begin(), changes.entries.end());
    leaves_.insert(leaves_.end(), changes.leaf_hashes.begin(), changes.leaf_hashes.end());
  }
  std::uint64_t size() const { return entries_.size(); }

  crypto::Bytes tile(const crypto::TileId& id) const {
    const auto leaves = std::size_t{1} << (crypto::tile_height * id.level);
    std::vector<crypto::Digest> hashes;
    for (std::uint64_t i = 0; i < id.width; ++i)
      hashes.push_back(crypto::merkle_root(
          std::span(leaves_).subspan((id.index * crypto::tile_width + i) * leaves, leaves)));
    return crypto::encode_tile(hashes);
  }
  crypto::Bytes bundle(const crypto::BundleId& id) const {
    return crypto::encode_bundle(
        std::span(entries_).subspan(id.index * crypto::tile_width, id.width));
  }
  crypto::Digest root() const { return crypto::merkle_root(leaves_); }

 private:
  std::vector<crypto::Bytes> entries_;
  std::vector<crypto::Digest> leaves_;
};

class TilesTest : public ::testing::Test {
 protected:
  TilesTest() : options_(test_options(directory_.path())) {
    options_.sync_commits = false;
    store_ = open_store(options_);
  }

  // Grows the log by one block to this size.
  void grow_to(std::uint64_t size) {
    const auto snapshot = store_->snapshot();
    EntryBlock block;
    for (auto index = snapshot->head().size; index + 1 < size; ++index)
      block.add(crypto::to_bytes("entry " + std::to_string(index) + std::string(index % 7, '.')));
    block.end(snapshot->head());
    store_->commit(block.write());
    naive_.add(block.changes);
    ASSERT_EQ(naive_.size(), size);
  }

  void check_tile(const crypto::TileId& id) {
    const auto tile = store_->snapshot()->tile(id);
    ASSERT_TRUE(tile) << crypto::tile_path(id);
    EXPECT_EQ(*tile, naive_.tile(id)) << crypto::tile_path(id);
  }

  void check_bundle(const crypto::BundleId& id) {
    const auto bundle = store_->snapshot()->entry_bundle(id);
    ASSERT_TRUE(bundle) << crypto::bundle_path(id);
    EXPECT_EQ(*bundle, naive_.bundle(id)) << crypto::bundle_path(id);
  }

  // The last tile of each level, the one before it, and nothing behind them.
  void check_edge() {
    const auto snapshot = store_->snapshot();
    const auto size = naive_.size();
    ASSERT_EQ(snapshot->head().log.root(), naive_.root());
    for (unsigned level = 0; level < crypto::tile_levels; ++level) {
      const auto hashes = size >> (crypto::tile_height * level);
      const auto full = hashes / crypto::tile_width;
      const auto width = static_cast<unsigned>(hashes % crypto::tile_width);
      if (full > 0) check_tile({level, full - 1, crypto::tile_width});
      if (full > 0) check_tile({level, full - 1, 77});
      if (width > 0) check_tile({level, full, width});
      if (width > 1) check_tile({level, full, width / 2});
      EXPECT_FALSE(snapshot->tile({level, full, width + 1})) << level;
      EXPECT_FALSE(snapshot->tile({level, full + 1, 1})) << level;
    }
    const auto full = size / crypto::tile_width;
    const auto width = static_cast<unsigned>(size % crypto::tile_width);
    if (full > 0) check_bundle({full - 1, crypto::tile_width});
    if (width > 0) check_bundle({full, width});
    EXPECT_FALSE(snapshot->entry_bundle({full, width + 1}));
    EXPECT_FALSE(snapshot->entry_bundle({full + 1, 1}));
  }

  TempDirectory directory_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  NaiveLog naive_;
};

TEST_F(TilesTest, AreRightAtEverySizeAroundTheFirstFullTiles) {
  grow_to(2);
  for (std::uint64_t size = 3; size <= 16; ++size) {
    grow_to(size);
    check_edge();
  }
  for (const std::uint64_t around : {256, 512, 768}) {
    for (std::uint64_t size = around - 3; size <= around + 3; ++size) {
      grow_to(size);
      check_edge();
    }
  }
  for (const auto& id : crypto::tiles_of(naive_.size())) check_tile(id);
  for (const auto& id : crypto::bundles_of(naive_.size())) check_bundle(id);
}

TEST_F(TilesTest, AreRightWhereTheSecondLevelFills) {
  for (std::uint64_t size = 1000; size < 65'000; size += 3'000) grow_to(size);
  for (std::uint64_t size = 65'533; size <= 65'539; ++size) {
    grow_to(size);
    check_edge();
  }
  // One block that fills tiles on all three levels, and some more.
  grow_to(2 * 65'536 + 300);
  check_edge();
  store_.reset();
  store_ = open_store(options_);
  check_edge();
  grow_to(2 * 65'536 + 513);
  check_edge();
  for (const auto& id : crypto::tiles_of(naive_.size())) {
    const auto tile = store_->snapshot()->tile(id);
    ASSERT_TRUE(tile) << crypto::tile_path(id);
    if (id.level > 0) EXPECT_EQ(*tile, naive_.tile(id)) << crypto::tile_path(id);
  }
}

TEST_F(TilesTest, AreTheSameAfterReopeningAtEverySize) {
  grow_to(2);
  for (const std::uint64_t size : {3, 255, 256, 257, 300, 511, 512, 513}) {
    grow_to(size);
    store_.reset();
    store_ = open_store(options_);
    check_edge();
  }
}

TEST_F(TilesTest, ProveInclusionAndConsistencyAtTheHead) {
  std::vector<std::pair<std::uint64_t, crypto::Digest>> roots;
  for (const std::uint64_t size : {2, 255, 257, 700, 1023, 1025}) {
    grow_to(size);
    roots.emplace_back(size, naive_.root());
    const auto snapshot = store_->snapshot();
    auto hashes = snapshot->log_hashes();
    for (const auto& [old_size, old_root] : roots) {
      const auto proof = crypto::consistency_proof(hashes, old_size, size);
      EXPECT_TRUE(crypto::verify_consistency(old_size, size, old_root, naive_.root(), proof));
    }
    EXPECT_FALSE(hashes.failure());
  }
}

}  // namespace
}  // namespace centime::storage
