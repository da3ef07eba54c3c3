#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/program/process.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

class CommandHelp : public ::testing::TestWithParam<Arguments> {};

TEST_P(CommandHelp, ShowsAnExampleOfTheCommand) {
  Arguments arguments = GetParam();
  std::string words = "centime";
  for (const std::string& word : arguments) words += " " + word;
  arguments.push_back("--help");
  const Result result = centime(arguments);
  EXPECT_EQ(result.code, 0);
  const std::size_t example = result.out.find("Example:\n");
  ASSERT_NE(example, std::string::npos) << result.out;
  EXPECT_NE(result.out.find(words, example), std::string::npos) << result.out;
  EXPECT_THAT(result.out, HasSubstr("--json"));
  EXPECT_EQ(result.err, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, CommandHelp,
    ::testing::Values(
        Arguments{}, Arguments{"network"}, Arguments{"network", "new"},
        Arguments{"network", "show"}, Arguments{"keys"}, Arguments{"keys", "new"},
        Arguments{"keys", "show"}, Arguments{"init"}, Arguments{"run"}, Arguments{"devnet"},
        Arguments{"status"}, Arguments{"submit"}, Arguments{"import"}, Arguments{"import", "csv"},
        Arguments{"trace"}, Arguments{"verify"}, Arguments{"audit"}, Arguments{"token"},
        Arguments{"token", "new"}, Arguments{"token", "list"}, Arguments{"token", "revoke"},
        Arguments{"rebuild"}, Arguments{"backup"}, Arguments{"config"},
        Arguments{"config", "check"}, Arguments{"config", "show"}, Arguments{"keys", "prove"},
        Arguments{"keys", "rotate"}, Arguments{"propose"}, Arguments{"propose", "member"},
        Arguments{"propose", "validators"}, Arguments{"propose", "suspension"},
        Arguments{"propose", "key"}, Arguments{"approve"}, Arguments{"proposals"},
        Arguments{"alarm"}, Arguments{"alarm", "show"}, Arguments{"alarm", "clear"},
        Arguments{"peers"}, Arguments{"peers", "learn"}));

TEST(CommandLine, AWrongCallIsExitCodeTwoAndSaysWhatIsWrong) {
  EXPECT_EQ(centime({}).code, 2);
  const Result unknown = centime({"frobnicate"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("centime: bad_usage: centime has no command 'frobnicate'"));
  const Result missing = centime({"keys", "new", "--out", "x.key"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("--member"));
  EXPECT_EQ(centime({"status"}).code, 2);
  EXPECT_EQ(centime({"trace", "x", "--node", "http://127.0.0.1:1", "--data", "y"}).code, 2);
  EXPECT_EQ(centime({"trace", "0123456789abcdef", "--node", "ftp://127.0.0.1"}).code, 2);
}

TEST(CommandLine, AMissingOrUnknownCommandIsToldWithWhatThereIs) {
  EXPECT_THAT(centime({"propose"}).err,
              HasSubstr("centime propose wants a command: member, validators, suspension, key\n"));
  const Result long_title = centime({"propose", "member", "wells", "--title", std::string(121, 't'),
                                     "--role", "auditor", "--public-key", std::string(64, '6'),
                                     "--node", "http://127.0.0.1:1", "--key", "none"});
  EXPECT_EQ(long_title.code, 2);
  EXPECT_THAT(long_title.err, HasSubstr("--title is 1 to 120 bytes of text"));
  EXPECT_THAT(centime({"propose", "validator"}).err,
              HasSubstr("centime propose has no command 'validator': did you mean 'validators'?"));
  EXPECT_THAT(centime({"proposal"}).err,
              HasSubstr("centime has no command 'proposal': did you mean 'proposals'?"));
  EXPECT_THAT(centime({"--frob", "status", "--node", "http://127.0.0.1:1"}).err,
              HasSubstr("--frob"));
}

TEST(CommandLine, AnUnknownOptionIsToldBeforeTheOneThatIsMissing) {
  const Result result = centime({"run", "--dta", "node"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("there is no option --dta: did you mean '--data'?"));
  EXPECT_THAT(centime({"keys", "nwe"}).err, HasSubstr("did you mean 'new'?"));
}

TEST(CommandLine, AnUnknownOptionIsToldWhereNoneIsMissing) {
  for (const Arguments& arguments :
       {Arguments{"trace", "--nod", "x"}, Arguments{"trace", "x", "--nod", "y"},
        Arguments{"trace", "x", "--nod=y"}}) {
    const Result result = centime(arguments);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("there is no option --nod: did you mean '--node'?"));
  }
  EXPECT_THAT(centime({"submit", "a.json", "--node", "u", "--key", "k", "--kye=y"}).err,
              HasSubstr("there is no option --kye: did you mean '--key'?"));
  EXPECT_THAT(centime({"status", "-x"}).err, HasSubstr("there is no option -x"));
}

TEST(CommandLine, HelpIsACommandToo) {
  EXPECT_EQ(centime({"help"}).out, centime({"--help"}).out);
  EXPECT_EQ(centime({"help", "keys", "new"}).out, centime({"keys", "new", "--help"}).out);
  EXPECT_EQ(centime({"import", "help"}).out, centime({"import", "--help"}).out);
  EXPECT_EQ(centime({"keys", "new", "help"}).out, centime({"keys", "new", "--help"}).out);
  EXPECT_EQ(centime({"help", "doctor"}).code, 2);
  EXPECT_EQ(centime({"doctor", "help"}).code, 2);
}

TEST(CommandLine, ACommandThatThereIsNotHasNoHelp) {
  for (const Arguments& arguments :
       {Arguments{"doctor", "--help"}, Arguments{"--help", "doctor"},
        Arguments{"propose", "validator", "--help"}, Arguments{"status", "--frob", "--help"},
        Arguments{"doctor", "--version"}}) {
    const Result result = centime(arguments);
    EXPECT_EQ(result.code, 2) << ::testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr("centime: bad_usage: "));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_THAT(centime({"propose", "validator", "--help"}).err,
              HasSubstr("did you mean 'validators'?"));
  EXPECT_EQ(centime({"status", "--node", "http://127.0.0.1:1", "--help"}).code, 0);
}

TEST(CommandLine, OptionsThatExcludeEachOtherAreRefusedTogether) {
  const std::string url = "http://127.0.0.1:1";
  for (const Arguments& arguments :
       {Arguments{"trace", "gift-1", "--node", url, "--data", "node"},
        Arguments{"audit", "--node", url, "--genesis", "genesis.bin", "--network", "00"},
        Arguments{"verify", "a.json", "--policy", "policy.txt", "--save", "b.json"},
        Arguments{"import", "csv", "a.csv", "--node", url, "--keys", "keys", "--key", "k.key"},
        Arguments{"import", "csv", "a.csv", "--node", url, "--keys", "keys", "--member",
                  "relief"}}) {
    const Result result = centime(arguments);
    EXPECT_EQ(result.code, 2) << arguments[0];
    EXPECT_THAT(result.err, HasSubstr("centime: conflicting_options: ")) << arguments[0];
  }
}

TEST(CommandLine, WithJsonAFailureIsOneDocumentOnStdout) {
  for (const Arguments& arguments :
       {Arguments{"frobnicate", "--json"}, Arguments{"keys", "show", "/nowhere.key", "--json"}}) {
    const Result result = centime(arguments);
    EXPECT_NE(result.code, 0);
    EXPECT_EQ(result.err, "");
    const auto error = boost::json::parse(result.out).at("error");
    EXPECT_FALSE(error.at("code").as_string().empty());
    EXPECT_FALSE(error.at("detail").as_string().empty());
  }
}

TEST(CommandLine, ANodeThatIsNotThereIsNamed) {
  const Result result = centime({"trace", "0123456789abcdef", "--node", "http://127.0.0.1:1"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("centime: unreachable: "));
  EXPECT_THAT(result.err, HasSubstr("127.0.0.1"));
}

TEST(CommandLine, AnAddressThatIsNoUrlIsNamedAsItWasTyped) {
  const Result result = centime({"trace", "0123456789abcdef", "--node", "127.0.0.1:47080"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("bad_url: '127.0.0.1:47080' is not a URL: write http:// before"));
  const Result port = centime({"trace", "0123456789abcdef", "--node", "http://127.0.0.1:470800"});
  EXPECT_THAT(port.err, HasSubstr("bad_url: http://127.0.0.1:470800: the URL's port"));
}

TEST(CommandLine, TheHelpHasAllExitCodes) {
  EXPECT_THAT(centime({"--help"}).out,
              HasSubstr("Exit codes: 0 done, 1 failed or refused, 2 called wrongly; of `run` also "
                        "3, the disk failed, and 4, it may start later."));
}

TEST(CommandLine, ShowsItsVersion) {
  const Result result = centime({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("centime 0.1.0"));
}

}  // namespace
}  // namespace centime::program::testing
