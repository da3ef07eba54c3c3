// What becomes of a node whose disk is taken away under it.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class Disk : public Network {
 protected:
  void begin() {
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
  }

  // Which nobody has told anything since.
  void expect_to_stop(const std::string& sentence) {
    for (int i = 0; i < 200 && !process().ended(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(process().ended()) << "it went on for ten seconds";
    EXPECT_EQ(process().wait(), 3);
    EXPECT_THAT(process().errors(), HasSubstr("centime: storage failure: disk_failed: "));
    EXPECT_THAT(process().errors(), HasSubstr(sentence));
    EXPECT_THAT(process().errors(), EndsWith("; the node stops\n"));
  }
};

TEST_F(Disk, ANodeStopsWhenItsDirectoryIsMovedAway) {
  begin();
  fs::rename(path("node"), path("moved"));
  expect_to_stop("the store was removed or moved while the node ran");
  // What was confirmed is still in it.
  fs::rename(path("moved"), path("node"));
  start();
  EXPECT_GT(entries(), good_rows().size());
}

TEST_F(Disk, ANodeStopsWhenItsStoreIsRemoved) {
  begin();
  // Again where the node itself removes a file meanwhile.
  for (std::error_code error; fs::exists(path("node/db"));) fs::remove_all(path("node/db"), error);
  expect_to_stop("put it back where it was, or restore a copy");
}

TEST_F(Disk, ANodeStopsWhenACopyTakesItsStoresPlace) {
  fs::copy(path("node/db"), path("copy"), fs::copy_options::recursive);
  begin();
  fs::rename(path("node/db"), path("node/db.old"));
  fs::rename(path("copy"), path("node/db"));
  expect_to_stop("the store was replaced while the node ran");
}

TEST_F(Disk, TheLogSaysThatTheNoteOfWhatWasWrittenIsMissing) {
  start();
  EXPECT_THAT(process().errors(), Not(HasSubstr("missing_file")));
  EXPECT_EQ(stop(), 0);
  fs::remove(path("node/db/SYNCED"));
  start();
  EXPECT_THAT(process().errors(), HasSubstr(" warning missing_file: "));
  EXPECT_EQ(stop(), 0);
  start();
  EXPECT_THAT(process().errors(), Not(HasSubstr("missing_file"))) << "it has one again";
}

}  // namespace
}  // namespace centime::program::testing
