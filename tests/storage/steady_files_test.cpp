// What a reader makes of files that change while it opens them.
#include "node/storage/steady_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/storage/store_fixture.h"

namespace centime::storage {
namespace {

class SteadyFiles : public ::testing::Test {
 protected:
  SteadyFiles() {
    name("MANIFEST-000005");
    add_to("000007.log");
    add_to("000009.log");
  }

  void name(const std::string& list) { std::ofstream(directory_ / "CURRENT") << list << '\n'; }
  void add_to(std::string_view file) {
    std::ofstream(directory_ / file, std::ios::app) << "an edit";
  }

  // Calls `change` while each of the first `disturbed` attempts is under way.
  std::expected<void, std::string> open(int disturbed, const std::function<void()>& change,
                                        std::expected<void, std::string> result = {}) {
    return open_steadily(
        directory_.path(),
        [&, this] {
          if (opened_++ < disturbed) change();
          return result;
        },
        [this] { ++closed_; });
  }

  const TempDirectory directory_;
  const std::unexpected<std::string> torn_{"store_unreadable: torn"};
  int opened_ = 0;
  int closed_ = 0;
};

TEST_F(SteadyFiles, AreOpenedOnce) {
  EXPECT_TRUE(open(0, [] {}));
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(closed_, 0);
}

TEST_F(SteadyFiles, AreOpenedOnceThoughTheirListAndLogsGrew) {
  EXPECT_TRUE(open(1, [this] {
    add_to("MANIFEST-000005");
    add_to("000009.log");
    add_to("000011.log");
  }));
  EXPECT_EQ(opened_, 1);
}

TEST_F(SteadyFiles, AreOpenedAnewWhenALogWentAway) {
  EXPECT_TRUE(open(1, [this] { std::filesystem::remove(directory_ / "000007.log"); }));
  EXPECT_EQ(opened_, 2);
  EXPECT_EQ(closed_, 1);
}

TEST_F(SteadyFiles, AreOpenedAnewWhenThatFailedAsTheirListGrew) {
  const auto opened = open(3, [this] { add_to("MANIFEST-000005"); }, torn_);
  EXPECT_EQ(opened.error(), "store_unreadable: torn") << "once nobody else can have caused it";
  EXPECT_EQ(opened_, 4);
  EXPECT_EQ(closed_, 3);
}

TEST_F(SteadyFiles, AreOpenedAnewWhenThatFailedAsAnotherListIsTheirs) {
  EXPECT_FALSE(open(1, [this] { name("MANIFEST-000009"); }, torn_));
  EXPECT_EQ(opened_, 2);
}

TEST_F(SteadyFiles, KeepAnErrorThatNobodyElseCaused) {
  const auto opened = open(0, [] {}, torn_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), "store_unreadable: torn");
  EXPECT_EQ(opened_, 1);
}

TEST_F(SteadyFiles, AreGivenUpWhenTheyAreNeverAtRest) {
  const auto opened = open(1'000, [this] { add_to("MANIFEST-000005"); }, torn_);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().starts_with("store_in_use: another process replaces the files"))
      << opened.error();
  EXPECT_EQ(opened_, steady_attempts_max);
  EXPECT_EQ(closed_, steady_attempts_max);
}

}  // namespace
}  // namespace centime::storage
