// POST /v1/submissions and POST /v1/records.
#include <filesystem>

#include "tests/api/made_answer.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;

class Submissions : public NodeTest {
 protected:
  Fields bearer(const std::string& secret) { return {{"Authorization", "Bearer " + secret}}; }

  std::string record_text(ledger::RecordBody body) {
    return boost::json::serialize(crypto::to_json(record(std::move(body))));
  }
};

TEST_F(Submissions, CanonicalBytesBecomeFinalWithIdsEntriesAndHeight) {
  open_fund();
  const auto submission =
      sign(open_giving, {record(test::donation_of(5000)), record(test::donation_of(1))});
  const auto response = submit(submission);
  ASSERT_EQ(response.status, 201U) << response.body;
  const auto json = json_of(response);
  EXPECT_EQ(json.at("status").as_string(), "final");
  EXPECT_FALSE(json.at("repeat").as_bool());
  ASSERT_EQ(json.at("ids").as_array().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string id(json.at("ids").at(i).as_string());
    const auto shown = read("/v1/records/" + id);
    EXPECT_EQ(shown.at("entry"), json.at("entries").at(i));
    EXPECT_EQ(shown.at("height"), json.at("height"));
  }
  EXPECT_EQ(response.header("centime-height"), std::to_string(json.at("height").to_number<int>()));
}

TEST_F(Submissions, JsonIsTheSameAsCanonicalBytes) {
  open_fund();
  const auto submission = sign(open_giving, {record(test::donation_of(5000))});
  const auto first = post("/v1/submissions", boost::json::serialize(crypto::to_json(submission)));
  ASSERT_EQ(first.status, 201U) << first.body;
  const auto again = submit(submission);
  EXPECT_EQ(again.status, 200U);
  EXPECT_TRUE(json_of(again).at("repeat").as_bool());
  EXPECT_EQ(json_of(again).at("ids"), json_of(first).at("ids"));
  EXPECT_EQ(json_of(again).at("entries"), json_of(first).at("entries"));
}

TEST_F(Submissions, ARefusedBatchNamesEachBadRecordAndRecordsNothing) {
  open_fund();
  ledger::Donation nowhere = test::donation_of(10, "EUR", ledger::FundId{"nowhere"});
  const auto response =
      submit(sign(open_giving, {record(test::donation_of(10)), record(nowhere),
                                record(test::disbursement_of(test::red_aid, 999))}));
  EXPECT_EQ(refused(response), (Refused{422, "unknown_fund"}));
  const auto records = json_of(response).at("records").as_array();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].at("index"), 1);
  EXPECT_EQ(records[0].at("code"), "unknown_fund");
  EXPECT_EQ(records[1].at("index"), 2);
  EXPECT_EQ(records[1].at("code"), "insufficient_funds");
  EXPECT_TRUE(read("/v1/funds/relief").at("totals").as_array().empty());
}

TEST_F(Submissions, ASignatureOfAnotherKeyIsRefused) {
  open_fund();
  auto submission = sign(open_giving, {record(test::donation_of(10))});
  submission.head.signature.bytes[0] ^= 1;
  EXPECT_EQ(refused(submit(submission)), (Refused{422, "bad_signature"}));
  const auto stranger = ledger::sign_submission(
      node->network(), open_giving, test::fixed_key("nobody"), {record(test::donation_of(10))});
  EXPECT_EQ(refused(submit(stranger)), (Refused{422, "unknown_key"}));
}

TEST_F(Submissions, BytesThatAreNoSubmissionAreBadEncoding) {
  EXPECT_EQ(refused(post("/v1/submissions", "junk", "application/octet-stream")),
            (Refused{400, "bad_encoding"}));
  EXPECT_EQ(refused(post("/v1/submissions", "", "application/octet-stream")),
            (Refused{400, "bad_encoding"}));
  EXPECT_EQ(refused(post("/v1/submissions", "{\"head\":")), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(refused(post("/v1/submissions", "{}")), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(refused(post("/v1/submissions", "{}", "text/plain")),
            (Refused{415, "unsupported_media_type"}));
}

// Each way in which a body can be wrong, at each address that takes one.
TEST_F(Submissions, WhateverIsWrongWithABodyChangesNothing) {
  open_fund();
  const std::string secret = token();
  const std::string good_record = record_text(test::donation_of(10));
  const auto good = sign(open_giving, {record(test::donation_of(10))});
  const std::string good_submission = boost::json::serialize(crypto::to_json(good));
  const std::string bytes(crypto::as_text(crypto::encode(good)));
  const auto with = [](std::string text, std::string_view what, std::string_view instead) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), instead);
  };
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Refused encoding{400, "bad_encoding"}, large{413, "too_large"};
  struct Case {
    std::string what, body;
    Refused expected;
  };
  const auto json_cases = [&](const std::string& text) {
    return std::vector<Case>{
        {"oversized", std::string(9 << 20, ' '), large},
        {"truncated", text.substr(0, text.size() - 1), encoding},
        {"deeply nested", deep, encoding},
        {"deeply nested inside", with(text, R"("EUR")", deep), encoding},
        {"not UTF-8", with(text, "EUR", "E\xff\xfe"), encoding},
        {"a field twice", with(text, R"("currency":)", R"("currency":"EUR","currency":)"),
         encoding},
        {"an unknown field", with(text, R"("currency":)", R"("colour":"red","currency":)"),
         encoding},
        {"a field missing", with(text, R"("currency":"EUR",)", ""), encoding},
        {"a number for a text", with(text, R"("EUR")", "978"), encoding},
        {"a text for a number", with(text, R"("amount":10)", R"("amount":"ten")"), encoding},
        {"a fraction", with(text, R"("amount":10)", R"("amount":10.5)"), encoding},
        {"a list for an object", "[" + text + ",1]", encoding},
        {"nothing", "", encoding}};
  };
  const std::vector<Case> binary_cases{{"oversized", std::string(9 << 20, ' '), large},
                                       {"truncated", bytes.substr(0, bytes.size() - 1), encoding},
                                       {"more behind", bytes + "x", encoding},
                                       {"nothing", "", encoding}};
  const auto size = read("/v1/status").at("entries");
  const auto expect_refused = [&](const std::string& path, const std::vector<Case>& cases,
                                  const std::string& type) {
    for (const auto& [what, body, expected] : cases)
      EXPECT_EQ(refused(post(path, body, type, bearer(secret))), expected) << path << ", " << what;
  };
  expect_refused("/v1/records", json_cases(good_record), "application/json");
  expect_refused("/v1/submissions", json_cases(good_submission), "application/json");
  expect_refused("/v1/submissions", binary_cases, "application/octet-stream");
  // A list of submissions, each behind its length; it may be long, and empty.
  expect_refused("/v1/submissions/check",
                 {{"no length", bytes, encoding}, {"a length cut", {"\0\0\0", 3}, encoding}},
                 "application/octet-stream");
  Fields zipped = bearer(secret);
  zipped.emplace_back("Content-Encoding", "gzip");
  EXPECT_EQ(refused(post("/v1/records", good_record, "application/json", zipped)),
            (Refused{415, "unsupported_media_type"}));
  EXPECT_EQ(read("/v1/status").at("entries"), size);
  EXPECT_EQ(submit(good).status, 201U);  // None of them has taken its place.
}

// RFC 9110, 8.3.1.
TEST_F(Submissions, AMediaTypeIsReadWithoutRegardToCaseAndBlanks) {
  open_fund();
  const auto headers = bearer(token());
  for (const char* type :
       {"Application/JSON", "application/json;charset=utf-8", "application/json ; charset=utf-8"}) {
    EXPECT_EQ(post("/v1/records", record_text(test::donation_of(10)), type, headers).status, 201U)
        << type;
  }
  for (const char* type : {"application/jsonx", "application", "", ";application/json"}) {
    EXPECT_EQ(refused(post("/v1/records", record_text(test::donation_of(10)), type, headers)),
              (Refused{415, "unsupported_media_type"}))
        << type;
  }
  const auto bytes = crypto::encode(sign(open_giving, {record(test::donation_of(10))}));
  EXPECT_EQ(post("/v1/submissions", crypto::as_text(bytes), "Application/Octet-Stream").status,
            201U);
  EXPECT_EQ(post("/v1/submissions/check", "", "APPLICATION/octet-stream ; x=y").status, 200U);
}

TEST_F(Submissions, LargeJsonIsRecordedLikeSmall) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 1'000; ++i) records.push_back(record(test::donation_of(10)));
  const auto signed_elsewhere = boost::json::serialize(crypto::to_json(sign(open_giving, records)));
  ASSERT_GT(signed_elsewhere.size(), 64U * 1024);
  const auto first = post("/v1/submissions", signed_elsewhere);
  ASSERT_EQ(first.status, 201U) << first.body;
  EXPECT_EQ(json_of(first).at("ids").as_array().size(), 1'000U);
  EXPECT_EQ(post("/v1/submissions?wait=none", signed_elsewhere).status, 202U);
  EXPECT_EQ(refused(post("/v1/submissions", signed_elsewhere.substr(1))),
            (Refused{400, "bad_encoding"}));

  boost::json::array list;
  for (int i = 0; i < 1'000; ++i) list.push_back(crypto::to_json(record(test::donation_of(10))));
  const std::string body = boost::json::serialize(boost::json::object{{"records", list}});
  const auto second = post("/v1/records", body, "application/json", bearer(token()));
  EXPECT_EQ(second.status, 201U) << second.body;
  EXPECT_EQ(refused(post("/v1/records", body)), (Refused{401, "token_required"}));
}

TEST_F(Submissions, LargeJsonIsNotReadOnAThreadOfTheServer) {
  Router router;
  add_api(router, {*node, tokens_file});
  const std::string small = "[" + std::string((64 << 10) - 2, ' ') + "]";
  const std::string json = "Content-Type: application/json\r\nContent-Length: 1\r\n";
  const std::string secret = "Authorization: Bearer " + token() + "\r\n";
  for (const std::string& head :
       {"POST /v1/submissions HTTP/1.1\r\nHost: t\r\n" + json + "\r\n",
        "POST /v1/records HTTP/1.1\r\nHost: t\r\n" + json + secret + "\r\n"}) {
    const auto quick = make_answer(router, head, small),
               slow = make_answer(router, head, small + " ");
    EXPECT_TRUE(quick.at_once) << head;
    EXPECT_FALSE(slow.at_once) << head;
    for (const auto& answer : {quick, slow})
      EXPECT_EQ(answer.response.problem->code, "bad_encoding");
  }
}

TEST_F(Submissions, ABodyAboveTheLimitIsTooLarge) {
  EXPECT_EQ(refused(post("/v1/submissions", std::string(9 << 20, ' '))),
            (Refused{413, "too_large"}));
}

TEST_F(Submissions, WaitNoneAnswersWithTheIdsThatTheRecordsWillHave) {
  open_fund();
  const auto submission = sign(open_giving, {record(test::donation_of(5000))});
  const auto response = submit(submission, "?wait=none");
  ASSERT_EQ(response.status, 202U) << response.body;
  const auto json = json_of(response);
  EXPECT_EQ(json.at("status"), "accepted");
  const auto final = submit(submission);  // Waits for the first, whichever of them it is.
  EXPECT_EQ(json_of(final).at("ids"), json.at("ids"));
  // What it came to is not waited for, be it a repeat or a refusal.
  EXPECT_EQ(submit(submission, "?wait=none").status, 202U);
  const auto greedy = sign(open_giving, {record(test::disbursement_of(test::red_aid, 9'999))});
  EXPECT_EQ(submit(greedy, "?wait=none").status, 202U);
  EXPECT_EQ(refused(submit(submission, "?wait=forever")), (Refused{400, "bad_parameter"}));
}

TEST_F(Submissions, WaitNoneTellsAtOnceWhatTheNodeDoesNotTake) {
  auto sent = test::disbursement_of(test::red_aid, 1);
  sent.purpose = {std::string(500, 'a')};
  boost::json::array list;
  for (int i = 0; i < 2'000; ++i) list.push_back(crypto::to_json(record(sent)));
  const std::string body = boost::json::serialize(boost::json::object{{"records", list}});
  const auto shop = bearer(token());
  for (const std::string wait : {"none", "final"}) {
    EXPECT_EQ(refused(post("/v1/records?wait=" + wait, body, "application/json", shop)),
              (Refused{413, "too_large"}))
        << wait;
  }
}

TEST_F(Submissions, RecordsNeedATokenWithTheScope) {
  const std::string body = record_text(test::channel_of(test::web));
  const auto without = post("/v1/records", body);
  EXPECT_EQ(refused(without), (Refused{401, "token_required"}));
  EXPECT_EQ(without.header("www-authenticate"), "Bearer");
  EXPECT_EQ(refused(post("/v1/records", body, "application/json", bearer("centime_no"))),
            (Refused{401, "bad_token"}));
  const auto with = post("/v1/records", body, "application/json", bearer(token()));
  EXPECT_EQ(with.status, 201U) << with.body;
}

TEST_F(Submissions, TokensThatCanNotBeReadAreTheNodesFault) {
  const auto headers = bearer(token());
  const std::string body = record_text(test::channel_of(test::web));
  std::filesystem::permissions(tokens_file, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(refused(post("/v1/records", body, "application/json", headers)),
            (Refused{500, "internal_error"}));
  EXPECT_EQ(refused(post("/v1/submissions/check", "", "application/octet-stream", headers)),
            (Refused{500, "internal_error"}));
  EXPECT_EQ(refused(post("/v1/records", body)), (Refused{401, "token_required"}));
  std::filesystem::permissions(tokens_file, std::filesystem::perms::group_read,
                               std::filesystem::perm_options::remove);
  EXPECT_EQ(post("/v1/records", body, "application/json", headers).status, 201U);
}

TEST_F(Submissions, ARevokedTokenIsRefusedAtOnce) {
  const std::string secret = token();
  ASSERT_EQ(post("/v1/records", record_text(test::channel_of(test::web)), "application/json",
                 bearer(secret))
                .status,
            201U);
  ASSERT_TRUE(revoke_token(tokens_file, "shop"));
  EXPECT_EQ(refused(post("/v1/records", record_text(test::channel_of(test::web)),
                         "application/json", bearer(secret))),
            (Refused{401, "bad_token"}));
}

TEST_F(Submissions, TheNodeSignsRecordsAsItsOwnMember) {
  open_fund();
  const auto one = post("/v1/records", record_text(test::donation_of(5000)), "application/json",
                        bearer(token()));
  ASSERT_EQ(one.status, 201U) << one.body;
  const std::string id(json_of(one).at("ids").at(0).as_string());
  EXPECT_EQ(one.header("location"), "/v1/records/" + id);
  EXPECT_EQ(read("/v1/records/" + id).at("author"), text(open_giving.value));
}

TEST_F(Submissions, ABatchOfRecordsIsOneSubmissionAndARepeatIsNoError) {
  open_fund();
  const std::string body = "{\"records\":[" + record_text(test::donation_of(5000)) + "," +
                           record_text(test::donation_of(700)) + "]}";
  const auto headers = bearer(token());
  const auto first = post("/v1/records", body, "application/json", headers);
  ASSERT_EQ(first.status, 201U) << first.body;
  EXPECT_EQ(json_of(first).at("ids").as_array().size(), 2U);
  const auto again = post("/v1/records", body, "application/json", headers);
  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(json_of(again).at("ids"), json_of(first).at("ids"));
  EXPECT_EQ(read("/v1/funds/relief").at("totals").at(0).at("donations"), 2);
}

TEST_F(Submissions, EachRecordThatIsNotOneIsNamed) {
  const std::string good = record_text(test::channel_of(test::web));
  const std::string body =
      "{\"records\":[" + good + ",{\"type\":\"donation\",\"reference\":\"x\"}," + good + ",7]}";
  const auto response = post("/v1/records", body, "application/json", bearer(token()));
  EXPECT_EQ(refused(response), (Refused{400, "bad_encoding"}));
  const auto json = json_of(response);
  EXPECT_EQ(json.at("path"), "records[1].fund");
  EXPECT_EQ(json.at("fault"), "missing_field");
  ASSERT_EQ(json.at("records").as_array().size(), 2U);
  EXPECT_EQ(json.at("records").at(0).at("index"), 1);
  EXPECT_EQ(json.at("records").at(1).at("index"), 3);
}

TEST_F(Submissions, RefusesEmptyAndOverlongLists) {
  const auto headers = bearer(token());
  const auto send = [&](std::string_view body) {
    return refused(post("/v1/records", body, "application/json", headers));
  };
  EXPECT_EQ(send("[]"), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(send("{\"records\":[]}"), (Refused{400, "bad_encoding"}));
  EXPECT_EQ(send("{\"records\":[{}],\"more\":1}"), (Refused{400, "bad_encoding"}));
  std::string many = "{\"records\":[0";
  for (std::size_t i = 0; i < ledger::submission_records_max; ++i) many += ",0";
  EXPECT_EQ(send(many + "]}"), (Refused{413, "too_large"}));
}

TEST_F(Submissions, AStoppingNodeSaysSo) {
  node->stop();
  const auto response = submit(sign(open_giving, {record(test::channel_of(test::web))}));
  EXPECT_EQ(refused(response), (Refused{503, "stopping"}));
  EXPECT_TRUE(response.header("retry-after"));
  const auto hurried =
      submit(sign(open_giving, {record(test::channel_of(test::web))}), "?wait=none");
  EXPECT_EQ(refused(hurried), (Refused{503, "stopping"}));
}

TEST_F(Submissions, OtherSitesMayNotWrite) {
  const auto response =
      post("/v1/records", "{}", "application/json", {{"Origin", "https://elsewhere.example"}});
  EXPECT_FALSE(response.header("access-control-allow-origin"));
}

}  // namespace
}  // namespace centime::api
