// The commands of the README, as they stand there.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

constexpr std::string_view node_url = "http://127.0.0.1:8080";

// Every `centime` line of the section's code, in words, without its comment.
std::vector<Arguments> commands_of(const std::string& section) {
  const std::string readme = read_text(std::string(CENTIME_SOURCE_DIR) + "/README.md");
  const std::size_t begin = readme.find("\n## " + section + "\n");
  EXPECT_NE(begin, std::string::npos);
  std::istringstream lines(readme.substr(begin, readme.find("\n## ", begin + 1) - begin));
  std::vector<Arguments> commands;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("centime ")) continue;
    std::istringstream words(line.substr(0, line.find(" #")));
    Arguments command;
    for (std::string word; words >> word;) command.push_back(word);
    command.erase(command.begin());
    commands.push_back(std::move(command));
  }
  return commands;
}

class Readme : public Network {
 protected:
  void SetUp() override {}  // The commands make all there is.

  // Paths of the source are looked for there, others in the test's own directory.
  std::string placed(const std::string& word) const {
    if (word == node_url) return url();
    if (word.starts_with("examples/")) return std::string(CENTIME_SOURCE_DIR) + "/" + word;
    for (const std::string_view made : {"network/", "receipts.csv"}) {
      if (word.starts_with(made)) return path(word);
    }
    return word;
  }
};

TEST_F(Readme, ANetworkOfYourOwnIsMadeWithTheCommandsAsTheyStand) {
  const std::vector<Arguments> commands = commands_of("A network of your own");
  ASSERT_GT(commands.size(), 5U);
  for (Arguments command : commands) {
    // What follows these names a directory.
    for (std::size_t i = 0; i < command.size(); ++i) {
      const bool directory = i > 0 && (command[i - 1] == "--out" || command[i - 1] == "--data");
      command[i] = directory ? path(command[i]) : placed(command[i]);
    }
    if (command.front() == "run") {
      ASSERT_EQ(command.back(), path("node"));
      start({{"CENTIME_LISTEN", "127.0.0.1:0"}});
      continue;
    }
    const Result result = centime(command);
    EXPECT_EQ(result.code, 0) << ::testing::PrintToString(command) << result.out << result.err;
    if (command.front() == "trace") {
      EXPECT_THAT(result.out, ::testing::HasSubstr("the whole gift"));
    }
  }
}

}  // namespace
}  // namespace centime::program::testing
