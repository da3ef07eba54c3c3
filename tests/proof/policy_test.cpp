#include "node/proof/policy.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::proof {
namespace {

std::string vkey(std::string_view name, crypto::KeyType type, std::string_view owner) {
  return crypto::format_vkey({std::string(name), type, test::fixed_key(owner).public_key()});
}
std::string log_line(std::string_view owner = "a") {
  return "log " + vkey("log.test", crypto::KeyType::ed25519, owner) + "\n";
}
std::string witness_line(std::string_view name) {
  return "witness " + std::string(name) + " " + vkey(name, crypto::KeyType::cosignature, name) +
         "\n";
}

TEST(Policy, OfAGenesisNamesEveryValidatorAsLogAndWitness) {
  const auto genesis = test::world_genesis();
  const Policy policy = policy_of(genesis);
  EXPECT_EQ(policy.network, ledger::network_id(genesis));
  ASSERT_EQ(policy.logs.size(), 4u);
  ASSERT_EQ(policy.witnesses.size(), 4u);
  EXPECT_EQ(policy.logs[2].key.name, "ledger.test/world");
  EXPECT_EQ(policy.witnesses[2].key.name, "ledger.test/world/red-aid");
  EXPECT_EQ(policy.witnesses[2].key.key, test::fixed_key("red-aid").public_key());
  ASSERT_EQ(policy.groups.size(), 1u);
  EXPECT_EQ(policy.groups[0].threshold, 3u);
}

TEST(Policy, ShowsOfAForeignFilesWordsOnlyTheirBeginning) {
  const std::string sentence = parse_policy(std::string(400, 'x') + "\n").error().detail;
  EXPECT_EQ(sentence, "there is no '" + std::string(40, 'x') + "…' line");
  // Never half a letter, and never bytes that are none.
  EXPECT_EQ(parse_policy(std::string(39, 'x') + "éé\n").error().detail,
            "there is no '" + std::string(39, 'x') + "…' line");
  EXPECT_EQ(parse_policy("\xff\xfe\n").error().detail, "there is no '?\?' line");
  EXPECT_EQ(parse_policy("é\n").error().detail, "there is no 'é' line");
}

TEST(Policy, IsReadBackAsItWasWritten) {
  const Policy policy = policy_of(test::world_genesis());
  const auto parsed = parse_policy(format_policy(policy));
  ASSERT_TRUE(parsed) << parsed.error().line << ": " << parsed.error().detail;
  EXPECT_EQ(*parsed, policy);
}

TEST(Policy, ReadsTheSpecificationsExampleWithSpacesCommentsAndUrls) {
  const std::string file = "# two organisations\n\n \t" + log_line() + witness_line("X1") +
                           witness_line("X2") + witness_line("X3") +
                           "group  X-witnesses\t2 X1 X2 X3  \n" + "witness Y1 " +
                           vkey("Y1", crypto::KeyType::cosignature, "Y1") +
                           " https://witness.test/\n" + witness_line("Y2") +
                           "group Y-witnesses any Y1 Y2\n"
                           "group X-and-Y all X-witnesses Y-witnesses\n"
                           "quorum X-and-Y\n";
  const auto policy = parse_policy(file);
  ASSERT_TRUE(policy) << policy.error().line << ": " << policy.error().detail;
  EXPECT_EQ(policy->network, std::nullopt);
  EXPECT_EQ(policy->witnesses[3].url, "https://witness.test/");
  ASSERT_EQ(policy->groups.size(), 3u);
  EXPECT_EQ(policy->groups[0].threshold, 2u);
  EXPECT_EQ(policy->groups[1].threshold, 1u);
  EXPECT_EQ(policy->groups[2].threshold, 2u);
  EXPECT_EQ(policy->groups[2].members, (std::vector<std::string>{"X-witnesses", "Y-witnesses"}));
  EXPECT_EQ(parse_policy(format_policy(*policy)), *policy);
}

struct BadPolicy {
  std::string name;
  std::string file;
  std::size_t line;
};

TEST(Policy, RefusesWithTheLineThatIsWrong) {
  const std::string w1 = witness_line("w1");
  const std::string network(64, 'a');
  const BadPolicy cases[] = {
      {"empty", "", 0},
      {"no log", w1 + "quorum w1\n", 0},
      {"no quorum", log_line() + w1, 0},
      {"two quorums", log_line() + w1 + "quorum w1\nquorum w1\n", 4},
      {"quorum none", log_line() + "quorum none\n", 2},
      {"unknown quorum", log_line() + w1 + "quorum w2\n", 3},
      {"unknown word", log_line() + "witnesses w1\n", 2},
      {"log twice", log_line() + log_line() + w1 + "quorum w1\n", 2},
      {"log with a cosignature key",
       "log " + vkey("log.test", crypto::KeyType::cosignature, "a") + "\n", 1},
      {"witness with a log's key type",
       log_line() + "witness w " + vkey("w", crypto::KeyType::ed25519, "w") + "\n", 2},
      {"key under two names",
       log_line() + w1 + "witness w2 " + vkey("w2", crypto::KeyType::cosignature, "w1") + "\n", 3},
      {"name twice",
       log_line() + w1 + "witness w1 " + vkey("w1", crypto::KeyType::cosignature, "b") + "\n", 3},
      {"witness called none",
       log_line() + "witness none " + vkey("w", crypto::KeyType::cosignature, "w") + "\n", 2},
      {"group with a witness's name", log_line() + w1 + "group w1 1 w1\n", 3},
      {"group member unknown", log_line() + w1 + "group g 1 w2\n", 3},
      {"group of itself", log_line() + w1 + "group g 1 g\n", 3},
      {"group member twice", log_line() + w1 + "group g any w1 w1\n", 3},
      {"member of two groups", log_line() + w1 + "group g 1 w1\ngroup h 1 w1\n", 4},
      {"group count zero", log_line() + w1 + "group g 0 w1\n", 3},
      {"group count too large", log_line() + w1 + "group g 2 w1\n", 3},
      {"group count spelled oddly", log_line() + w1 + "group g 01 w1\n", 3},
      {"group without members", log_line() + w1 + "group g 1\n", 3},
      {"too many words", log_line() + w1 + "quorum w1 w1\n", 3},
      {"carriage return", log_line() + w1 + "quorum w1\r\n", 0},
      {"no last newline", log_line() + w1 + "quorum w1", 0},
      {"network twice", "# centime-network " + network + "\n# centime-network " + network + "\n",
       2},
      {"network too short", "# centime-network aa\n", 1},
      {"vkey with a wrong id", "log log.test+00000000+AQ==\n", 1},
      {"too large", std::string(policy_bytes_max, '\n') + "\n", 0},
  };
  for (const auto& bad : cases) {
    const auto policy = parse_policy(bad.file);
    ASSERT_FALSE(policy) << bad.name;
    EXPECT_EQ(policy.error().line, bad.line) << bad.name << ": " << policy.error().detail;
  }
}

// As much of each as may be, and one more.
TEST(Policy, HoldsSoManyNamesAndNoMore) {
  std::string logs;
  std::string witnesses;
  std::string groups;
  for (std::size_t i = 0; i < policy_names_max; ++i) {
    const std::string number = std::to_string(i);
    logs += log_line("log " + number);
    witnesses += witness_line("w" + number);
    groups += "group g" + number + " any w" + number + "\n";
  }
  const auto full = parse_policy(logs + witnesses + groups + "quorum g0\n");
  ASSERT_TRUE(full) << full.error().detail;
  EXPECT_EQ(full->logs.size(), policy_names_max);
  EXPECT_EQ(full->witnesses.size(), policy_names_max);
  EXPECT_EQ(full->groups.size(), policy_names_max);
  const auto fault_of = [](const std::string& file) {
    const auto policy = parse_policy(file);
    return policy ? "" : std::to_string(policy.error().line) + ": " + policy.error().detail;
  };
  EXPECT_EQ(fault_of(logs + log_line("one more")), "65: too many logs");
  EXPECT_EQ(fault_of(witnesses + witness_line("one-more")), "65: too many witnesses");
  EXPECT_EQ(fault_of(witnesses + groups + "group g any g0\n"), "129: too many groups");
}

TEST(Policy, MayBeAsLongAsThisAndNoLonger) {
  std::string file = log_line() + witness_line("w1") + "quorum w1\n";
  file += "#" + std::string(policy_bytes_max - file.size() - 2, 'x') + "\n";
  EXPECT_TRUE(parse_policy(file));
  EXPECT_EQ(parse_policy("#" + file).error().detail, "a policy is at most 64 KiB");
}

TEST(Policy, AsksForMoreThanTwoThirdsOfTheValidators) {
  const std::size_t expected[] = {1, 2, 2, 3, 4, 4, 5, 6, 6, 7};
  for (std::size_t n = 1; n <= 10; ++n) EXPECT_EQ(ledger::quorum_of(n), expected[n - 1]) << n;
}

TEST(Policy, AnyTwoQuorumsShareAnHonestValidator) {
  for (std::size_t n = 1; n <= ledger::validators_max; ++n) {
    EXPECT_GT(2 * ledger::quorum_of(n), n + (n - 1) / 3) << n;
    EXPECT_LE(ledger::quorum_of(n), n - (n - 1) / 3) << n;
  }
}

// printf abc | sha256sum
TEST(Policy, FingerprintIsTheHashOfTheFileInGroupsOfFour) {
  EXPECT_EQ(policy_fingerprint("abc"),
            "ba78 16bf 8f01 cfea 4141 40de 5dae 2223 b003 61a3 9617 7a9c b410 ff61 f200 15ad");
}

}  // namespace
}  // namespace centime::proof
