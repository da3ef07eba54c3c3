// What becomes of a node whose disk is taken away, or fills up, under it.
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
    for (int i = 0; i < 1200 && !process().ended(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(process().ended()) << "it went on for a minute";
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

// Asked of the node and of its directory: the same.
TEST_F(Disk, StatusTellsOfADiskThatIsNearlyFull) {
  const auto free = [](const std::string& mb) {
    return Variables{{"LD_PRELOAD", CENTIME_DISK_FAULT}, {"DISK_FREE_MB", mb}};
  };
  struct Case {
    std::string mb, list, sentence;
    int code;
  };
  for (const auto& [mb, list, sentence, code] :
       {Case{"1024", "", "", 0}, Case{"1023", "warnings", "only 1023 MB of the disk are free", 0},
        Case{"100", "warnings", "only 100 MB of the disk are free", 0},
        Case{"99", "problems",
             "only 99 MB of the disk are free: make room, as a node whose disk is full stops",
             1}}) {
    start(free(mb));
    const Result asked = centime({"status", "--node", url(), "--json"});
    EXPECT_EQ(stop(), 0);
    const Result looked = centime({"status", "--data", path("node"), "--json"}, free(mb));
    for (const Result& result : {asked, looked}) {
      EXPECT_EQ(result.code, code) << mb << result.out;
      const auto status = json::parse(result.out);
      EXPECT_EQ(status.at("disk").at("free_bytes"), std::stoull(mb) << 20);
      EXPECT_GE(status.at("disk").at("total_bytes").to_number<std::uint64_t>(), 1U << 20);
      for (const std::string name : {"warnings", "problems"}) {
        EXPECT_EQ(status.at(name), name == list ? json::array{sentence} : json::array{})
            << mb << " " << name;
      }
    }
  }
}

TEST_F(Disk, TheLogSaysThatTheNoteOfWhatWasWrittenIsMissing) {
  start();
  EXPECT_THAT(process().errors(), Not(HasSubstr("missing_file")));
  EXPECT_EQ(stop(), 0);
  fs::remove(path("node/db/SYNCED"));
  const Result audited = centime({"audit", "--data", path("node")});
  EXPECT_EQ(audited.code, 0);
  EXPECT_THAT(audited.out, HasSubstr("warning: missing_file: "));
  start();
  EXPECT_THAT(process().errors(), HasSubstr(" warning missing_file: "));
  EXPECT_EQ(stop(), 0);
  start();
  EXPECT_THAT(process().errors(), Not(HasSubstr("missing_file"))) << "it has one again";
}

}  // namespace
}  // namespace centime::program::testing
