// What `centime status` says where something is wrong.
#include <fmt/chrono.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Status : public Network {
 protected:
  // Of a node whose network began then, by the clock of who made it.
  Result of_network_from(const std::string& time) {
    std::string text(network_file);
    const std::string usual = "2026-01-01T00:00:00Z";
    text.replace(text.find(usual), usual.size(), time);
    const Result made = centime(
        {"network", "new", file("dated.toml", text), "--out", path("dated"), "--generate-keys"});
    EXPECT_EQ(made.code, 0) << made.err;
    const Result node =
        centime({"init", "--data", path("dated-node"), "--genesis", path("dated/genesis.bin"),
                 "--key", path("dated/keys/platform.key"), "--listen", "127.0.0.1:0"});
    EXPECT_EQ(node.code, 0) << node.err;
    return centime({"status", "--data", path("dated-node")});
  }
};

TEST_F(Status, SaysThatTheNewestBlockIsFromTheFuture) {
  const auto ahead = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
                     std::chrono::hours(20);
  const std::string time = fmt::format("{:%FT%T}", fmt::gmtime(ahead));
  const Result status = of_network_from(time + "Z");
  EXPECT_EQ(status.code, 1);
  EXPECT_THAT(status.out, StartsWith("PROBLEM: the newest block is dated " + time));
  EXPECT_THAT(status.out, HasSubstr(" minutes ahead of this machine's clock"));
}

TEST_F(Status, SaysNothingOfADateThatHasBeen) {
  EXPECT_THAT(of_network_from("2026-01-01T00:00:00Z").out, Not(HasSubstr("dated")));
}

}  // namespace
}  // namespace centime::program::testing
