// Lists that may grow long: an answer has a part of each and says how much there is of it.
#include <algorithm>
#include <numeric>
#include <set>

#include "api/item_list.h"
#include "api/page_cursor.h"
#include "api/queries.h"
#include "api/resource.h"
#include "tests/api/node_fixture.h"
#include "tests/api/raw_client.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;
using test::tender;

class LongLists : public NodeTest {
 protected:
  void submit_all(const ledger::MemberId& author, std::vector<ledger::Record> records) {
    ASSERT_EQ(submit(sign(author, std::move(records))).status, 201U);
  }

  std::vector<ledger::Record> repeated(std::size_t count, const ledger::RecordBody& body) {
    std::vector<ledger::Record> records;
    while (records.size() < count) records.push_back(record(body));
    return records;
  }

  // All items of a list, a page after the other.
  boost::json::array all_items(const std::string& target, int limit) {
    boost::json::array items;
    std::string cursor;
    const std::string query =
        (target.contains('?') ? "&limit=" : "?limit=") + std::to_string(limit);
    do {
      const auto page = read(target + query + "&cursor=" + cursor).as_object();
      const auto& some = page.at("items").as_array();
      EXPECT_LE(some.size(), static_cast<std::size_t>(limit));
      items.insert(items.end(), some.begin(), some.end());
      cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
    } while (!cursor.empty());
    return items;
  }

  // The file of a list that is longer than a page: all of it.
  void expect_whole(const std::string& list, const boost::json::array& all,
                    const std::string& query = "") {
    const auto file = get(list + ".json" + query);
    ASSERT_EQ(file.status, 200U) << list << file.body;
    EXPECT_EQ(file.header("content-type"), "application/json") << list;
    EXPECT_EQ(file.header("centime-height"),
              std::to_string(node->published()->snapshot->head().height.value))
        << list;
    const auto whole = json_of(file).as_object();
    EXPECT_FALSE(whole.contains("next")) << list;
    EXPECT_EQ(whole.at("items").as_array(), all) << list;
    // Who names a limit wants a page.
    const auto page = read(list + ".json" + query + (query.empty() ? "?" : "&") + "limit=7");
    EXPECT_EQ(page.at("items").as_array().size(), 7U) << list;
    EXPECT_TRUE(page.as_object().contains("next")) << list;
  }

  static std::ptrdiff_t lines(const std::string& body) { return std::ranges::count(body, '\n'); }
};

TEST_F(LongLists, ARecordShowsTheFirstStatementsAndHowManyThereAre) {
  open_fund();
  const auto gift = state_record(open_giving, test::donation_of(100));
  submit_all(tender, repeated(103, test::attestation_of(ledger::RecordSubject{id_of(gift)})));
  const auto shown = read("/v1/records/" + gift);
  EXPECT_EQ(shown.at("statement_count"), 103);
  const auto& first = shown.at("statements").as_array();
  ASSERT_EQ(first.size(), 100U);
  const auto list = "/v1/records/" + gift.substr(0, 20) + "/statements";
  const auto all = all_items(list + "?order=oldest_first", 40);
  ASSERT_EQ(all.size(), 103U);
  EXPECT_TRUE(std::ranges::equal(first, std::span(all).first(100)));
  auto newest = all_items(list, 50);
  std::ranges::reverse(newest);
  EXPECT_EQ(newest, all);
  EXPECT_EQ(lines(get("/v1/records/" + gift + "/statements.csv").body), 1 + 103);
  expect_whole("/v1/records/" + gift + "/statements", all, "?order=oldest_first");
  EXPECT_EQ(refused(get("/v1/records/" + std::string(64, '0') + "/statements")),
            (Refused{404, "unknown_record"}));
  EXPECT_EQ(refused(get(list + "?cursor=x")), (Refused{400, "bad_cursor"}));
}

TEST_F(LongLists, AHandOverIsWhatTheReceiverSaidLastHoweverMuchCameAfterIt) {
  open_fund();
  state_record(open_giving, test::donation_of(100));
  const auto sent = state_record(open_giving, test::disbursement_of(red_aid, 50));
  const auto id = id_of(sent);
  submit_all(tender, repeated(60, test::attestation_of(ledger::RecordSubject{id})));
  EXPECT_EQ(read("/v1/records/" + sent).at("hand_over"), "sent");
  state_record(red_aid, test::acknowledgement_of(id, 50));
  submit_all(tender, repeated(60, test::attestation_of(ledger::RecordSubject{id})));
  EXPECT_EQ(read("/v1/records/" + sent).at("hand_over"), "acknowledged");
  state_record(red_aid, test::dispute_of(id, 10));
  EXPECT_EQ(read("/v1/records/" + sent).at("hand_over"), "disputed");
  EXPECT_EQ(read("/v1/records/" + sent).at("statement_count"), 122);
}

// Donations and disbursements in so many currencies make two accounts and two flows of each.
TEST_F(LongLists, AFundShowsItsFirstAccountsAndListsThemAll) {
  open_fund();
  std::vector<ledger::Record> records;
  std::size_t currencies = 0;
  for (char a = 'A'; a <= 'Z' && currencies < 60; ++a) {
    for (char b = 'A'; b <= 'Z' && currencies < 60; ++b) {
      for (char c = 'A'; c <= 'Z' && currencies < 60; ++c) {
        const std::string code{a, b, c};
        if (!ledger::currency_exponent(*ledger::Currency::from_text(code))) continue;
        ++currencies;
        records.push_back(record(test::donation_of(1'000, code)));
        records.push_back(record(test::disbursement_of(red_aid, 300, code)));
      }
    }
  }
  submit_all(open_giving, std::move(records));
  const auto fund = read("/v1/funds/relief");
  EXPECT_EQ(fund.at("account_count"), 120);
  EXPECT_EQ(fund.at("accounts").as_array().size(), 100U);
  EXPECT_EQ(fund.at("totals").as_array().size(), 60U) << "totals count all of it";
  const auto accounts = all_items("/v1/funds/relief/accounts", 50);
  ASSERT_EQ(accounts.size(), 120U);
  EXPECT_TRUE(std::ranges::equal(fund.at("accounts").as_array(), std::span(accounts).first(100)));
  EXPECT_EQ(lines(get("/v1/funds/relief/accounts.csv").body), 1 + 120);
  expect_whole("/v1/funds/relief/accounts", accounts);

  const auto flows = all_items("/v1/funds/relief/flows", 50);
  EXPECT_EQ(flows.size(), 120U);
  std::set<std::string> seen;
  for (const auto& flow : flows) seen.insert(boost::json::serialize(flow));
  EXPECT_EQ(seen.size(), 120U);
  EXPECT_EQ(lines(get("/v1/funds/relief/flows.csv").body), 1 + 120);
  expect_whole("/v1/funds/relief/flows", flows);
  expect_whole("/v1/members/red-aid/flows", all_items("/v1/members/red-aid/flows", 50));
  EXPECT_EQ(read("/v1/funds/relief/totals").at("items"), fund.at("totals"));
  EXPECT_EQ(read("/v1/totals").at("items"), fund.at("totals")) << "there is no other fund";
  EXPECT_EQ(lines(get("/v1/funds/relief/totals.csv").body), 1 + 60);
  EXPECT_EQ(flow_count(*node->published()->snapshot, test::relief), 120U);
}

TEST_F(LongLists, EveryListIsWholeAsAFile) {
  open_fund();
  submit_all(open_giving, repeated(130, test::donation_of(100)));
  submit_all(open_giving, repeated(61, test::disbursement_of(red_aid, 100)));
  const auto paid = state_record(red_aid, test::expenditure_of(6'000));
  const auto last = std::to_string(node->published()->snapshot->head().height.value - 1);
  const auto gifts = std::to_string(std::stoi(last) - 1);
  for (int i = 0; i < 60; ++i) state_record(red_aid, test::expenditure_of(1));
  for (const std::string& list :
       {std::string("/v1/records"), std::string("/v1/blocks"), "/v1/blocks/" + gifts + "/entries",
        std::string("/v1/funds/relief/records"), std::string("/v1/funds/relief/unacknowledged"),
        std::string("/v1/funds/relief/without-evidence"),
        std::string("/v1/members/red-aid/records"), "/v1/records/" + paid + "/sources"})
    expect_whole(list, all_items(list, 40));
  // A file goes on from a cursor, as its page does.
  const auto first = read("/v1/records?kind=donation&limit=100");
  const auto cursor = std::string(first.at("next").as_string());
  EXPECT_EQ(read("/v1/records.json?kind=donation&cursor=" + cursor).at("items").as_array().size(),
            30U);
  // Hand-overs come by so many records, whatever the limit.
  const auto page = read("/v1/members/red-aid/hand-overs").as_object();
  auto whole = read("/v1/members/red-aid/hand-overs.json").as_object();
  EXPECT_EQ(whole.at("items"), page.at("items"));
  EXPECT_EQ(whole.size(), 1U) << "figures are a page's";
  const auto sources = read("/v1/records/" + paid + "/sources.json").as_object();
  EXPECT_EQ(sources.at("donations"), 60);
  EXPECT_EQ(sources.at("record"), text(paid));
  EXPECT_EQ(refused(get("/v1/records.json?cursor=x")), (Refused{400, "bad_cursor"}));
  EXPECT_EQ(refused(get("/v1/funds/nowhere/records.json")), (Refused{404, "unknown_fund"}));
  EXPECT_EQ(refused(get("/v1/funds/relief/records.json?limit=0")), (Refused{400, "bad_limit"}));
}

TEST_F(LongLists, TotalsAsAFileAreOfAllRecords) {
  open_fund();
  for (int i = 0; i < 2; ++i) submit_all(open_giving, repeated(1'500, test::donation_of(100)));
  const auto totals = read("/v1/records/totals.json?kind=donation&by=fund");
  ASSERT_EQ(totals.at("items").as_array().size(), 1U);
  EXPECT_EQ(totals.at("by"), "fund");
  EXPECT_EQ(totals.at("records"), 3'000);
  EXPECT_EQ(totals.at("items").at(0).at("records"), 3'000);
  EXPECT_EQ(totals.at("items").at(0).at("money").at("amount"), 300'000);
}

// A list of two pages whose second can be read, or not.
// Each page of the list tells its block, and is asked for after one more was committed.
TEST_F(LongLists, AFileIsOfOneBlockHoweverManyAreCommittedMeanwhile) {
  Router router;
  const auto context = std::make_shared<ApiContext>(ApiOptions{*node, tokens_file});
  const auto commit = [this] {
    const auto before = node->published()->snapshot->head().height;
    HttpClient other;
    const auto body = crypto::encode(
        sign(open_giving, {record(test::channel_of({"c" + std::to_string(before.value)}))}));
    const auto answer =
        other.request("POST", url("/v1/submissions"),
                      {{"Content-Type", "application/octet-stream"}}, crypto::as_text(body));
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->status, 201U);
    ASSERT_GT(node->published()->snapshot->head().height, before);
  };
  add_read(router, context, "/v1/heights",
           [commit](const Request& request, const PathParams&, const ReadView& view, ApiContext&) {
             const std::string at(request.parameter("cursor").value_or("0"));
             if (at != "0") commit();
             boost::json::array items{view.height().value};
             if (at == "3") return growing_json(view, page_json(std::move(items), std::nullopt));
             return growing_json(view,
                                 page_json(std::move(items), std::to_string(std::stoi(at) + 1)));
           },
           {.list = true});
  add_api(router, {*node, tokens_file, "0.1.0"});
  server.reset();
  server = std::make_unique<Server>(std::move(router), ServerOptions{.threads = 2});
  ASSERT_TRUE(server->start());
  const auto height = node->published()->snapshot->head().height.value;
  const auto file = get("/v1/heights.json");
  ASSERT_EQ(file.status, 200U);
  EXPECT_EQ(node->published()->snapshot->head().height.value, height + 3);
  EXPECT_EQ(file.header("centime-height"), std::to_string(height));
  EXPECT_EQ(json_of(file).at("items"), (boost::json::array{height, height, height, height}));
}

TEST_F(LongLists, AFileGoesOnFromACursorOrRefusesIt) {
  open_fund();
  for (int i = 0; i < 3; ++i) state_record(open_giving, test::donation_of(100));
  state_record(open_giving, test::disbursement_of(red_aid, 300));
  const auto paid = state_record(red_aid, test::expenditure_of(300));
  for (const std::string& list :
       {std::string("/v1/members/red-aid/flows"), "/v1/records/" + paid + "/sources",
        std::string("/v1/funds/relief/flows"), std::string("/v1/evidence")}) {
    EXPECT_EQ(refused(get(list + ".json?cursor=x")), (Refused{400, "bad_cursor"})) << list;
    if (list == "/v1/evidence") continue;
    const auto first = read(list + "?limit=1");
    const std::string next(first.at("next").as_string());
    const auto all = read(list + ".json").at("items").as_array();
    ASSERT_GT(all.size(), 1U) << list;
    const auto rest = read(list + ".json?cursor=" + next).at("items").as_array();
    EXPECT_TRUE(std::ranges::equal(rest, std::span(all).subspan(1))) << list;
  }
  const auto groups = "/v1/records/" + paid + "/sources.json?group=day&cursor=";
  EXPECT_EQ(refused(get(groups + "x")), (Refused{400, "bad_cursor"}));
  // A cursor of the list that names no row of it.
  const auto list = "/v1/records/" + paid + "/sources";
  EXPECT_EQ(refused(get(list + "?cursor=" + encode_cursor("sources/" + paid, "x"))),
            (Refused{400, "bad_cursor"}));
}

TEST(ItemList, IsWholeFromTheCursorOn) {
  std::vector<int> all(300);
  std::iota(all.begin(), all.end(), 0);
  const auto key = [](int item) { return number_key(static_cast<std::uint64_t>(item)); };
  const auto whole = [&](std::string_view cursor) {
    Request request;
    request.query.emplace_back("cursor", cursor);
    return all_items_json(request, "list", all, key, [](int item) { return item; });
  };
  const auto first = whole("");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->at("items").as_array().size(), 300U);
  EXPECT_FALSE(first->contains("next"));
  const auto rest = whole(encode_cursor("list", key(99)));
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->at("items").as_array().size(), 200U);
  EXPECT_EQ(rest->at("items").at(0), 100);
  EXPECT_FALSE(whole("x"));
}

TEST_F(LongLists, AFileThatCannotBeFinishedIsCutOffAndNoJson) {
  Router router;
  const auto context = std::make_shared<ApiContext>(ApiOptions{*node, tokens_file});
  for (const bool broken : {false, true})
    add_read(
        router, context, broken ? "/v1/broken" : "/v1/sound",
        [broken](const Request& request, const PathParams&, const ReadView& view, ApiContext&) {
          if (!request.parameter("cursor"))
            return growing_json(view, page_json({std::string(100'000, 'a')}, "second"));
          if (broken) return read_problem("bad_cursor", "no such page");
          return growing_json(view, page_json({"last"}, std::nullopt));
        },
        {.list = true});
  server.reset();
  server = std::make_unique<Server>(std::move(router), ServerOptions{});
  ASSERT_TRUE(server->start());
  const auto raw = [&](const std::string& target) {
    RawClient reader(server->port());
    reader.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return reader.read_all();
  };
  EXPECT_EQ(read("/v1/sound.json").at("items").as_array().size(), 2U);
  EXPECT_TRUE(raw("/v1/sound.json").contains("\"last\"]}"));
  EXPECT_EQ(json_of(get("/v1/broken")).at("next"), "second");
  EXPECT_FALSE(client.request("GET", url("/v1/broken.json"), {}, {})) << "a part is no answer";
  const auto part = raw("/v1/broken.json");
  EXPECT_TRUE(part.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(part.contains("]}")) << "nor is it JSON";
}

TEST_F(LongLists, ACursorThatNamesNoRowIsRefused) {
  tell_story();
  const auto refuses = [&](const std::string& list, const std::string& key) {
    const auto target = "/v1/" + list + "?cursor=" + encode_cursor(list, key);
    return refused(get(target)) == Refused{400, "bad_cursor"};
  };
  for (const std::string key :
       {"x", "red-aid", "red-aid\nEU", "Red Aid\nEUR", "red-aid\nEUR\n", "\nEUR"})
    EXPECT_TRUE(refuses("funds/relief/accounts", key)) << key;
  for (const std::string key :
       {"x", "relief\nEUR", "other\nEUR\n001\na\nb", "relief\nEU\n001\na\nb",
        "relief\nEUR\n099\na\nb", "relief\nEUR\nx\na\nb", "relief\nEUR\n001\na\nb\nc"})
    EXPECT_TRUE(refuses("funds/relief/flows", key)) << key;
  EXPECT_TRUE(refuses("funds/relief/flows", "relief\nEUR\n001\n" + std::string(41, 'a') + "\nb"));
}

TEST_F(LongLists, StatusHasTheTotalsOfItsHeight) {
  open_fund();
  for (std::uint64_t given = 1; given <= 3; ++given) {
    state_record(open_giving, test::donation_of(100));
    const auto donated = read("/v1/status").at("totals").at(0).at("donated").at("amount");
    EXPECT_EQ(donated.to_number<std::uint64_t>(), given * 100);
  }
}

}  // namespace
}  // namespace centime::api
