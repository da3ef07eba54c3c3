// Drives every endpoint of a running node, and has check_openapi.py hold what it answered against
// its own OpenAPI document.
#include "api/openapi.h"

#include <cstdlib>
#include <fstream>
#include <set>

#include "tests/api/node_fixture.h"
#include "tests/api/raw_client.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;

class OpenApi : public NodeTest {
 protected:
  OpenApi() {
    std::string name = testing::TempDir() + "centime-openapi-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    exchanges_.open(folder_ / "exchanges");
  }
  ~OpenApi() override { std::filesystem::remove_all(folder_); }

  ClientResponse request(std::string_view method, std::string_view target, const Fields& headers,
                         std::string_view body) override {
    ClientResponse response = NodeTest::request(method, target, headers, body);
    const auto type = find_field(headers, "Content-Type").value_or("");
    const auto height = response.header("centime-height");
    boost::json::object line{
        {"method", method},
        {"target", target},
        {"status", response.status},
        {"content_type", response.header("content-type").value_or("")},
        {"height", height ? boost::json::value(*height) : boost::json::value(nullptr)},
        {"body", crypto::is_utf8(response.body) ? response.body : std::string()},
        {"request_type", type},
        {"request_body", type == "application/json" ? body : std::string_view()}};
    note(line);
    return response;
  }

  // What check_openapi.py says; empty when everything agrees.
  std::string faults() {
    std::ofstream(folder_ / "openapi.json") << get("/v1/openapi.json").body;
    exchanges_.close();
    const std::string output = folder_ / "faults";
    const std::string command = "python3 '" + std::string(CENTIME_SOURCE_DIR) +
                                "/tests/api/check_openapi.py' '" +
                                (folder_ / "openapi.json").string() + "' '" +
                                (folder_ / "exchanges").string() + "' > '" + output + "' 2>&1";
    if (std::system(command.c_str()) == 0) return {};
    std::ifstream in(output);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // A ledger with every kind of record in it; the donation of all its money.
  Story tell_everything() {
    const Story story = tell_story();
    const auto sent = id_of(story.disbursement);
    state_record(red_aid, test::exchange_of(300, "EUR", 50, "USD"));
    state_record(red_aid, test::evidence_of(ledger::RecordSubject{sent}));
    state_record(red_aid, test::dispute_of(sent, 3999));
    state_record(test::tender, test::attestation_of(ledger::FundSubject{test::relief}));
    state_record(red_aid, test::return_of(sent, 100));
    const ledger::FundId other{"other"};
    auto proposal = test::proposal_of(other);
    proposal.goal = ledger::Goal{{1'000'000}, test::currency("EUR")};
    state_record(red_aid, proposal);
    state_record(test::tender, test::approval_of(other));
    state_record(red_aid, test::closure_of(other));
    return story;
  }

  void read_lists(const Story& story) {
    state_record(red_aid, ledger::ValidatorChange{0, {{test::tender}}, {}});
    for (const std::string& list : {std::string("/v1/funds"),
                                    std::string("/v1/blocks"),
                                    std::string("/v1/funds/relief/records"),
                                    std::string("/v1/funds/relief/unacknowledged"),
                                    std::string("/v1/funds/relief/without-evidence"),
                                    std::string("/v1/members/red-aid/records"),
                                    "/v1/records/" + story.refund + "/sources",
                                    "/v1/records/" + story.disbursement + "/statements",
                                    std::string("/v1/records"),
                                    std::string("/v1/records/totals"),
                                    std::string("/v1/members"),
                                    std::string("/v1/channels"),
                                    std::string("/v1/proposals"),
                                    std::string("/v1/epochs"),
                                    std::string("/v1/evidence"),
                                    std::string("/v1/members/red-aid/flows"),
                                    std::string("/v1/members/red-aid/hand-overs"),
                                    std::string("/v1/funds/relief/flows"),
                                    std::string("/v1/funds/relief/accounts"),
                                    std::string("/v1/blocks/1/entries")}) {
      get(list);
      get(list + ".csv");
      get(list + ".json");
      get(list + "?limit=1");
      get(list + "?limit=0");
      get(list + "?cursor=nonsense");
    }
    get("/v1/channels?limit=x");
    get("/v1/consensus.csv");
    for (const std::string& table :
         {std::string("/v1/totals"), std::string("/v1/funds/relief/totals"),
          std::string("/v1/members/red-aid/totals"), std::string("/v1/blocks/1/signers"),
          "/v1/donations/" + story.donation + "/parts"}) {
      get(table);
      get(table + ".csv");
    }
  }

  void read_things(const Story& story) {
    const std::string nobody(64, '0');
    for (const auto& target : {
             std::string("/v1/status"),
             std::string("/v1/consensus"),
             std::string("/v1/evidence"),
             std::string("/v1/genesis"),
             std::string("/v1/policy"),
             std::string("/v1/schema"),
             std::string("/checkpoint"),
             std::string("/tile/0/000.p/2"),
             std::string("/tile/entries/000.p/2"),
             std::string("/tile/0/999"),
             std::string("/v1/search?q=relief"),
             std::string("/v1/search?q=web"),
             std::string("/v1/search.csv?q=re"),
             "/v1/search?q=" + story.donation,
             std::string("/v1/search?q=red"),
             std::string("/v1/search"),
             std::string("/v1/members/red-aid"),
             std::string("/v1/members/nobody"),
             std::string("/v1/members/NOBODY"),
             std::string("/v1/members/nobody/records"),
             std::string("/v1/members/nobody/flows"),
             std::string("/v1/members/nobody/hand-overs"),
             std::string("/v1/members/nobody/totals"),
             std::string("/v1/members/NOBODY/totals"),
             std::string("/v1/funds/nowhere/totals"),
             std::string("/v1/funds/-/totals"),
             std::string("/v1/blocks/x/signers"),
             std::string("/v1/blocks/999/signers"),
             std::string("/v1/donations/x/parts"),
             "/v1/donations/" + nobody + "/parts",
             "/v1/donations/" + story.refund + "/parts",
             std::string("/v1/members/NOBODY/flows"),
             std::string("/v1/members/NOBODY/hand-overs"),
             std::string("/v1/funds/relief"),
             std::string("/v1/funds/other"),
             std::string("/v1/funds/nowhere"),
             std::string("/v1/funds/-"),
             std::string("/v1/funds/nowhere/flows"),
             std::string("/v1/funds/-/flows"),
             std::string("/v1/funds/nowhere/accounts"),
             std::string("/v1/funds/-/accounts"),
             std::string("/v1/funds/nowhere/records"),
             std::string("/v1/funds/nowhere/unacknowledged"),
             std::string("/v1/funds/nowhere/without-evidence"),
             std::string("/v1/accounts/relief/red-aid/EUR"),
             std::string("/v1/accounts/relief/red-aid/JPY"),
             std::string("/v1/accounts/relief/red-aid/euro"),
             std::string("/v1/accounts/nowhere/red-aid/EUR"),
             std::string("/v1/accounts/relief/nobody/EUR"),
             "/v1/records/" + story.disbursement,
             std::string("/v1/records?kind=donation&kind=dispute&fund=relief&member=red-aid"),
             std::string("/v1/records?currency=EUR&category=goods&from=2026-02-01&to=2026-03-01"),
             std::string("/v1/records?min=1&max=500&text=donor"),
             std::string("/v1/records?fund=nowhere"),
             std::string("/v1/records/totals?member=nobody"),
             std::string("/v1/records/totals?fnud=relief"),
             std::string("/v1/records/totals?by=fund"),
             std::string("/v1/records/totals?by=category"),
             "/v1/records/" + nobody,
             std::string("/v1/records/xyz"),
             "/v1/records/" + story.expenditure + "/proof",
             "/v1/records/" + nobody + "/proof",
             std::string("/v1/records/xyz/proof"),
             "/v1/records/" + nobody + "/sources",
             "/v1/records/" + nobody + "/statements",
             std::string("/v1/records/xyz/statements"),
             "/v1/records/" + story.disbursement + "/statements?order=sideways",
             "/v1/records/" + story.expenditure + "/sources?group=day",
             "/v1/records/" + story.expenditure + "/sources?group=weather",
             "/v1/donations/" + story.donation + "/trace",
             "/v1/donations/" + story.donation + "/trace.csv",
             "/v1/donations/" + story.refund + "/trace",
             "/v1/donations/" + nobody + "/trace",
             std::string("/v1/donations/xyz/trace"),
             "/v1/donations/" + story.donation + "/proof",
             "/v1/donations/" + story.refund + "/proof",
             "/v1/donations/" + nobody + "/proof",
             std::string("/v1/donations/xyz/proof"),
             std::string("/v1/blocks/1"),
             std::string("/v1/blocks/99999"),
             std::string("/v1/blocks/first"),
             std::string("/v1/blocks/0/entries"),
             std::string("/v1/blocks/1/entries?limit=1"),
             std::string("/v1/blocks/x/entries"),
             std::string("/v1/entries/x"),
             std::string("/v1/entries/99999"),
             std::string("/v1/status.csv"),
             std::string("/v1/nothing"),
             std::string("/v1/openapi.json"),
         })
      get(target);
    request("DELETE", "/v1/status", {}, {});
    const auto size = node->published()->snapshot->head().size;
    for (std::uint64_t i = 0; i < size; ++i) get("/v1/entries/" + std::to_string(i));
    const auto statement = read("/v1/funds/relief").at("statements").at(0).at("id");
    get("/v1/records/" + std::string(statement.as_string()) + "/sources");
  }

  // The stream does not end, so only what comes at once is looked at.
  void read_events() {
    RawClient reader(server->port());
    reader.send("GET /v1/events?after=0 HTTP/1.1\r\nHost: t\r\n\r\n");
    std::string told;
    while (told.find("\"dispute\"") == std::string::npos) {
      ASSERT_TRUE(reader.read_some());
      told += reader.take_received();
    }
    const auto height = told.find("Centime-Height: ") + 16;
    note({{"method", "GET"},
          {"target", "/v1/events?after=0"},
          {"status", 200},
          {"content_type", "text/event-stream"},
          {"height", told.substr(height, told.find("\r\n", height) - height)},
          {"body", told.substr(told.find("\r\n\r\n"))},
          {"request_type", ""},
          {"request_body", ""}});
    for (const auto* target :
         {"after=x", "after=99999", "fund=-", "fund=nowhere", "record=xyz",
          "record=0000000000000000000000000000000000000000000000000000000000000000"})
      get("/v1/events?" + std::string(target));
    get("/v1/events.csv");
  }

  void note(const boost::json::object& exchange) {
    exchanges_ << boost::json::serialize(exchange) << "\n";
  }

  void write_submissions() {
    const auto fresh = sign(open_giving, {record(test::donation_of(100))});
    const std::string json = boost::json::serialize(crypto::to_json(fresh));
    post("/v1/submissions", json);
    post("/v1/submissions", json);
    post("/v1/submissions?wait=none", json);
    post("/v1/submissions?wait=x", json);
    post("/v1/submissions", "{}");
    post("/v1/submissions", json, "text/plain");
    post("/v1/submissions", std::string(9 << 20, ' '));
    post("/v1/submissions", json, "application/json", {{"Expect", "magic"}});
    submit(sign(open_giving, {record(test::disbursement_of(red_aid, 99'999))}));

    const crypto::Bytes bytes = crypto::encode(fresh);
    std::string framed{'\0', '\0', static_cast<char>(bytes.size() >> 8),
                       static_cast<char>(bytes.size())};
    framed += crypto::as_text(bytes);
    auto bad = sign(open_giving, {record(test::disbursement_of(red_aid, 99'999))});
    const crypto::Bytes bad_bytes = crypto::encode(bad);
    framed +=
        {'\0', '\0', static_cast<char>(bad_bytes.size() >> 8), static_cast<char>(bad_bytes.size())};
    framed += crypto::as_text(bad_bytes);
    post("/v1/submissions/check", framed, "application/octet-stream");
    post("/v1/submissions/check", "junk", "application/octet-stream");
    post("/v1/submissions/check", "{}");
    post("/v1/submissions/check", std::string(3 << 20, ' '), "application/octet-stream");
    post("/v1/submissions/check", framed, "application/octet-stream",
         {{"Authorization", "Bearer centime_no"}});
  }

  void write_records() {
    const Fields shop{{"Authorization", "Bearer " + token()}};
    const Fields checker{{"Authorization", "Bearer " + token({Scope::check}, "checker")}};
    const std::string one = boost::json::serialize(crypto::to_json(record(test::donation_of(7))));
    const std::string batch =
        "{\"records\":[" + boost::json::serialize(crypto::to_json(record(test::donation_of(8)))) +
        "," + boost::json::serialize(crypto::to_json(record(test::donation_of(9)))) + "]}";
    post("/v1/records", one, "application/json", shop);
    post("/v1/records", one, "application/json", shop);
    post("/v1/records", batch, "application/json", shop);
    post("/v1/records?wait=none", batch, "application/json", shop);
    post("/v1/records", one);
    post("/v1/records", one, "application/json", {{"Authorization", "Bearer centime_no"}});
    post("/v1/records", one, "application/json", checker);
    const auto approval = crypto::to_json(record(test::approval_of(test::relief)));
    post("/v1/records", boost::json::serialize(approval), "application/json", shop);
    const auto closure = crypto::to_json(record(test::closure_of(test::relief)));
    post("/v1/records", boost::json::serialize(closure), "application/json", shop);
    post("/v1/records", one, "text/plain", shop);
    post("/v1/records", "{\"records\":[7]}", "application/json", shop);
    post("/v1/records", "{\"records\":[]}", "application/json", shop);
    const auto greedy = crypto::to_json(record(test::disbursement_of(red_aid, 99'999)));
    post("/v1/records", boost::json::serialize(greedy), "application/json", shop);
    post("/v1/records", std::string(9 << 20, ' '), "application/json", shop);
  }

 private:
  std::filesystem::path folder_;
  std::ofstream exchanges_;
};

TEST_F(OpenApi, EveryLiveAnswerIsAsTheDocumentSays) {
  const Story story = tell_everything();
  read_lists(story);
  read_things(story);
  read_events();
  write_submissions();
  write_records();
  EXPECT_EQ(faults(), "");
}

TEST_F(OpenApi, ADocumentThatSaysOtherwiseIsFound) {
  get("/v1/status");
  EXPECT_NE(faults().find("no exchange answered"), std::string::npos);
}

TEST_F(OpenApi, WhatAnyRequestMayBeAnsweredIsInTheDocument) {
  const auto document = openapi_document("0");
  for (const auto& [path, operations] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      for (const char* status : {"400", "408", "413", "417", "431", "503", "504"})
        EXPECT_TRUE(operation.at("responses").as_object().contains(status))
            << method << " " << path << " " << status;
    }
  }
}

// Names of parameters aside, and what stands for several segments.
std::string shape_of(std::string_view route) {
  std::string shape;
  bool inside = false;
  for (const char c : route) {
    if (!inside) shape += c;
    inside = (inside || c == '{') && c != '}';
  }
  return shape;
}

TEST_F(OpenApi, HasEveryRouteOfTheApiAndNoOther) {
  Router router;
  add_api(router, {*node, tokens_file, "0.1.0", {}});
  std::set<std::string> routes, told;
  for (const std::string& route : router.routes()) routes.insert(shape_of(route));
  const auto document = openapi_document("0");
  for (const auto& [path, operations] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
      told.insert(shape_of(upper + " " + std::string(path)));
    }
  }
  EXPECT_GT(routes.size(), 30U);
  EXPECT_EQ(routes, told);
}

TEST_F(OpenApi, ARouteTakesNoOtherMethodThanTheDocumentSays) {
  const auto document = openapi_document("0");
  for (const auto& [path, operations] : document.at("paths").as_object()) {
    std::string target;
    for (const char c : shape_of(std::string(path))) target += c == '{' ? 'x' : c;
    const auto wrong = request("DELETE", target, {}, {});
    EXPECT_EQ(refused(wrong), (Refused{405, "method_not_allowed"})) << target;
    for (const auto& [method, operation] : operations.as_object()) {
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
      EXPECT_NE(wrong.header("allow")->find(upper), std::string::npos) << target;
    }
  }
}

}  // namespace
}  // namespace centime::api
