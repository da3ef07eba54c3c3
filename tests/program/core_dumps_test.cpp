#include "node/program/core_dumps.h"

#include <gmock/gmock.h>
#include <sys/prctl.h>

#include <fstream>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using CoreDumps = Network;

// A core that is handed to a program is held back by this alone.
TEST(CoreDumpsOfAProcess, AreForbiddenWhereverTheyWouldGo) {
  const pid_t child = ::fork();
  if (child == 0) {
    leave_no_core_dumps();
    ::_exit(::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// Its memory has the member's secret key.
TEST_F(CoreDumps, AreNotLeftOfARunningNode) {
  start();
  pid_t node = 0;
  if (!(std::ifstream("/proc/thread-self/children") >> node))
    GTEST_SKIP() << "this system does not tell who a process's children are";
  EXPECT_THAT(read_text("/proc/" + std::to_string(node) + "/limits"),
              ::testing::ContainsRegex("Max core file size +0 +0 "));
}

}  // namespace
}  // namespace centime::program::testing
