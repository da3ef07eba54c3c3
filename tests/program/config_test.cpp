#include "node/program/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/program/network_fixture.h"

namespace centime::program {
namespace {

using ::testing::HasSubstr;
using testing::Result;

class ConfigFile : public ::testing::Test {
 protected:
  Expected<LoadedConfig> load(const std::string& text, const Environment& environment = {}) {
    testing::write_text(directory_.path() / "centime.toml", text);
    return load_config(directory_.path(), environment);
  }

  std::string fault_of(const std::string& text, const Environment& environment = {}) {
    const auto loaded = load(text, environment);
    EXPECT_FALSE(loaded.has_value());
    if (loaded) return "";
    EXPECT_EQ(loaded.error().word, "bad_config");
    return loaded.error().detail;
  }

  const std::string valid_ = "member = \"platform\"\nkey = \"keys/platform.key\"\n";

 private:
  testing::TemporaryDirectory directory_;
};

TEST_F(ConfigFile, WhatInitWritesIsReadBackTheSame) {
  Config config;
  config.member = "relief";
  config.key = "keys/with \"quotes\" and \\.key";
  config.listen = "[::1]:9000";
  config.cache_mb = 512;
  const auto loaded = load(format_config(config));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  EXPECT_EQ(loaded->config.member, config.member);
  EXPECT_EQ(loaded->config.key, config.key);
  EXPECT_EQ(loaded->config.listen, config.listen);
  EXPECT_EQ(loaded->config.cache_mb, 512);
  for (const Setting& setting : loaded->settings) EXPECT_EQ(setting.source, "file") << setting.key;
}

TEST_F(ConfigFile, OtherMembersNodesAreNamedWithTheirAddresses) {
  const auto loaded =
      load(valid_ + "peer_listen = \"[::]:7001\"\npeers = \"wells=10.0.0.2:7001\"\n",
           {{"CENTIME_PEERS", "wells=[::1]:7001, auditor=node.example.org:7002"}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  const auto peers = parse_peers(loaded->config.peers);
  ASSERT_TRUE(peers.has_value());
  ASSERT_EQ(peers->size(), 2U);
  EXPECT_EQ((*peers)[0].host, "::1");
  EXPECT_EQ((*peers)[1].member.value, "auditor");
  EXPECT_EQ((*peers)[1].host, "node.example.org");
  EXPECT_EQ((*peers)[1].port, 7002);
  for (const auto* wrong : {"wells", "wells=10.0.0.2", "=10.0.0.2:1", "wells=:1", "wells=x:0",
                            "wells=x:70000", "WELLS=x:1", "wells=x:1,,"}) {
    EXPECT_THAT(fault_of(valid_ + "peers = \"" + wrong + "\"\n"), HasSubstr("peers: ")) << wrong;
  }
  EXPECT_THAT(fault_of(valid_ + "peer_listen = \"here\"\n"), HasSubstr("peer_listen: "));
}

TEST_F(ConfigFile, ASlipInPeersLosesNoMemberWithoutAWord) {
  const auto fault = [&](const std::string& peers) {
    return fault_of(valid_ + "peers = \"" + peers + "\"\n");
  };
  EXPECT_THAT(fault("wells=10.0.0.2:7001; auditor=10.0.0.3:7001"),
              HasSubstr("between two members stands a comma"));
  EXPECT_THAT(fault("wells=10.0.0.2:7001 auditor=10.0.0.3:7001"),
              HasSubstr("a host has no blank and no '='"));
  EXPECT_THAT(fault("wells=https://10.0.0.2:7001"), HasSubstr("stands without https:// before"));
  EXPECT_THAT(fault("wells=10.0 .0.2:7001"), HasSubstr("a host has no blank and no '='"));
  EXPECT_THAT(fault("wells=10.0.0.2:7001, auditor=10.0.0.3:7001, wells=10.0.0.4:7001"),
              HasSubstr("'wells' is named twice"));
}

TEST_F(ConfigFile, PagesAndLinksNeedAPortEach) {
  const auto fault = [&](const std::string& listen, const std::string& peer_listen) {
    return fault_of(valid_ + "listen = \"" + listen + "\"\npeer_listen = \"" + peer_listen +
                    "\"\n");
  };
  EXPECT_THAT(fault("127.0.0.1:7001", "127.0.0.1:7001"),
              HasSubstr("centime.toml, line 4: peer_listen must have another port than listen"));
  EXPECT_THAT(fault("127.0.0.1:7001", "0.0.0.0:7001"), HasSubstr("another port"));
  for (const auto* other : {"127.0.0.1:7002", "127.0.0.2:7001"}) {
    EXPECT_TRUE(load(valid_ + "listen = \"127.0.0.1:7001\"\npeer_listen = \"" + other + "\"\n"));
  }
  EXPECT_TRUE(load(valid_ + "listen = \"127.0.0.1:0\"\npeer_listen = \"127.0.0.1:0\"\n"));
}

TEST_F(ConfigFile, ThePublicUrlIsASiteWithoutAPath) {
  const auto loaded = load(valid_ + "public_url = \"http://10.0.0.2:8080\"\n",
                           {{"CENTIME_PUBLIC_URL", "https://ledger.example.org"}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  EXPECT_EQ(loaded->config.public_url, "https://ledger.example.org");
  for (const auto* wrong :
       {"ledger.example.org", "https://", "https:///d", "https://ledger.example.org/",
        "https://ledger.example.org/pages", "https://a@ledger.example.org", "ftp://example.org",
        "https://ledger.example.org?x=1", "https://ledger.example.org#x", "https://a b"}) {
    EXPECT_THAT(fault_of(valid_ + "public_url = \"" + wrong + "\"\n"), HasSubstr("public_url: "))
        << wrong;
  }
}

TEST_F(ConfigFile, AnUnknownKeyNamesTheNearestAndTheLine) {
  const std::string fault = fault_of(valid_ + "\nlisen = \"127.0.0.1:1\"\n");
  EXPECT_THAT(fault, HasSubstr("line 4"));
  EXPECT_THAT(fault, HasSubstr("'lisen'"));
  EXPECT_THAT(fault, HasSubstr("did you mean 'listen'?"));
  EXPECT_THAT(fault_of(valid_ + "[http]\nlisten = \"127.0.0.1:1\"\n"), HasSubstr("'http'"));
}

TEST_F(ConfigFile, MistakesAreNamedOneByOne) {
  EXPECT_THAT(fault_of(valid_ + "cache_mb = \"many\"\n"), HasSubstr("cache_mb must be a whole"));
  EXPECT_THAT(fault_of(valid_ + "cache_mb = 3.5\n"), HasSubstr("cache_mb must be a whole"));
  EXPECT_THAT(fault_of(valid_ + "cache_mb = 7\n"), HasSubstr("from 8 to"));
  EXPECT_THAT(fault_of(valid_ + "cache_mb = -1\n"), HasSubstr("from 8 to"));
  EXPECT_THAT(fault_of(valid_ + "answer_cache_mb = 65537\n"), HasSubstr("from 0 to 65536"));
  EXPECT_THAT(fault_of(valid_ + "compress = 2\n"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(fault_of(valid_ + "listen = 8080\n"), HasSubstr("listen must be text"));
  EXPECT_THAT(fault_of(valid_ + "listen = \"localhost:80\"\n"), HasSubstr("IP address"));
  EXPECT_THAT(fault_of(valid_ + "listen = \"127.0.0.1:65536\"\n"), HasSubstr("IP address"));
  EXPECT_THAT(fault_of(valid_ + "listen = \"::1:80\"\n"), HasSubstr("IP address"));
  EXPECT_THAT(fault_of(valid_ + "log_level = \"loud\"\n"), HasSubstr("log_level"));
  EXPECT_THAT(fault_of("key = \"x\"\n"), HasSubstr("member"));
  EXPECT_THAT(fault_of(""), HasSubstr("centime.toml: member must be a member's name, not ''"));
  EXPECT_THAT(fault_of("member = \"platform\"\n"), HasSubstr("key"));
  EXPECT_THAT(fault_of(valid_ + "listen = \n"), HasSubstr("line 3"));
  EXPECT_THAT(fault_of(valid_ + "listen = 127.0.0.1:21090\n"),
              ::testing::AllOf(HasSubstr("line 3"), HasSubstr("; text stands in quotes")));
  EXPECT_THAT(fault_of(valid_ + "listen = \"127\n"), ::testing::Not(HasSubstr("text stands in")));
  for (const std::string line : {"listen = \"x\"", "peers = \"x\"", "public_url = \"x\"",
                                 "log_level = \"x\"", "peer_listen = \"x\""}) {
    EXPECT_THAT(fault_of(valid_ + "\n" + line + "\n"), HasSubstr("centime.toml, line 4: ")) << line;
  }
  EXPECT_THAT(fault_of(valid_, {{"CENTIME_LISTEN", "x"}}), HasSubstr("CENTIME_LISTEN: listen: "));
}

TEST_F(ConfigFile, TheEnvironmentGoesBeforeTheFile) {
  const auto loaded = load(valid_ + "listen = \"127.0.0.1:1\"\ncache_mb = 8\n",
                           {{"CENTIME_LISTEN", "127.0.0.1:2"}, {"CENTIME_CACHE_MB", "16"}});
  ASSERT_TRUE(loaded.has_value()) << loaded.error().detail;
  EXPECT_EQ(loaded->config.listen, "127.0.0.1:2");
  EXPECT_EQ(loaded->config.cache_mb, 16);
  const auto listen = std::ranges::find(loaded->settings, "listen", &Setting::key);
  ASSERT_NE(listen, loaded->settings.end());
  EXPECT_EQ(listen->source, "CENTIME_LISTEN");
  EXPECT_THAT(fault_of(valid_, {{"CENTIME_CACHE_MB", "lots"}}), HasSubstr("CENTIME_CACHE_MB"));
}

TEST_F(ConfigFile, AStrangeVariableIsAWarningAndNoError) {
  const auto loaded = load(valid_, {{"CENTIME_LISTENN", "x"}, {"PATH", "/bin"}});
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->warnings.size(), 1);
  EXPECT_THAT(loaded->warnings[0], HasSubstr("did you mean 'CENTIME_LISTEN'?"));
}

TEST_F(ConfigFile, ADirectoryWithoutANodeSaysSo) {
  const auto loaded = load_config("/nowhere/at/all", {});
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().word, "missing_file");
  EXPECT_THAT(loaded.error().detail, HasSubstr("centime init"));
}

using testing::centime;
using testing::Network;

TEST_F(Network, ConfigCheckAndShowSpeakForTheNodesDirectory) {
  const Result good = centime({"config", "check", "--data", path("node")});
  EXPECT_EQ(good.code, 0) << good.err;
  const Result shown =
      centime({"config", "show", "--data", path("node"), "--json"}, {{"CENTIME_CACHE_MB", "99"}});
  EXPECT_EQ(shown.code, 0);
  const auto settings = testing::json::parse(shown.out).at("settings");
  EXPECT_EQ(settings.at("cache_mb").at("value").as_string(), "99");
  EXPECT_EQ(settings.at("cache_mb").at("source").as_string(), "CENTIME_CACHE_MB");
  EXPECT_EQ(settings.at("member").at("value").as_string(), "platform");

  testing::write_text(path("node/centime.toml"),
                      testing::read_text(path("node/centime.toml")) + "\nportt = 1\n");
  for (const auto& arguments : {testing::Arguments{"config", "check", "--data", path("node")},
                                testing::Arguments{"run", "--data", path("node")}}) {
    const Result bad = centime(arguments);
    EXPECT_EQ(bad.code, 1);
    EXPECT_THAT(bad.err, HasSubstr("centime: bad_config: "));
    EXPECT_THAT(bad.err, HasSubstr("'portt'"));
  }
}

TEST_F(Network, ConfigCheckWarnsOfPeersThatThereAreNot) {
  const Result checked =
      centime({"config", "check", "--data", path("node"), "--json"},
              {{"CENTIME_PEERS", "relief=10.0.0.2:1, welles=10.0.0.3:1, platform=10.0.0.4:1"}});
  EXPECT_EQ(checked.code, 0) << checked.out;
  const auto warnings = testing::json::parse(checked.out).at("warnings").as_array();
  ASSERT_EQ(warnings.size(), 2) << checked.out;
  EXPECT_THAT(std::string(warnings[0].as_string()), HasSubstr("'welles', who is no member"));
  EXPECT_THAT(std::string(warnings[1].as_string()), HasSubstr("'platform', which is this node's"));
}

// As one of a practice network, or the one of before.
TEST_F(Network, ConfigCheckAndStatusTellOfAKeyThatIsNotTheLedgers) {
  std::filesystem::remove(path("node/keys/platform.key"));
  ASSERT_EQ(
      centime({"keys", "new", "--member", "platform", "--out", path("node/keys/platform.key")})
          .code,
      0);
  const Result checked = centime({"config", "check", "--data", path("node")});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("none of the key files is it"));
  const Result status = centime({"status", "--data", path("node")});
  EXPECT_THAT(status.out, testing::StartsWith("WARN: the ledger here knows the key"));
  const Result run = centime({"run", "--data", path("node")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("unknown_key: the ledger has the key"));
}

TEST_F(Network, ConfigCheckRefusesAKeyThatOthersMayRead) {
  ASSERT_EQ(::chmod(path("node/keys/platform.key").c_str(), 0640), 0);
  const Result bad = centime({"config", "check", "--data", path("node")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, HasSubstr("insecure_file"));
}

}  // namespace
}  // namespace centime::program
