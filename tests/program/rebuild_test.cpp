// `centime rebuild` on a disk that fails while the new store takes the old one's place.
#include <gmock/gmock.h>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

class Rebuild : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
    recorded_ = entries();
    ASSERT_EQ(stop(), 0);
  }

  // With every sync of the data directory's names failing but the first `after`.
  Result rebuild(int after) {
    return centime(
        {"rebuild", "--data", path("node"), "--json"},
        {{"LD_PRELOAD", CENTIME_DISK_FAULT}, {"DISK_FAULT", "names 5 " + std::to_string(after)}});
  }

  std::uint64_t recorded_ = 0;
};

TEST_F(Rebuild, SaysSoWhenANameIsNotDurableAndLosesNothing) {
  // One for each of the three renames.
  for (int after = 0; after < 3; ++after) {
    const Result failed = rebuild(after);
    EXPECT_EQ(failed.code, 1) << after << failed.out;
    EXPECT_EQ(json::parse(failed.out).at("error").at("code"), "unwritable_file") << failed.out;
    start();
    EXPECT_EQ(entries(), recorded_) << after;
    ASSERT_EQ(stop(), 0);
    std::filesystem::remove_all(path("node/db.before-rebuild"));
  }
  const Result done = rebuild(3);
  ASSERT_EQ(done.code, 0) << done.out;
  EXPECT_EQ(json::parse(done.out).at("entries").to_number<std::uint64_t>(), recorded_);
  start();
  EXPECT_EQ(entries(), recorded_);
}

TEST_F(Rebuild, LeavesTheStoreFromBeforeAnEarlierOneAlone) {
  ASSERT_EQ(rebuild(3).code, 0);
  const std::string kept = path("node/db.before-rebuild");
  write_text(kept + "/note", "the only original");
  const Result second = rebuild(3);
  EXPECT_EQ(second.code, 1);
  EXPECT_EQ(json::parse(second.out).at("error").at("code"), "directory_exists");
  EXPECT_THAT(second.out, ::testing::HasSubstr("move it to another place"));
  EXPECT_EQ(read_text(kept + "/note"), "the only original");

  std::filesystem::rename(kept, path("kept"));
  EXPECT_EQ(rebuild(3).code, 0);
  EXPECT_TRUE(std::filesystem::exists(kept));
}

TEST_F(Rebuild, AnUnfinishedSwapIsFinishedByTheNextStartOrNotAtAll) {
  std::filesystem::rename(path("node/db"), path("node/db.rebuilt"));
  for (const char* const command : {"status", "audit"}) {
    const Result reader = centime({command, "--data", path("node")});
    EXPECT_EQ(reader.code, 1);
    EXPECT_THAT(reader.out + reader.err, ::testing::HasSubstr("the new one is whole in"));
  }
  Process failing({"run", "--data", path("node"), "--json"},
                  {{"LD_PRELOAD", CENTIME_DISK_FAULT}, {"DISK_FAULT", "names 5 0"}});
  EXPECT_EQ(failing.wait(), 1);
  EXPECT_EQ(json::parse(failing.output()).at("error").at("code"), "unwritable_file");
  start();
  EXPECT_EQ(entries(), recorded_);
}

}  // namespace
}  // namespace centime::program::testing
