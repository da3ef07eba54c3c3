// Lists that may grow long: an answer has a part of each and says how much there is of it.
#include <algorithm>
#include <set>

#include "api/page_cursor.h"
#include "api/queries.h"
#include "tests/api/node_fixture.h"

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

  const auto flows = all_items("/v1/funds/relief/flows", 50);
  EXPECT_EQ(flows.size(), 120U);
  std::set<std::string> seen;
  for (const auto& flow : flows) seen.insert(boost::json::serialize(flow));
  EXPECT_EQ(seen.size(), 120U);
  EXPECT_EQ(lines(get("/v1/funds/relief/flows.csv").body), 1 + 120);
  EXPECT_EQ(flow_count(*node->published()->snapshot, test::relief), 120U);
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
