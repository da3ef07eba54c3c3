// `centime resume`: the only validator's old store was put back, and a person looks.
#include <gmock/gmock.h>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

class Resume : public Network {
 protected:
  // A copy of the store, and then more blocks.
  void SetUp() override {
    Network::SetUp();
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
    ASSERT_EQ(stop(), 0);
    std::filesystem::copy(path("node/db"), path("copy"), std::filesystem::copy_options::recursive);
    copied_ = height();
    start();
    ASSERT_EQ(
        import(csv("more.csv", {gift("gift-3", "5.00")}), {"--receipts", path("r3.csv")}).code, 0);
    ASSERT_EQ(stop(), 0);
    ASSERT_GT(height(), copied_);
  }

  void put_back() {
    std::filesystem::remove_all(path("node/db"));
    std::filesystem::copy(path("copy"), path("node/db"), std::filesystem::copy_options::recursive);
  }
  std::uint64_t height() {
    const Result status = centime({"status", "--data", path("node"), "--json"});
    return json::parse(status.out).at("height").to_number<std::uint64_t>();
  }
  static std::string error_of(const std::string& out) {
    return std::string(json::parse(out).at("error").at("code").as_string());
  }
  Result resume(std::uint64_t at) {
    return centime({"resume", "--data", path("node"), "--height", std::to_string(at), "--json"});
  }

  std::uint64_t copied_ = 0;
};

TEST_F(Resume, AnOldStoreIsNotStartedBeforeAPersonHasNamedItsLastBlock) {
  put_back();
  for (int i = 0; i < 2; ++i) {
    Process refused({"run", "--data", path("node"), "--json"}, {});
    EXPECT_EQ(refused.wait(), 1);
    EXPECT_EQ(error_of(refused.output()), "past_unknown");
    EXPECT_THAT(refused.output(),
                HasSubstr("centime resume --data DIR --height " + std::to_string(copied_)));
  }
  const Result other = resume(copied_ + 1);
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(error_of(other.out), "height_differs");
  const Result done = resume(copied_);
  ASSERT_EQ(done.code, 0) << done.out;
  EXPECT_EQ(json::parse(done.out).at("height").to_number<std::uint64_t>(), copied_);
  for (int i = 0; i < 2; ++i) {
    start();
    const std::string gift_id = "gift-" + std::to_string(10 + i);
    EXPECT_EQ(import(csv(gift_id + ".csv", {gift(gift_id, "5.00")}),
                     {"--receipts", path(gift_id + ".receipts")})
                  .code,
              0);
    EXPECT_EQ(stop(), 0);
  }
}

TEST_F(Resume, IsNotForARunningNode) {
  start();
  const Result running = resume(copied_);
  EXPECT_EQ(running.code, 1);
  EXPECT_EQ(error_of(running.out), "store_in_use");
}

}  // namespace
}  // namespace centime::program::testing
