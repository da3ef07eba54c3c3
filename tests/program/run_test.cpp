// What ends a running node, what keeps one from starting, and what whoever starts it again is told.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "node/program/file_limit.h"
#include "node/program/outcome.h"
#include "tests/program/network_fixture.h"
#include "tests/program/refused_run.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Run : public Network {
 protected:
  // Until the log says it; false after a minute.
  bool logs(const std::string& text) {
    for (int i = 0; i < 6000; ++i) {
      if (process().errors().find(text) != std::string::npos) return true;
      if (process().ended()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return process().errors().find(text) != std::string::npos;
  }

  // A port that is taken until the test ends.
  std::string taken_port() {
    taken_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(taken_, any, size), 0);
    EXPECT_EQ(::listen(taken_, 1), 0);
    EXPECT_EQ(::getsockname(taken_, any, &size), 0);
    return std::to_string(::ntohs(address.sin_port));
  }

  void TearDown() override {
    if (taken_ >= 0) ::close(taken_);
    Network::TearDown();
  }

  int taken_ = -1;
};

// A terminal for a process that begins, and its other end, which has to stay open.
class Terminal {
 public:
  Terminal() : main_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(main_);
    ::unlockpt(main_);
    name_ = ::ptsname(main_);
  }
  ~Terminal() { ::close(main_); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void become_stdin() const { ::dup2(::open(name_.c_str(), O_RDWR | O_NOCTTY), STDIN_FILENO); }

 private:
  int main_;
  std::string name_;
};

TEST_F(Run, AHangUpDoesNotEndAService) {
  start();
  process().signal(SIGHUP);
  EXPECT_TRUE(logs("SIGHUP: the node goes on"));
  EXPECT_GT(entries(), 0);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Run, AHangUpOfItsTerminalStopsANodeInOrder) {
  const Terminal terminal;
  start({}, [&] { terminal.become_stdin(); });
  process().signal(SIGHUP);
  EXPECT_EQ(process().wait(), 0);
  EXPECT_THAT(process().errors(), HasSubstr("SIGHUP: stopping"));
  EXPECT_THAT(process().errors(), HasSubstr("stopped at block"));
}

TEST_F(Run, WhatNohupIgnoresIsIgnored) {
  const Terminal terminal;
  start({}, [&] {
    terminal.become_stdin();
    ::signal(SIGHUP, SIG_IGN);
  });
  process().signal(SIGHUP);
  EXPECT_GT(entries(), 0);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Run, WhatMayPassHasAnExitCodeOfItsOwn) {
  start();
  EXPECT_EQ(refused_run(path("node")).code, 4) << "another node has the store";
  EXPECT_EQ(centime({"rebuild", "--data", path("node")}).code, 1) << "of no other command";
  EXPECT_EQ(stop(), 0);
  const std::string taken = "127.0.0.1:" + taken_port();
  for (const auto* name : {"CENTIME_LISTEN", "CENTIME_PEER_LISTEN"}) {
    const Result refused = refused_run(path("node"), {{name, taken}});
    EXPECT_EQ(refused.code, 4) << name;
    EXPECT_THAT(refused.err, HasSubstr("centime: cannot_listen: "));
  }
  // And nobody heard of it: its signatures may be another node's by now.
  EXPECT_THAT(refused_run(path("node"), {{"CENTIME_LISTEN", taken}}).err,
              Not(HasSubstr("network: ")));
  // A person has to look.
  const Variables bad{{"CENTIME_LISTEN", "nowhere"}};
  EXPECT_EQ(refused_run(path("node"), bad).code, 1);
  std::filesystem::rename(path("node/db"), path("elsewhere"));
  EXPECT_EQ(refused_run(path("node")).code, 1);
}

TEST(ServiceUnit, OfTheManualStartsAgainWhatMayPassAndNothingElse) {
  const std::string manual = read_text(std::string(CENTIME_SOURCE_DIR) + "/docs/operating.md");
  EXPECT_THAT(manual, HasSubstr("\nRestart=on-failure\n"));
  EXPECT_THAT(manual, HasSubstr("\nRestartPreventExitStatus=1 2 3\n"));
  EXPECT_EQ(exit_failed, 1);
  EXPECT_EQ(exit_called_wrongly, 2);
  EXPECT_EQ(exit_in_the_way, 4);
  // Without a pause systemd gives up after five starts in ten seconds.
  EXPECT_THAT(manual, HasSubstr("\nRestartSec=5\n"));
}

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
