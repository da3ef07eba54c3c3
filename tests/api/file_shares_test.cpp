// Files that take long: each client has a share of the places, so that one can't take them all.
#include "api/problem.h"
#include "api/resource.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

class FileShares : public NodeTest {
 protected:
  FileShares() : context(ApiOptions{*node, tokens_file}) {}
  ~FileShares() override { answers.clear(); }

  // A file without an end, asked for by this client; it is under way until the answer is dropped.
  Response file_for(const std::string& client) {
    return whole_csv(context, {node->published(), client}, "file.csv", {"a"},
                     [](CsvWriter&) { return true; });
  }

  Refused refused_file_for(const std::string& client) {
    const Response response = file_for(client);
    return {response.status, response.problem ? response.problem->code : "none"};
  }

  void take(std::size_t count, const std::string& client) {
    for (std::size_t i = 0; i < count; ++i) {
      answers.push_back(file_for(client));
      ASSERT_EQ(answers.back().status, 200U) << client << " " << i;
    }
  }

  ApiContext context;
  std::vector<Response> answers;  // Before the context, whose worker they use.
};

TEST_F(FileShares, AClientHasEightPlacesAndTheOthersTheirs) {
  take(8, "192.0.2.1");
  EXPECT_EQ(refused_file_for("192.0.2.1"), (Refused{429, "rate_limited"}));
  take(8, "192.0.2.2");
  EXPECT_EQ(refused_file_for("192.0.2.2"), (Refused{429, "rate_limited"}));
  answers.erase(answers.begin());
  take(1, "192.0.2.1");
}

// All places are taken; who has the newest file is still told so.
TEST_F(FileShares, WhoHasTheFileNeedsNoPlace) {
  open_fund();
  std::vector<ledger::Record> gifts;
  while (gifts.size() < 60) gifts.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(gifts))).status, 201U);
  const std::vector<std::string> lists{
      "/v1/records.json", "/v1/records.csv", "/v1/funds/relief/records.json",
      "/v1/funds/relief/records.csv", "/v1/members/open-giving/flows.csv"};
  std::vector<Fields> conditions;
  for (const auto& list : lists)
    conditions.push_back({{"If-None-Match", std::string(*get(list).header("etag"))}});

  Router router;
  const auto shared = std::make_shared<ApiContext>(ApiOptions{*node, tokens_file});
  add_records_routes(router, shared);
  add_fund_routes(router, shared);
  add_member_routes(router, shared);
  server.reset();
  ServerOptions options;
  options.hooks.state = ledger_state(*node);  // It keeps answers.
  server = std::make_unique<Server>(std::move(router), std::move(options));
  ASSERT_TRUE(server->start());
  for (int i = 0; i < 64; ++i)
    answers.push_back(whole_csv(*shared, {node->published(), ""}, "file.csv", {"a"},
                                [](CsvWriter&) { return true; }));
  for (std::size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(refused(get(lists[i])), (Refused{503, "busy"})) << lists[i];
    const auto known = get(lists[i], conditions[i]);
    EXPECT_EQ(known.status, 304U) << lists[i];
    EXPECT_EQ(known.header("etag"), conditions[i][0].second) << lists[i];
    EXPECT_EQ(known.body, "") << lists[i];
    EXPECT_EQ(refused(get(lists[i], {{"If-None-Match", "\"x\""}})), (Refused{503, "busy"}));
  }
  // What is not there has no tag that anyone could have.
  EXPECT_EQ(refused(get("/v1/funds/nowhere/records.json", conditions[2])),
            (Refused{404, "unknown_fund"}));
  EXPECT_EQ(refused(get("/v1/funds/relief/records.json?cursor=x", conditions[2])),
            (Refused{400, "bad_cursor"}));
  answers.clear();
  EXPECT_EQ(get(lists[2]).body, get(lists[2], {{"If-None-Match", "\"x\""}}).body)
      << "no part was kept as the whole";
  EXPECT_EQ(read(lists[2]).at("items").as_array().size(), 62U);
}

TEST_F(FileShares, LoopbackIsAProxyForManyAndHasAllPlaces) {
  take(64, "");
  EXPECT_EQ(refused_file_for(""), (Refused{503, "busy"}));
  EXPECT_EQ(refused_file_for("192.0.2.1"), (Refused{503, "busy"}));
  answers.pop_back();
  take(1, "192.0.2.1");
}

}  // namespace
}  // namespace centime::api
