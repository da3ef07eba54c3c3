// What keeps a node from starting.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "node/program/file_limit.h"
#include "tests/program/network_fixture.h"
#include "tests/program/refused_run.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Run : public Network {};

std::function<void()> limited_to(rlim_t soft, rlim_t hard) {
  return [=] {
    const rlimit files{soft, hard};
    ::setrlimit(RLIMIT_NOFILE, &files);
  };
}

TEST_F(Run, ANodeWithTooFewFilesDoesNotStart) {
  const Result refused = refused_run(path("node"), {}, limited_to(256, 900));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err,
              HasSubstr("centime: too_few_files: the system lets this process open 900 "
                        "files and sockets, and a node needs 960"));
  EXPECT_THAT(refused.err, HasSubstr("LimitNOFILE="));
}

TEST_F(Run, ANodeTakesTheFilesThatItMayHave) {
  start({}, limited_to(256, 1'024));
  EXPECT_THAT(process().errors(), HasSubstr("leaves 128 connections to readers; LimitNOFILE="));
  EXPECT_EQ(stop(), 0);
  start({}, limited_to(256, 4'096));
  EXPECT_THAT(process().errors(), Not(HasSubstr("LimitNOFILE=")));
  EXPECT_EQ(stop(), 0);
}

TEST(ReaderConnections, AreWhatTheNodeItselfLeaves) {
  EXPECT_EQ(reader_connections(0).error().word, "too_few_files");
  EXPECT_EQ(reader_connections(files_kept + 63).error().word, "too_few_files");
  EXPECT_EQ(reader_connections(files_kept + 64)->count, 64U);
  EXPECT_TRUE(reader_connections(files_kept + 1'023)->few);
  EXPECT_FALSE(reader_connections(files_kept + 1'024)->few);
  EXPECT_EQ(reader_connections(1'048'576)->count, 16'384U);
}

}  // namespace
}  // namespace centime::program::testing
