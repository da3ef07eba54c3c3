// Kills and faults: nothing that was answered as final is ever lost, and no half block is seen.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "node/runtime/audit.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"

extern char** environ;

namespace centime::test {
namespace {

namespace fs = std::filesystem;

// Reference numbers that were answered as final, and their entries.
using Answered = std::map<std::uint64_t, std::uint64_t>;

struct Child {
  pid_t pid = -1;
  int output = -1;  // Read end of its standard output.
};

Child start(const std::vector<std::string>& command, const fs::path& errors) {
  std::array<int, 2> pipe_ends{};
  EXPECT_EQ(pipe(pipe_ends.data()), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  Child child;
  EXPECT_EQ(posix_spawnp(&child.pid, arguments[0], &actions, nullptr, arguments.data(), environ),
            0);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  child.output = pipe_ends[0];
  return child;
}

std::string read_some(int output) {
  std::array<char, 65'536> buffer;
  const auto size = read(output, buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

// A line that a kill cut short was not answered.
void add_answers(const std::string& output, Answered& answered) {
  std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
  std::uint64_t reference = 0;
  std::uint64_t entry = 0;
  while (lines >> reference >> entry) answered[reference] = entry;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Opens the store as the node does, which checks head, log root and state root, and looks for every
// answered record at the entry that the answer named.
void expect_all_there(const fs::path& directory, const Answered& answered) {
  storage::StoreOptions options;
  options.directory = directory / "db";
  const auto store = storage::Store::open(std::move(options));
  ASSERT_TRUE(store) << store.error();
  const auto snapshot = (*store)->snapshot();
  for (const auto& [reference, entry] : answered) {
    const auto found =
        snapshot->find_reference({"platform"}, {"gift-" + std::to_string(reference)});
    ASSERT_TRUE(found) << "gift-" << reference << " was answered and is gone";
    ASSERT_EQ(found->value, entry);
  }
  const auto seal = crypto::decode<ledger::Entry>(snapshot->entry({snapshot->head().size - 1}));
  ASSERT_TRUE(seal && std::holds_alternative<ledger::Seal>(*seal)) << "half a block is visible";
}

void expect_audit_passes(const fs::path& directory) {
  const auto source = runtime::open_store_source(directory);
  ASSERT_TRUE(source) << source.error();
  const auto report = runtime::audit(**source, {});
  ASSERT_TRUE(report) << "entry " << report.error().entry.value << ": " << report.error().detail;
}

TEST(Crash, LosesNothingAnsweredInTwoHundredKills) {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "node";
  create_crash_network(directory);
  Answered answered;
  std::mt19937_64 random(20261122);
  std::uint64_t next = 0;
  std::size_t kills_under_load = 0;
  for (int run = 0; run < 200; ++run) {
    const Child child = start({CENTIME_CRASH_WRITER, directory.string(), std::to_string(next)},
                              temporary.path() / "errors");
    // From the first answer on the writer is under load; then any instant will do.
    std::string output = read_some(child.output);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    kill(child.pid, SIGKILL);
    for (std::string more = read_some(child.output); !more.empty();
         more = read_some(child.output)) {
      output += more;
    }
    close(child.output);
    int status = 0;
    waitpid(child.pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << contents(temporary.path() / "errors");
    kills_under_load += output.empty() ? 0 : 1;
    add_answers(output, answered);
    ASSERT_NO_FATAL_FAILURE(expect_all_there(directory, answered)) << "after kill " << run;
    // What was on its way when the kill came may be there or not; go on above it.
    if (!answered.empty()) next = answered.rbegin()->first + 100;
  }
  EXPECT_GE(kills_under_load, 190U);
  EXPECT_GT(answered.size(), 2'000U);
  expect_audit_passes(directory);
}

struct Fault {
  const char* name;
  const char* disk_fault;  // See disk_fault.cpp.
};

class StorageFault : public testing::TestWithParam<Fault> {};

TEST_P(StorageFault, StopsTheNodeAndComesBackWhole) {
  const TemporaryDirectory temporary;
  const fs::path directory = temporary.path() / "node";
  create_crash_network(directory);
  const fs::path errors = temporary.path() / "errors";
  const Child child = start({"env", std::string("LD_PRELOAD=") + CENTIME_DISK_FAULT,
                             std::string("DISK_FAULT=") + GetParam().disk_fault,
                             CENTIME_CRASH_WRITER, directory.string(), "0"},
                            errors);
  std::string output;
  for (std::string more = read_some(child.output); !more.empty(); more = read_some(child.output)) {
    output += more;
  }
  close(child.output);
  int status = 0;
  waitpid(child.pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << status;
  EXPECT_NE(contents(errors).find("storage failure"), std::string::npos) << contents(errors);

  Answered answered;
  add_answers(output, answered);
  EXPECT_FALSE(answered.empty()) << "the fault came before the load";
  ASSERT_NO_FATAL_FAILURE(expect_all_there(directory, answered));
  expect_audit_passes(directory);
  // And it goes on from there.
  const auto node =
      runtime::Node::open({.directory = directory, .self = {"platform"}}, crash_key("platform"));
  ASSERT_TRUE(node) << node.error();
  EXPECT_TRUE((*node)->record_and_wait({crash_donation(1'000'000)}));
}

INSTANTIATE_TEST_SUITE_P(Faults, StorageFault,
                         testing::Values(Fault{"SyncFails", "sync 5 40"},
                                         Fault{"WriteFails", "write 5 400"},
                                         Fault{"DiskFull", "write 28 400"}),
                         [](const auto& fault) { return std::string(fault.param.name); });

}  // namespace
}  // namespace centime::test
