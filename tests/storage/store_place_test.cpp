// A store that is not where it was is a failed disk: what is written to it is lost.
#include "node/storage/store_place.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

namespace fs = std::filesystem;

class StorePlaceTest : public testing::Test {
 protected:
  StorePlaceTest() { store_ = open_store(test_options(directory_ / "node/db")); }

  // What a look at the disk stops with.
  std::string fault() const {
    try {
      store_->check_place();
      return "no fault";
    } catch (const StorageFailure& failure) {
      return failure.what();
    }
  }
  void expect_fault(std::string_view what) const {
    const std::string said = fault();
    EXPECT_TRUE(said.starts_with("disk_failed: " + (directory_ / "node/db/").string())) << said;
    EXPECT_NE(said.find(what), said.npos) << said;
    EXPECT_NE(said.find("restore a copy"), said.npos) << said;
  }
  void expect_removed() const { expect_fault("the store was removed or moved"); }
  void expect_replaced() const { expect_fault("the store was replaced"); }
  void move(const std::string& from, const std::string& to) const {
    fs::rename(directory_ / from, directory_ / to);
  }
  void copy(const std::string& from, const std::string& to) const {
    fs::copy(directory_ / from, directory_ / to, fs::copy_options::recursive);
  }

  const TempDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(StorePlaceTest, IsFoundWhereItWasWhateverIsWritten) {
  for (int i = 0; i < 3; ++i) {
    EntryBlock block;
    block.add(crypto::Bytes(100, 'e'));
    block.end(store_->snapshot()->head());
    store_->commit(block.write());
    EXPECT_EQ(fault(), "no fault");
  }
}

TEST_F(StorePlaceTest, IsMissedWhenItsDirectoryOrTheOneAboveIsMovedAway) {
  move("node/db", "node/elsewhere");
  expect_removed();
  move("node/elsewhere", "node/db");
  EXPECT_EQ(fault(), "no fault") << "it is the same one";
  move("node", "elsewhere");
  expect_removed();
  std::ofstream(directory_ / "node") << "no directory";
  expect_removed();
}

TEST_F(StorePlaceTest, IsMissedWhenItIsRemoved) {
  fs::remove_all(directory_ / "node/db");
  expect_removed();
  fs::create_directory(directory_ / "node/db");
  expect_removed();
}

TEST_F(StorePlaceTest, IsMissedWhenACopyIsInItsPlace) {
  copy("node/db", "copy");
  move("node/db", "node/db.old");
  move("copy", "node/db");
  expect_replaced();
}

TEST_F(StorePlaceTest, IsMissedWhenALinkLeadsToACopy) {
  copy("node", "copy");
  move("node", "old");
  fs::create_directory_symlink("copy", directory_ / "node");
  expect_replaced();
  fs::remove(directory_ / "node");
  fs::create_directory_symlink("old", directory_ / "node");
  EXPECT_EQ(fault(), "no fault") << "moved, and still found by its path";
}

// RocksDB's lock keeps a second node away only while it is there.
TEST_F(StorePlaceTest, IsMissedWhenItsLockIsRemoved) {
  fs::remove(directory_ / "node/db/LOCK");
  expect_removed();
  std::ofstream(directory_ / "node/db/LOCK") << "";
  expect_replaced();
}

TEST_F(StorePlaceTest, OfAReaderIsNobodysConcern) {
  auto options = test_options(directory_ / "node/db");
  options.read_only = true;
  const auto reader = open_store(options);
  move("node", "elsewhere");
  EXPECT_NO_THROW(reader->check_place());
}

}  // namespace
}  // namespace centime::storage
