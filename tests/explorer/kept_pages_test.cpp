// Every page and every resource, from a server that gives answers again and from one that does
// not: the same, whoever asked before.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/api/gunzip.h"
#include "tests/api/raw_client.h"
#include "tests/explorer/explorer_world.h"

namespace centime::explorer {
namespace {

class KeptPages : public ExplorerTest {
 protected:
  std::unique_ptr<api::Server> serve_all(std::size_t kept_answer_bytes) {
    api::Router router;
    api::add_api(router, {*node, tokens_file});
    add_pages(router, *node, {.public_url = "https://ledger.example.org"});
    api::ServerOptions options;
    options.limits.kept_answer_bytes = kept_answer_bytes;
    options.hooks.state = api::ledger_state(*node);
    options.hooks.decorate = api::height_decorator(*node);
    options.hooks.problem_page = problem_page;
    auto made = std::make_unique<api::Server>(std::move(router), std::move(options));
    const auto started = made->start();
    if (!started) throw std::runtime_error(started.error());
    return made;
  }

  // Without what is new each time: the date, and the trace id of a problem, by which its length
  // differs once it is compressed.
  static std::string told(const api::ClientResponse& response) {
    std::string text = std::to_string(response.status) + "\n";
    for (const auto& [name, value] : response.headers)
      if (name != "date" && (name != "content-length" || response.status < 400))
        text += name + ": " + value + "\n";
    return text + (response.status == 200 ? response.body : "");
  }

  std::vector<std::string> targets() {
    open_fund();
    const auto gift = partly_spent_gift();
    const auto sent = disburse(test::open_giving, test::red_aid, donated_more());
    std::vector<std::string> all{"/",
                                 "/?lang=es",
                                 "/funds",
                                 "/search?q=relief",
                                 "/rule",
                                 "/docs/errors",
                                 "/f/relief",
                                 "/m/red-aid",
                                 "/r/" + sent,
                                 "/d/" + gift,
                                 "/d/" + sent,
                                 "/d/" + gift + "?lang=fr",
                                 "/checkpoint",
                                 "/tile/0/000.p/8",
                                 "/v1/members",
                                 "/v1/members/red-aid",
                                 "/v1/funds",
                                 "/v1/funds/relief",
                                 "/v1/channels",
                                 "/v1/funds/relief/flows",
                                 "/v1/funds/relief/accounts",
                                 "/v1/members/red-aid/flows",
                                 "/v1/members/red-aid/hand-overs",
                                 "/v1/channels.csv",
                                 "/v1/proposals.csv",
                                 "/v1/epochs",
                                 "/v1/blocks",
                                 "/v1/blocks/3",
                                 "/v1/genesis",
                                 "/v1/blocks/3/entries",
                                 "/v1/policy",
                                 "/v1/entries/5",
                                 "/v1/schema",
                                 "/v1/openapi.json",
                                 "/v1/funds.csv",
                                 "/v1/evidence",
                                 "/v1/search?q=relief",
                                 "/v1/funds/relief/records",
                                 "/v1/funds/relief/unacknowledged",
                                 "/v1/accounts/relief/red-aid/EUR",
                                 "/d/0000000000000000",
                                 "/v1/nothing"};
    for (const char* more : {"/trace", "/trace.csv", "/proof"})
      all.push_back("/v1/donations/" + gift + more);
    for (const char* more : {"", "/sources", "/proof", "/sources?group=day"})
      all.push_back("/v1/records/" + sent + more);
    return all;
  }

  std::uint64_t donated_more() {
    donate(700);
    return 700;
  }
};

TEST_F(KeptPages, AreWhatWouldBeMadeAnew) {
  const auto asked = targets();
  std::vector<api::Fields> ways;
  for (const char* accept : {"text/html", "application/json", "*/*"})
    for (const char* language : {"en", "fr", "es;q=0.9, de"})
      ways.push_back({{"Accept", accept}, {"Accept-Language", language}});
  ways.push_back({});
  ways.push_back({{"If-None-Match", "*"}});
  ways.push_back({{"Accept", "text/html"}, {"Accept-Encoding", "gzip, deflate, br"}});
  ways.push_back({{"Accept-Encoding", "gzip"}});
  ways.push_back({{"Accept", "text/html"}, {"X-Forwarded-For", "192.0.2.1"}, {"User-Agent", "x"}});
  std::vector<std::pair<std::string, std::size_t>> turns;
  for (const auto& target : asked)
    for (std::size_t way = 0; way < ways.size(); ++way)
      for (int time = 0; time < 3; ++time) turns.emplace_back(target, way);
  std::ranges::shuffle(turns, std::mt19937(13));

  const auto keeping = serve_all(16 << 20), plain = serve_all(0);
  api::HttpClient kept, fresh;
  const auto ask = [](api::HttpClient& from, const api::Server& server, const std::string& target,
                      const api::Fields& fields) {
    const auto url = "http://127.0.0.1:" + std::to_string(server.port()) + target;
    const auto answer = from.request("GET", url, fields);
    return answer ? told(*answer) : answer.error().detail;
  };
  for (const auto& [target, way] : turns) {
    ASSERT_EQ(ask(kept, *keeping, target, ways[way]), ask(fresh, *plain, target, ways[way]))
        << target << " " << way;
  }
  EXPECT_GT(keeping->counters().answered_again, turns.size() / 3);
  EXPECT_EQ(plain->counters().answered_again, 0U);
}

TEST_F(KeptPages, ComeCompressedToWhoTakesIt) {
  const auto server = serve_all(16 << 20);
  api::HttpClient client;
  for (const auto& target : targets()) {
    const auto url = "http://127.0.0.1:" + std::to_string(server->port()) + target;
    const auto plain = client.request("GET", url);
    const auto packed = client.request("GET", url, {{"Accept-Encoding", "gzip"}});
    ASSERT_TRUE(plain && packed) << target;
    if (plain->status != 200 || !packed->header("content-encoding")) {
      EXPECT_EQ(packed->status, plain->status);
      EXPECT_TRUE(plain->status != 200 || packed->body == plain->body) << target;
      continue;
    }
    EXPECT_GE(plain->body.size(), 1024U) << target;
    EXPECT_LT(packed->body.size(), plain->body.size() * 3 / 4) << target;
    EXPECT_EQ(api::gunzip(packed->body), plain->body) << target;
    EXPECT_TRUE(!packed->header("etag") || packed->header("etag") != plain->header("etag"));
  }
  const auto gift =
      client.request("GET", "http://127.0.0.1:" + std::to_string(server->port()) + "/",
                     {{"Accept", "text/html"}, {"Accept-Encoding", "gzip"}});
  EXPECT_EQ(gift->header("content-encoding"), "gzip");
}

// The tag of a donor's page is not made of the page.
TEST_F(KeptPages, TheSameTagIsTheSamePage) {
  open_fund();
  const auto gift = donate(), other = donate();
  std::map<std::string, std::string> bodies;
  const auto see = [&](const std::string& target, const std::string& host,
                       const std::string& language) {
    api::RawClient client(server->port());
    const auto answer =
        client.ask("GET " + target + " HTTP/1.1\r\nHost: " + host +
                   "\r\nAccept: text/html\r\nAccept-Language: " + language + "\r\n\r\n");
    ASSERT_EQ(answer.status, 200U) << target;
    const auto tag = answer.header("etag");
    EXPECT_EQ(tag.size(), 34U) << tag;
    EXPECT_EQ(bodies.emplace(tag, answer.body).first->second, answer.body) << target << host;
  };
  const auto see_all = [&] {
    for (const auto& target :
         {"/d/" + gift, "/d/" + other, "/d/" + gift.substr(0, 20), "/d/" + gift + "?lang=fr",
          "/d/" + gift + "?x=%26", std::string("/f/relief")})
      for (const auto* host : {"a.example", "b.example:80", "<>"})
        for (const auto* language : {"en", "es", "fr;q=0.5, es;q=0.4"}) see(target, host, language);
  };
  see_all();
  see_all();
  const auto before = bodies.size();
  EXPECT_GE(before, 30U);
  disburse(test::open_giving, test::red_aid, 5000);
  see_all();
  EXPECT_EQ(bodies.size(), 2 * before) << "each page tells its block";
}

// Those that a link gets where it is shared.
TEST_F(KeptPages, ParametersThatAPageDoesNotReadMakeNoOtherPage) {
  open_fund();
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  for (const auto& path : {"/d/" + gift, "/r/" + sent}) {
    const auto plain = page(path);
    for (const auto* query : {"?fbclid=1", "?fbclid=2&utm_source=x", "?x"}) {
      const auto before = server->counters().answered_again;
      const auto same = page(path + query);
      EXPECT_EQ(same.body, plain.body) << query;
      EXPECT_EQ(same.header("etag"), plain.header("etag")) << query;
      EXPECT_EQ(server->counters().answered_again, before + 1) << query;
    }
  }
  const auto by_day = page("/r/" + sent + "?group=day&x=1&lang=fr");
  EXPECT_EQ(by_day.body, page("/r/" + sent + "?group=day&lang=fr").body);
  EXPECT_NE(by_day.body, page("/r/" + sent + "?lang=fr").body);
}

TEST_F(KeptPages, ADonorSeesWhatHappenedInTheLastBlock) {
  open_fund();
  const auto gift = donate();
  const auto received = page("/d/" + gift);
  EXPECT_EQ(page("/d/" + gift).body, received.body);
  disburse(test::open_giving, test::red_aid, 5000);
  const auto sent = page("/d/" + gift);
  EXPECT_NE(sent.body, received.body);
  EXPECT_NE(sent.header("centime-height"), received.header("centime-height"));
  EXPECT_NE(sent.header("etag"), received.header("etag"));
  EXPECT_EQ(server->counters().answered_again, 1U);
}

}  // namespace
}  // namespace centime::explorer
