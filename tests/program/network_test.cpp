// `centime network` and `centime init`: what a network is made from, and what is refused.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

TEST_F(Network, AllItsFilesDescribeTheSameNetwork) {
  const Result binary = centime({"network", "show", path("net/genesis.bin"), "--json"});
  const Result text = centime({"network", "show", path("net/genesis.json"), "--json"});
  const Result node = centime({"network", "show", "--data", path("node"), "--json"});
  ASSERT_EQ(binary.code, 0) << binary.out;
  EXPECT_EQ(binary.out, text.out);
  EXPECT_EQ(binary.out, node.out);
  EXPECT_EQ(read_text(path("net/policy.txt")), read_text(path("node/policy.txt")));
  EXPECT_EQ(json::parse(binary.out).at("policy").as_string(), read_text(path("net/policy.txt")));
  start();
  EXPECT_EQ(centime({"network", "show", "--node", url(), "--json"}).out, binary.out);
}

TEST_F(Network, ANetworkIsMadeOnce) {
  const Result again =
      centime({"network", "new", path("network.toml"), "--out", path("net"), "--generate-keys"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("file_exists"));
}

TEST_F(Network, KeysComeFromTheMembersAsHexOrVerifierKey) {
  const Result platform = centime({"keys", "show", key("platform"), "--json"});
  const Result relief =
      centime({"keys", "show", key("relief"), "--origin", "ledger.example.org/test", "--json"});
  const std::string hex(json::parse(platform.out).at("public_key").as_string());
  const std::string vkey(json::parse(relief.out).at("vkey").as_string());
  const std::string head =
      "origin = \"ledger.example.org/test\"\ntime = 2026-01-01T00:00:00Z\n"
      "validators = [\"platform\"]\n"
      "[[member]]\nname = \"platform\"\ntitle = \"P\"\nrole = \"platform\"\nkey = \"" +
      hex + "\"\n[[member]]\ntitle = \"R\"\nrole = \"ngo\"\nkey = \"" + vkey + "\"\n";
  const Result made = centime(
      {"network", "new", file("own.toml", head + "name = \"relief\"\n"), "--out", path("own")});
  EXPECT_EQ(made.code, 0) << made.err;
  const Result wrong = centime(
      {"network", "new", file("wrong.toml", head + "name = \"other\"\n"), "--out", path("wrong")});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("this is the key of 'ledger.example.org/test/relief'"));
}

TEST_F(Network, MistakesInTheFileNameTheLineAndLeaveNothingBehind) {
  const auto fault_of = [&](const std::string& from, const std::string& to) {
    std::string text(network_file);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const Result result = centime(
        {"network", "new", file("bad.toml", text), "--out", path("bad"), "--generate-keys"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("centime: bad_network_file: "));
    EXPECT_FALSE(std::filesystem::exists(path("bad")));
    return result.err;
  };
  EXPECT_THAT(fault_of("origin", "orgin"), HasSubstr("line 2: there is no setting 'orgin' here: "
                                                     "did you mean 'origin'?"));
  EXPECT_THAT(fault_of("\"ledger.example.org/test\"", "\"https://X\""), HasSubstr("origin must"));
  for (const auto* origin : {"https://ledger.example.org/test", "//ledger.example.org", "/test",
                             "https:/ledger", ".example.org", "ledger.example.org//test"}) {
    EXPECT_THAT(fault_of("ledger.example.org/test", origin), HasSubstr("line 2: origin must"))
        << origin;
  }
  EXPECT_THAT(fault_of("\"ledger.example.org/test\"", "ledger"), HasSubstr("stands in quotes"));
  EXPECT_THAT(fault_of("2026-01-01T00:00:00Z", "\"yesterday\""), HasSubstr("time must be"));
  EXPECT_THAT(fault_of("2026-01-01T00:00:00Z", "2226-01-01T00:00:00Z"),
              HasSubstr("days ahead of this machine's clock"));
  EXPECT_THAT(fault_of("[\"platform\"]", "[\"nobody\"]"), HasSubstr("'nobody' is no member"));
  EXPECT_THAT(fault_of("\"ngo\"", "\"charity\""), HasSubstr("role must be platform, ngo or"));
  EXPECT_THAT(fault_of("name = \"relief\"", "name = \"platform\""), HasSubstr("listed twice"));
  EXPECT_THAT(fault_of("title = \"Relief NGO\"", "titel = \"Relief NGO\""),
              HasSubstr("did you mean 'title'?"));
  EXPECT_THAT(fault_of("[[member]]", "[[member"), HasSubstr("line 6"));

  const Result keyless =
      centime({"network", "new", path("network.toml"), "--out", path("keyless")});
  EXPECT_EQ(keyless.code, 1);
  EXPECT_THAT(keyless.err, HasSubstr("missing_key"));
  EXPECT_THAT(keyless.err, HasSubstr("--generate-keys"));
}

TEST_F(Network, ANetworkIsToldThatItCanOpenNoFundOrBearNoLoss) {
  std::string text(network_file);
  const auto warnings_of = [&](const std::string& out) {
    const Result made = centime({"network", "new", file("auditor.toml", text), "--out", path(out),
                                 "--generate-keys", "--json"});
    EXPECT_EQ(made.code, 0) << made.out;
    return json::parse(made.out).at("warnings").as_array();
  };
  EXPECT_TRUE(warnings_of("with").empty());
  text.replace(text.find("\"auditor\""), 9, "\"ngo\"");
  const auto warnings = warnings_of("without");
  ASSERT_EQ(warnings.size(), 1);
  EXPECT_THAT(std::string(warnings[0].as_string()),
              HasSubstr("only an auditor can approve a fund"));
  text.replace(text.find("[\"platform\"]"), 12, "[\"platform\", \"relief\"]");
  const auto of_two = warnings_of("two");
  ASSERT_EQ(of_two.size(), 2);
  EXPECT_THAT(std::string(of_two[0].as_string()),
              HasSubstr("of two validators neither can go on without the other"));
}

TEST_F(Network, APolicyIsNoGenesis) {
  const Result shown = centime({"network", "show", path("net/policy.txt")});
  EXPECT_EQ(shown.code, 1);
  EXPECT_THAT(shown.err, HasSubstr("is neither a genesis.bin nor a genesis.json"));
}

TEST_F(Network, TheDirectoryThatWasMadeStandsForItsGenesis) {
  const Result by_file = centime({"network", "show", path("net/genesis.bin"), "--json"});
  const Result by_directory = centime({"network", "show", path("net"), "--json"});
  EXPECT_EQ(by_directory.code, 0) << by_directory.out;
  EXPECT_EQ(by_directory.out, by_file.out);
  const Result other = centime({"network", "show", path("net/keys")});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("centime: missing_file: "));
  EXPECT_THAT(other.err, HasSubstr("keys/genesis.bin"));
}

TEST_F(Network, ItIsShownAsItBegan) {
  start();
  for (const Arguments& where : {Arguments{path("net/genesis.bin")}, Arguments{"--node", url()}}) {
    Arguments arguments{"network", "show"};
    arguments.insert(arguments.end(), where.begin(), where.end());
    EXPECT_TRUE(centime(arguments).out.starts_with("At the genesis; "));
  }
}

TEST_F(Network, PeersAreLearntFromItsOwnNodesOnly) {
  start();
  ASSERT_EQ(
      centime({"network", "new", path("network.toml"), "--out", path("other"), "--generate-keys"})
          .code,
      0);
  ASSERT_EQ(centime({"init", "--data", path("stranger"), "--genesis", path("other/genesis.bin"),
                     "--key", path("other/keys/platform.key")})
                .code,
            0);
  const auto learn = [&](const std::string& data) {
    return centime({"peers", "learn", "--data", path(data), "--node", url()});
  };
  const Result refused = learn("stranger");
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("wrong_network: "));
  const Result known = learn("node");
  EXPECT_EQ(known.code, 0) << known.err;
  EXPECT_THAT(known.out, HasSubstr("This node's own ledger has them already"));
  EXPECT_FALSE(std::filesystem::exists(path("stranger/epochs")));
  EXPECT_FALSE(std::filesystem::exists(path("node/epochs")));
}

TEST_F(Network, AGenesisIsNoPolicy) {
  const Result result =
      centime({"verify", path("net/genesis.json"), "--policy", path("net/genesis.bin")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("bad_policy: "));
  EXPECT_THAT(result.err, HasSubstr("genesis.bin is no policy: "));
}

TEST_F(Network, InitRefusesAnExistingDirectoryAndForeignKeys) {
  const auto init = [&](const std::string& data, const std::string& key_file) {
    return centime(
        {"init", "--data", path(data), "--genesis", path("net/genesis.bin"), "--key", key_file});
  };
  EXPECT_THAT(init("node", key("platform")).err, HasSubstr("directory_exists"));
  ASSERT_EQ(centime({"keys", "new", "--member", "relief", "--out", path("false.key")}).code, 0);
  EXPECT_THAT(init("a", path("false.key")).err, HasSubstr("centime: unknown_key: "));
  ASSERT_EQ(centime({"keys", "new", "--member", "stranger", "--out", path("stranger.key")}).code,
            0);
  EXPECT_THAT(init("a", path("stranger.key")).err, HasSubstr("centime: unknown_member: "));
  EXPECT_THAT(init("a", path("stranger.key")).err, HasSubstr("give --joining"));
  EXPECT_FALSE(std::filesystem::exists(path("a")));
  const Result listen = centime({"init", "--data", path("a"), "--genesis", path("net/genesis.bin"),
                                 "--key", key("platform"), "--listen", "everywhere"});
  EXPECT_EQ(listen.code, 2);
  EXPECT_FALSE(std::filesystem::exists(path("a")));
}

TEST_F(Network, InitNamesWhatOneLeftThatWasKilled) {
  std::filesystem::create_directories(path("ngo.new-17/keys"));
  const auto init = [this] {
    return centime({"init", "--data", path("ngo"), "--genesis", path("net/genesis.bin"), "--key",
                    key("relief")});
  };
  const Result made = init();
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr(path("ngo.new-17") + " is left of an init"));
  EXPECT_TRUE(std::filesystem::exists(path("ngo.new-17/keys")));
  std::filesystem::remove_all(path("ngo"));
  std::filesystem::remove_all(path("ngo.new-17"));
  EXPECT_THAT(init().out, ::testing::Not(HasSubstr("is left of")));
}

// The ledger would take it, and the member's node never find it: it looks for files of its member.
TEST_F(Network, ANewKeyIsNotTakenFromTheFileOfAnotherMember) {
  start();
  const std::uint64_t before = entries();
  const auto rotate = [&](const std::string& file) {
    return centime(
        {"keys", "rotate", "--key", key("relief"), "--new-key", file, "--node", url(), "--json"});
  };
  for (const char* member : {"checker", "relief"}) {
    ASSERT_EQ(centime({"keys", "new", "--member", member, "--out", path(member) + "-2.key"}).code,
              0);
  }
  const Result other = rotate(path("checker-2.key"));
  EXPECT_EQ(other.code, 2) << other.out;
  const auto error = json::parse(other.out).at("error");
  EXPECT_EQ(error.at("code"), "bad_value");
  EXPECT_THAT(
      std::string(error.at("detail").as_string()),
      HasSubstr("checker-2.key is a key of 'checker', and " + key("relief") + " one of 'relief'"));
  EXPECT_EQ(entries(), before);
  // One of its own that was made before.
  const Result own = rotate(path("relief-2.key"));
  EXPECT_EQ(own.code, 0) << own.out;
  EXPECT_GT(entries(), before);
}

// Whoever was not told that it was done does it again.
TEST_F(Network, AKeyThatIsTakenTwiceIsTakenOnce) {
  start();
  const auto rotate = [&] {
    return centime({"keys", "rotate", "--key", key("relief"), "--new-key", path("relief-2.key"),
                    "--node", url(), "--json"});
  };
  const Result first = rotate();
  ASSERT_EQ(first.code, 0) << first.out;
  const std::uint64_t before = entries();
  const Result again = rotate();
  EXPECT_EQ(again.code, 0) << again.out;
  EXPECT_EQ(json::parse(again.out).at("public_key"), json::parse(first.out).at("public_key"));
  EXPECT_EQ(entries(), before);
}

// As with sudo, on the machine of a service that has a user of its own.
TEST_F(Network, WhatRootMakesInADirectoryBelongsToItsOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "this needs root";
  constexpr uid_t somebody = 65'534;
  for (const auto& each : std::filesystem::recursive_directory_iterator(path("node")))
    ASSERT_EQ(::lchown(each.path().c_str(), somebody, somebody), 0);
  ASSERT_EQ(::lchown(path("node").c_str(), somebody, somebody), 0);
  ASSERT_EQ(
      centime({"token", "new", "--data", path("node"), "--name", "shop", "--scope", "record"}).code,
      0);
  ASSERT_EQ(centime({"rebuild", "--data", path("node")}).code, 0);
  for (const auto& each : std::filesystem::recursive_directory_iterator(path("node"))) {
    struct stat status{};
    ASSERT_EQ(::lstat(each.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, somebody) << each.path();
  }
}

TEST_F(Network, AMemberThatIsNoValidatorCannotRunTheNode) {
  ASSERT_EQ(centime({"init", "--data", path("ngo"), "--genesis", path("net/genesis.bin"), "--key",
                     key("relief")})
                .code,
            0);
  const Result run = centime({"run", "--data", path("ngo"), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("centime: not_permitted: "));
}

}  // namespace
}  // namespace centime::program::testing
