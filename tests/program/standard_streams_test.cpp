#include "node/program/standard_streams.h"

#include <gmock/gmock.h>

#include "tests/program/network_fixture.h"
#include "tests/support/free_ports.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Whether a process that begins without the streams has all three, and what it opens next is none.
bool opens_without(std::initializer_list<int> closed) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int stream : closed) ::close(stream);
    const bool opened = open_standard_streams();
    const int next = ::open("/dev/null", O_RDONLY);
    ::_exit(opened && ::fcntl(0, F_GETFD) >= 0 && ::fcntl(1, F_GETFD) >= 0 &&
                    ::fcntl(2, F_GETFD) >= 0 && next > 2
                ? 0
                : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST(StandardStreams, AreOpenedWhereTheyAreClosed) {
  EXPECT_TRUE(opens_without({}));
  EXPECT_TRUE(opens_without({0}));
  EXPECT_TRUE(opens_without({1}));
  EXPECT_TRUE(opens_without({2}));
  EXPECT_TRUE(opens_without({0, 2}));
  EXPECT_TRUE(opens_without({0, 1, 2}));
}

using ClosedStreams = Network;

// Its log went into the file of the store that had been opened as number 2.
TEST_F(ClosedStreams, OfANodeThatRunsLeaveItsStoreAsItIs) {
  const std::string port = std::to_string(test::free_ports(1).front());
  Process node({"run", "--data", path("node"), "--listen", "127.0.0.1:" + port},
               {{"CENTIME_LOG_LEVEL", "debug"}}, [] {
                 for (const int stream : {0, 1, 2}) ::close(stream);
               });
  const std::string url = "http://127.0.0.1:" + port;
  Result status;
  for (int i = 0; i < 500 && status.code != 0 && !node.ended(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    status = centime({"status", "--node", url});
  }
  EXPECT_EQ(status.code, 0) << status.err;
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator(path("node"))) {
    if (!file.is_regular_file()) continue;
    EXPECT_THAT(read_text(file.path()), Not(HasSubstr("started: http"))) << file.path();
    EXPECT_THAT(read_text(file.path()), Not(HasSubstr(" is ready at "))) << file.path();
  }
  EXPECT_EQ(centime({"audit", "--data", path("node")}).code, 0);
}

// As from cron, on a full disk: whoever keeps the report finds an empty file.
TEST_F(ClosedStreams, AReportThatCanNotBeWrittenIsAnError) {
  for (const Arguments& arguments : {Arguments{"status", "--data", path("node")},
                                     Arguments{"status", "--data", path("node"), "--json"},
                                     Arguments{"keys", "show", key("platform")}}) {
    Process full(arguments, {}, [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); });
    EXPECT_EQ(full.wait(), 1) << arguments.front();
    EXPECT_THAT(full.errors(), HasSubstr("centime: unwritable_file: "));
  }
}

}  // namespace
}  // namespace centime::program::testing
