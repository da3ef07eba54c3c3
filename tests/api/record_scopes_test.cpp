// What a token lets the node sign, kind by kind, and over HTTP.
#include "api/record_scopes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tests/api/node_fixture.h"
#include "tests/support/ledger_samples.h"

namespace centime::api {
namespace {

using ledger::RecordKind;

// Written out once more: whoever moves a kind to another scope means it.
const std::map<std::string_view, std::optional<Scope>> expected_scopes{
    {"donation", Scope::record},        {"disbursement", Scope::record},
    {"expenditure", Scope::record},     {"refund", Scope::record},
    {"return", Scope::record},          {"exchange", Scope::record},
    {"acknowledgement", Scope::record}, {"evidence", Scope::record},
    {"channel", Scope::record},         {"fund_proposal", Scope::record},
    {"dispute", Scope::attest},         {"attestation", Scope::attest},
    {"fund_approval", Scope::attest},   {"fund_closure", std::nullopt},
    {"member_proposal", std::nullopt},  {"approval", std::nullopt},
    {"key_rotation", std::nullopt},     {"member_suspension", std::nullopt},
    {"validator_change", std::nullopt},
};

TEST(RecordScopes, EachKindHasTheScopeThatWasDecidedForIt) {
  const auto words = enum_words(RecordKind{});
  ASSERT_EQ(expected_scopes.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i)
    EXPECT_EQ(scope_for(static_cast<RecordKind>(i)), expected_scopes.at(words[i])) << words[i];
}

class TokenScopes : public NodeTest {
 protected:
  ClientResponse send(const std::string& body, const std::string& secret) {
    return post("/v1/records", body, "application/json", {{"Authorization", "Bearer " + secret}});
  }

  static std::string text_of(const std::vector<ledger::Record>& records) {
    boost::json::array list;
    for (const ledger::Record& record : records) list.push_back(crypto::to_json(record));
    return boost::json::serialize(boost::json::object{{"records", std::move(list)}});
  }
};

TEST_F(TokenScopes, SignRecordsOfTheirKindsAndRefuseAllOthers) {
  open_fund();
  const std::vector<std::vector<Scope>> tokens{
      {Scope::record}, {Scope::attest}, {Scope::record, Scope::attest}};
  std::set<RecordKind> seen;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string secret = token(tokens[i], "token-" + std::to_string(i));
    for (auto& [name, sample] : test::sample_records()) {
      const std::string kind(crypto::word_of(sample.kind()));
      seen.insert(sample.kind());
      const auto needed = expected_scopes.at(kind);
      const bool allowed = needed && std::ranges::find(tokens[i], *needed) != tokens[i].end();
      const auto before = read("/v1/status").at("entries");
      const auto response = send(text_of({record(sample.body)}), secret);
      // What is allowed may be refused by the ledger, for what these samples name.
      EXPECT_EQ(response.status != 403, allowed) << name << " " << i << " " << response.body;
      if (allowed) continue;
      EXPECT_EQ(refused(response), (Refused{403, "scope_missing"})) << name;
      const auto told = json_of(response).at("records");
      ASSERT_EQ(told.as_array().size(), 1U);
      EXPECT_EQ(told.at(0).at("index"), 0);
      EXPECT_EQ(told.at(0).at("kind"), text(kind));
      EXPECT_EQ(told.at(0).at("code"), "scope_missing");
      EXPECT_EQ(response.header("www-authenticate"),
                needed ? "Bearer error=\"insufficient_scope\", scope=\"" +
                             std::string(crypto::word_of(*needed)) + "\""
                       : "Bearer error=\"insufficient_scope\"");
      EXPECT_EQ(read("/v1/status").at("entries"), before) << name;
    }
  }
  EXPECT_EQ(seen.size(), enum_words(RecordKind{}).size());
}

// A till's token was worth the member's key: a rotation to the thief's was final at once.
TEST_F(TokenScopes, ATokenDoesNotTakeTheMembersKey) {
  const auto thief = test::fixed_key("thief");
  const ledger::KeyRotation rotation{test::open_giving, thief.public_key(),
                                     thief.sign(ledger::key_proof_message(
                                         node->network(), test::open_giving, thief.public_key()))};
  const auto member = read("/v1/members/open-giving");
  const std::string secret = token({Scope::record, Scope::attest, Scope::check});
  EXPECT_EQ(refused(send(text_of({record(rotation)}), secret)), (Refused{403, "scope_missing"}));
  EXPECT_EQ(read("/v1/members/open-giving").at("keys"), member.at("keys"));
}

TEST_F(TokenScopes, OneRecordThatIsNotAllowedRefusesTheBatchAndIsNamed) {
  open_fund();
  const auto before = read("/v1/status").at("entries");
  const auto response =
      send(text_of({record(test::donation_of(10)), record(test::approval_of(test::relief)),
                    record(test::donation_of(10)), record(test::closure_of(test::relief))}),
           token());
  EXPECT_EQ(refused(response), (Refused{403, "scope_missing"}));
  const auto json = json_of(response);
  EXPECT_EQ(json.at("detail").as_string(),
            "records[1]: A record of kind `fund_approval` needs a token with the scope `attest`.");
  ASSERT_EQ(json.at("records").as_array().size(), 2U);
  EXPECT_EQ(json.at("records").at(0).at("index"), 1);
  EXPECT_EQ(json.at("records").at(1).at("index"), 3);
  EXPECT_EQ(json.at("records").at(1).at("kind"), "fund_closure");
  EXPECT_EQ(read("/v1/status").at("entries"), before);
}

// Large ones are read on a thread of their own.
TEST_F(TokenScopes, ALargeBatchIsHeldAgainstTheScopesToo) {
  std::vector<ledger::Record> records;
  for (int i = 0; i < 1'000; ++i)
    records.push_back(record(test::attestation_of(ledger::FundSubject{test::relief})));
  const std::string body = text_of(records);
  ASSERT_GT(body.size(), 64U * 1024);
  const auto response = send(body, token());
  EXPECT_EQ(refused(response), (Refused{403, "scope_missing"}));
  EXPECT_EQ(json_of(response).at("records").as_array().size(), 1'000U);
}

}  // namespace
}  // namespace centime::api
