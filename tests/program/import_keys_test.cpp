// `centime import csv --keys` of a directory where a member has several key files.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

class ImportKeyFiles : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
  }

  // A file of one row, in which the member proposes the fund.
  Result import_fund(const std::string& member, const std::string& fund) {
    return import(csv(fund + ".csv", {{{"type", "fund_proposal"},
                                       {"author", member},
                                       {"reference", fund},
                                       {"fund", fund},
                                       {"title", "Water"},
                                       {"purpose", "Wells"},
                                       {"agreement", std::string(64, '1')}}}));
  }

  void expect_recorded(const Result& result) {
    EXPECT_EQ(result.code, 0) << result.out << result.err;
    EXPECT_EQ(json::parse(result.out).at("recorded"), 1) << result.out;
  }

  void rotate(const std::string& from, const std::string& to) {
    const Result rotated =
        centime({"keys", "rotate", "--key", key(from), "--new-key", key(to), "--node", url()});
    ASSERT_EQ(rotated.code, 0) << rotated.err;
  }
};

// As after `keys rotate`, whatever the files are called.
TEST_F(ImportKeyFiles, OfSeveralOfAMemberTheOneThatTheLedgerHasNowSigns) {
  rotate("relief", "a-relief");
  expect_recorded(import_fund("relief", "water"));
  rotate("a-relief", "z-relief");
  expect_recorded(import_fund("relief", "sand"));
  std::filesystem::copy_file(key("z-relief"), key("copy"));
  expect_recorded(import_fund("relief", "roof"));
}

TEST_F(ImportKeyFiles, OldOnesAloneAreRefusedAtEachRowAndOthersSign) {
  rotate("relief", "relief-2");
  rotate("relief-2", "relief-3");
  std::filesystem::remove(key("relief-3"));
  for (const char* name : {"stranger", "stranger-2"}) {
    ASSERT_EQ(centime({"keys", "new", "--member", "stranger", "--out", key(name)}).code, 0);
  }
  const auto word_at_row = [&](const std::string& member, const std::string& fund) {
    const Result refused = import_fund(member, fund);
    EXPECT_EQ(refused.code, 1);
    return json::parse(refused.out).at("bad").at(0).at("code");
  };
  EXPECT_EQ(word_at_row("relief", "water"), "unknown_key");
  EXPECT_EQ(word_at_row("stranger", "sand"), "unknown_member");
  expect_recorded(import(csv("web.csv", {good_rows().front()})));
}

}  // namespace
}  // namespace centime::program::testing
