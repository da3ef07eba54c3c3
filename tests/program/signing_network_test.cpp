// Commands that sign, at a node of another network than the one that is meant.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SigningNetwork : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    const Result shown = centime({"network", "show", path("net"), "--json"});
    ASSERT_EQ(shown.code, 0) << shown.err;
    id_ = json::parse(shown.out).at("network").as_string();
    file("fund.json", R"({"type": "channel", "reference": "till", "channel": "till",)"
                      R"( "kind": "web", "company": "Example Shop"})");
  }

  // Each command that signs, without an address.
  std::vector<Arguments> commands() {
    const std::string by = key("platform");
    return {
        {"submit", path("fund.json"), "--key", by},
        {"import", "csv", csv("good.csv", good_rows()), "--keys", path("net/keys"), "--receipts",
         path("receipts.csv")},
        {"import", "csv", csv("good.csv", good_rows()), "--keys", path("net/keys"), "--dry-run"},
        {"propose", "suspension", "relief", "--reason", "It is gone", "--key", by},
        {"approve", std::string(64, '1'), "--key", by},
        {"keys", "prove", by},
        {"keys", "rotate", "--key", by, "--new-key", path("platform-2.key")},
    };
  }

  Result at_the_node(Arguments command, const Arguments& more, const Variables& variables = {}) {
    command.insert(command.end(), {"--node", url()});
    command.insert(command.end(), more.begin(), more.end());
    return centime(command, variables);
  }

  const std::string& id() const { return id_; }

 private:
  std::string id_;
};

// As of a shell's variable that is not set.
TEST_F(SigningNetwork, AnEmptyNameIsNoName) {
  for (const Arguments& command : commands()) {
    const Result told = at_the_node(command, {"--network", ""});
    EXPECT_EQ(told.code, 2) << command.front();
    EXPECT_THAT(told.err, HasSubstr("bad_usage: --network: an empty value names no network"));
  }
  for (const std::string option : {"--network", "--genesis"}) {
    const Result audited = centime({"audit", "--node", url(), option, ""});
    EXPECT_EQ(audited.code, 2) << audited.out;
    EXPECT_THAT(audited.err, HasSubstr("bad_usage: " + option));
  }
}

TEST_F(SigningNetwork, NothingIsSignedForAnotherOneThanIsMeant) {
  const auto before = entries();
  const std::string other(64, 'a');
  for (const Arguments& command : commands()) {
    const Result told = at_the_node(command, {"--network", other});
    EXPECT_EQ(told.code, 1) << command.front() << told.out;
    EXPECT_THAT(told.err, HasSubstr("wrong_network")) << command.front();
    EXPECT_THAT(told.err, HasSubstr("network " + id() + ", not of " + other));
    EXPECT_THAT(told.out + told.err, Not(HasSubstr("Proof "))) << "a signature";
  }
  EXPECT_EQ(entries(), before);
  EXPECT_FALSE(std::filesystem::exists(path("platform-2.key"))) << "a key that nobody needs";
  EXPECT_FALSE(std::filesystem::exists(path("receipts.csv")));
}

TEST_F(SigningNetwork, ACommandsEnvironmentNamesItToo) {
  const Arguments submit = commands().front();
  const Result other = at_the_node(submit, {}, {{"CENTIME_NETWORK", std::string(64, 'a')}});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("wrong_network"));
  const Result same = at_the_node(submit, {}, {{"CENTIME_NETWORK", id()}});
  EXPECT_EQ(same.code, 0) << same.err;
}

TEST_F(SigningNetwork, TheOneThatIsMeantIsSignedFor) {
  const Result told = at_the_node(commands().front(), {"--network", id()});
  EXPECT_EQ(told.code, 0) << told.err;
}

TEST_F(SigningNetwork, WhatIsNoNetworksIdIsSaidToBeNone) {
  for (const std::string& text : {std::string("relief"), id().substr(1), id() + "0"}) {
    const Result told = at_the_node(commands().front(), {"--network", text});
    EXPECT_EQ(told.code, 2) << text;
    EXPECT_THAT(told.err, HasSubstr("64 hexadecimal digits"));
  }
}

TEST_F(SigningNetwork, ANodeDoesNotWonderAtTheVariable) {
  ASSERT_EQ(stop(), 0);
  start({{"CENTIME_NETWORK", id()}});
  EXPECT_THAT(process().errors(), Not(HasSubstr("CENTIME_NETWORK")));
}

}  // namespace
}  // namespace centime::program::testing
