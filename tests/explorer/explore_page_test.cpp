// The page of all records: its filters, its sums and its pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "explorer/pages.h"
#include "explorer/site.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Explore : public ExplorerTest {
 protected:
  // In all three languages sound, the English one.
  std::string explore(const std::string& query = "") {
    const auto target = "/explore" + query;
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page(target, language);
      EXPECT_EQ(answer.status, 200U) << target << "\n" << answer.body;
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << target << "\n" << answer.body;
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }

  void give(std::string_view day, std::uint64_t amount, std::string_view code = "EUR") {
    auto donation = test::donation_of(amount, code);
    donation.paid_on = test::day(day);
    state_record(test::open_giving, donation);
  }

  static std::vector<std::string> gifts(const std::string& html) {
    return between(html, "<a href=\"/d/", "\"");
  }

  // The rows of the sums in text: "February 2026 90.00 EUR".
  static std::vector<std::string> sums(const std::string& html) {
    std::vector<std::string> rows;
    for (const auto& bars : between(html, "<div class=\"bars\">", "</div>"))
      for (const auto& row : between(bars, "<tr>", "</tr>")) {
        std::string words;
        std::istringstream text(text_of(row));
        for (std::string word; text >> word;) words += (words.empty() ? "" : " ") + word;
        rows.push_back(std::move(words));
      }
    return rows;
  }
};

TEST_F(Explore, ShowsAllRecordsNewestFirstAndWhatTheyAddUpTo) {
  EXPECT_THAT(explore(), HasSubstr("Nothing has been recorded yet."));
  EXPECT_THAT(explore("?kind=refund"), HasSubstr("No record fits all of these."));
  open_fund();
  const auto gift = partly_spent_gift();
  give("2026-01-15", 4000);
  const auto html = explore();
  EXPECT_EQ(gifts(html).back(), gift);
  EXPECT_THAT(html, HasSubstr("Records found: 12"));
  EXPECT_THAT(sums(html), testing::Contains("February 2026 50.00\u00a0EUR"));
  EXPECT_THAT(sums(html), testing::Contains("January 2026 40.00\u00a0EUR"));
  EXPECT_THAT(sums(html), testing::Contains("Sum 90.00\u00a0EUR"));
  EXPECT_THAT(sums(explore("?by=category")),
              ElementsAre("By category Amount", "goods 37.50\u00a0EUR", "bank fee 1.50\u00a0EUR",
                          "Sum 39.00\u00a0EUR"));
}

TEST_F(Explore, FiltersByEverythingInTheAddress) {
  open_fund();
  partly_spent_gift();
  give("2026-01-15", 4000);
  give("2026-01-20", 700, "JPY");
  for (const auto& [query, count] :
       std::vector<std::pair<std::string, int>>{{"?kind=donation", 3},
                                                {"?kind=donation&currency=EUR", 2},
                                                {"?kind=donation&from=2026-01-01&to=2026-01-31", 2},
                                                {"?kind=donation&min=45", 2},
                                                {"?kind=donation&min=45&currency=EUR", 1},
                                                {"?kind=donation&max=45.00", 1},
                                                {"?kind=donation&kind=acknowledgement", 5},
                                                {"?category=goods", 1},
                                                {"?member=field-crew", 2},
                                                {"?fund=relief&kind=fund_approval", 1},
                                                {"?text=tents", 2},
                                                {"?fund=nowhere", 0}}) {
    const auto html = explore(query);
    const auto found = between(html, "<ul class=\"records\">", "</ul>");
    const auto rows =
        found.empty() ? std::vector<std::string>() : between(found[0], "<li>", "</li>");
    EXPECT_EQ(static_cast<int>(rows.size()), count) << query << "\n" << html;
  }
}

TEST_F(Explore, KeepsWhatWasChosenInTheFormAndOffersToRemoveIt) {
  open_fund();
  donate();
  const auto html =
      explore("?kind=donation&fund=relief&from=2026-02-01&min=10&text=x%22%3Ey&by=fund");
  EXPECT_THAT(html, HasSubstr("<option value=\"donation\" selected>Donation</option>"));
  EXPECT_THAT(html, HasSubstr("<option value=\"relief\" selected>Fund relief</option>"));
  EXPECT_THAT(html, HasSubstr("name=\"from\" type=\"date\" value=\"2026-02-01\""));
  EXPECT_THAT(html, HasSubstr("value=\"x&quot;&gt;y\""));
  EXPECT_THAT(html, HasSubstr("<input type=\"hidden\" name=\"by\" value=\"fund\">"));
  const auto chosen = between(html, "<ul class=\"chosen\"", "</ul>");
  ASSERT_EQ(chosen.size(), 1U);
  const auto removals = between(chosen[0], "<a href=\"", "\"");
  ASSERT_EQ(removals.size(), 5U);
  EXPECT_EQ(removals[1],
            "/explore?kind=donation&amp;from=2026-02-01&amp;min=10&amp;"
            "text=x%22%3Ey&amp;by=fund");
  EXPECT_THAT(page("/explore?lang=fr&kind=donation").body,
              HasSubstr("<input type=\"hidden\" name=\"lang\" value=\"fr\">"));
}

TEST_F(Explore, SaysBesideTheFieldWhatItDidNotUnderstand) {
  open_fund();
  donate();
  const auto html = explore("?from=soon&min=much&currency=EURO&kind=donation");
  EXPECT_THAT(html,
              HasSubstr("value=\"soon\" aria-invalid=\"true\" aria-describedby=\"bad-from\""));
  EXPECT_THAT(html,
              HasSubstr("<p class=\"wrong\" id=\"bad-min\">Give an amount such as 50.00.</p>"));
  EXPECT_THAT(html, HasSubstr("id=\"bad-currency\""));
  EXPECT_EQ(gifts(html).size(), 1U) << "the rest of the filter holds";
  const auto choices = explore("?kind=none&member=Red%20Aid&category=none");
  EXPECT_THAT(choices, HasSubstr("id=\"bad-kind\">The address asks for something that is not"));
  EXPECT_THAT(choices,
              HasSubstr("name=\"kind\" aria-invalid=\"true\" aria-describedby=\"bad-kind\""));
  EXPECT_THAT(choices, HasSubstr("id=\"bad-member\">The address asks for something that is not"));
  EXPECT_THAT(choices, HasSubstr("id=\"bad-category\">The address asks for something that is not"));
}

TEST_F(Explore, ReadsAmountsAsItsLanguageWritesThem) {
  open_fund();
  give("2026-02-01", 1'234'560);
  give("2026-02-02", 1'234);
  for (const std::string query : {"min=12.345,60&lang=es", "min=12.345&lang=es", "min=12345.60",
                                  "min=12%C2%A0345,60&lang=fr", "min=12,345", "max=99&min=12.3"}) {
    auto answer = page("/explore?kind=donation&" + query);
    if (answer.status == 303) answer = page(std::string(*answer.header("location")));
    EXPECT_EQ(answer.status, 200U) << query;
    EXPECT_EQ(gifts(answer.body).size(), 1U) << query;
  }
  // The address that is shown, and sent to others, means the same in every language.
  const auto moved = page("/explore?kind=donation&min=12.345&by=fund&lang=es");
  EXPECT_EQ(moved.status, 303U);
  EXPECT_EQ(moved.header("location"), "/explore?kind=donation&min=12345&by=fund&lang=es");
  // What is written in no such way is judged as before.
  EXPECT_THAT(page("/explore?min=1.2.3&lang=es").body, HasSubstr("id=\"bad-min\""));
}

TEST_F(Explore, PagesCoverAllOnce) {
  open_fund();
  for (int i = 0; i < 60; ++i) give("2026-02-0" + std::to_string(1 + i % 9), 100);
  for (const std::string query : {"?kind=donation", "?kind=donation&from=2026-02-02&lang=en"}) {
    std::set<std::string> seen;
    std::size_t count = 0;
    std::string target = "/explore" + query;
    for (int pages = 0; pages < 10 && !target.empty(); ++pages) {
      const auto html = page(target).body;
      for (const auto& id : gifts(html)) seen.insert(id);
      count += gifts(html).size();
      auto next = between(html, "rel=\"next\" href=\"", "\"");
      target = next.empty() ? "" : next.front();
      for (auto at = target.find("&amp;"); at != std::string::npos; at = target.find("&amp;"))
        target.replace(at, 5, "&");
      if (pages > 0) EXPECT_THAT(html, HasSubstr("rel=\"first\""));
      EXPECT_EQ(html.contains("found from here on"), pages > 0);
    }
    const std::size_t all = query == "?kind=donation" ? 60 : 53;
    EXPECT_EQ(seen.size(), all) << query;
    EXPECT_EQ(count, all) << query;
  }
}

TEST_F(Explore, TheSameAddressAnswersJsonAndCsvOfWhatIsShown) {
  open_fund();
  for (int i = 0; i < 30; ++i) give("2026-02-01", 100);
  const std::string query = "?kind=donation&from=2026-01-01";
  const auto html = explore(query);
  EXPECT_THAT(html, HasSubstr("/explore.csv?kind=donation&amp;from=2026-01-01\""));
  EXPECT_THAT(html, HasSubstr("/explore.json?kind=donation&amp;from=2026-01-01&amp;limit=25\""));
  const auto csv = get("/explore.csv" + query);
  EXPECT_EQ(csv.status, 307U);
  EXPECT_EQ(csv.header("location"), "/v1/records.csv" + query);
  const auto rows = get(*csv.header("location")).body;
  EXPECT_EQ(std::ranges::count(rows, '\n'), 31);
  const auto json = get("/explore" + query + "&limit=25&lang=fr", {{"Accept", "application/json"}});
  EXPECT_EQ(json.header("location"), "/v1/records" + query + "&limit=25");
  const auto items = read(*json.header("location")).at("items").as_array();
  ASSERT_EQ(items.size(), 25U);
  for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i].at("id"), text(gifts(html)[i]));
  for (const auto& link : between(html, "href=\"/v1/records/totals", "\"")) {
    auto target = "/v1/records/totals" + link;
    for (auto at = target.find("&amp;"); at != std::string::npos; at = target.find("&amp;"))
      target.replace(at, 5, "&");
    EXPECT_EQ(get(target).status, 200U) << target;
  }
}

TEST_F(Explore, ABarLeadsToItsRecords) {
  open_fund();
  give("2026-01-15", 4000);
  give("2026-02-15", 100);
  const auto month = between(explore("?from=2026-01-10"), "<th scope=\"row\"><a href=\"", "\"");
  EXPECT_THAT(month, ElementsAre("/explore?kind=donation&amp;from=2026-02-01&amp;to=2026-02-28",
                                 "/explore?kind=donation&amp;from=2026-01-10&amp;to=2026-01-31"));
  EXPECT_THAT(between(explore("?by=fund"), "<th scope=\"row\"><a href=\"", "\""),
              ElementsAre("/explore?kind=donation&amp;fund=relief"));
}

TEST_F(Explore, SaysWhereItStoppedAndHowToGoOn) {
  open_fund();
  for (int i = 0; i < 12; ++i) {
    std::vector<ledger::Record> records;
    for (int n = 0; n < 2'000; ++n) records.push_back(record(test::donation_of(1)));
    ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  }
  const auto html = explore("?kind=channel");
  EXPECT_THAT(html, HasSubstr("The search stopped after 20,000 places"));
  EXPECT_THAT(html, HasSubstr("Totals of a part"));
  EXPECT_THAT(html, Not(HasSubstr("No record fits")));
  const auto notice = between(html, "<p class=\"notice\">", "</p>");
  ASSERT_EQ(notice.size(), 1U);
  auto on = between(notice[0], "<a href=\"", "\"").at(0);
  on.replace(on.find("&amp;"), 5, "&");
  EXPECT_THAT(page(on).body, HasSubstr("Open Giving opened a channel"));
}

TEST_F(Explore, SearchLeadsToIt) {
  open_fund();
  const auto one = donate(), other = donate();
  const auto html = page("/search?q=50.00+EUR+2026-02-27").body;
  EXPECT_THAT(html, HasSubstr("/explore?currency=EUR&amp;from=2026-02-27&amp;to=2026-02-27&amp;"
                              "min=50.00&amp;max=50.00"));
  EXPECT_THAT(html, HasSubstr("/search.csv?q=50.00%20EUR%202026-02-27"));
  EXPECT_EQ(gifts(explore("?currency=EUR&from=2026-02-27&to=2026-02-27&min=50.00&max=50.00")),
            (std::vector{other, one}));
  const auto amount = page("/search?q=50").body;
  EXPECT_THAT(amount, HasSubstr("/explore?min=50&amp;max=50\">All records of this amount"));
  EXPECT_THAT(page("/search?q=tents").body, HasSubstr("/explore?text=tents"));
  EXPECT_THAT(page("/search?q=1").body, HasSubstr("<a href=\"/b/1\">Block 1</a>"));
  EXPECT_THAT(page("/search?q=1000000").body, Not(HasSubstr("href=\"/b/")));
  EXPECT_EQ(get("/search.csv?q=relief").header("location"), "/v1/search.csv?q=relief");
  EXPECT_EQ(get("/search?q=relief", {{"Accept", "application/json"}}).header("location"),
            "/v1/search?q=relief");
  EXPECT_EQ(get("/search.json?q=relief").header("location"), "/v1/search.json?q=relief");
}

TEST_F(Explore, SearchFindsBlocksAndEntriesByHashAndByNumber) {
  open_fund();
  const auto gift = donate();
  const auto record = read("/v1/records/" + gift);
  const auto number = std::to_string(record.at("entry").to_number<std::uint64_t>());
  const auto html = page("/search?q=" + number).body;
  EXPECT_THAT(html, HasSubstr("Blocks and entries"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/d/" + gift + "\">Entry " + number + "</a>"));
  EXPECT_THAT(html, HasSubstr("Open Giving received a donation"));
  EXPECT_THAT(html, HasSubstr("/search.csv?q=" + number));
  // Neither is a record.
  const auto two = page("/search?q=2").body;
  EXPECT_THAT(two, HasSubstr("<a href=\"/b/1?from=2#entries\">Entry 2</a>"));
  EXPECT_THAT(two, HasSubstr("<a href=\"/b/2\">Block 2</a>"));
  EXPECT_THAT(two, Not(HasSubstr("Nothing was found")));
  const std::string hash(read("/v1/blocks/2").at("hash").as_string());
  EXPECT_EQ(page("/search?q=" + hash).header("location"), "/b/2");
  EXPECT_EQ(page("/search?q=" + hash.substr(0, 16) + "%E2%80%A6").header("location"), "/b/2");
  const std::string leaf(read("/v1/entries/" + number).at("leaf_hash").as_string());
  EXPECT_EQ(page("/search?q=" + leaf + "&lang=es").header("location"), "/d/" + gift + "?lang=es");
  // It is a record as well, and so not a second hit.
  const auto next = node->published()->snapshot->head().size + 1;
  const auto answer =
      submit(sign(test::open_giving, {{{std::to_string(next)}, test::donation_of(100)}}));
  ASSERT_EQ(answer.status, 201U);
  const std::string named(json_of(answer).at("ids").at(0).as_string());
  EXPECT_EQ(page("/search?q=" + std::to_string(next)).header("location"), "/d/" + named);
  const std::string nothing(64, '0');
  EXPECT_THAT(page("/search?q=" + nothing).body,
              AllOf(HasSubstr("Nothing was found"), HasSubstr("/explore?text=" + nothing)));
}

TEST_F(Explore, SearchFindsADayInTheWordsOfAnyLanguage) {
  open_fund();
  const auto one = donate(), other = donate();
  for (const auto* day : {"27+February+2026", "27+f%C3%A9vrier+2026", "27+de+febrero+de+2026",
                          "50.00+EUR+27+FEBRUARY+2026"}) {
    const auto html = page("/search?q=" + std::string(day)).body;
    EXPECT_TRUE(html.contains("/d/" + one) && html.contains("/d/" + other)) << day;
    EXPECT_THAT(html, HasSubstr("from=2026-02-27&amp;to=2026-02-27")) << day;
  }
  const auto files = page("/search?q=27+de+febrero+de+2026").body;
  EXPECT_THAT(files, HasSubstr("/search.csv?q=2026-02-27\""));
  EXPECT_THAT(files, HasSubstr("value=\"27 de febrero de 2026\""));
}

TEST_F(Explore, SearchFindsNamesThatHoldADayOrLookLikeALink) {
  open_fund();
  const auto answer =
      submit(sign(test::open_giving, {{{"Gala 27 February 2026"}, test::donation_of(100)},
                                      {{"a.b/d/77"}, test::donation_of(200)}}));
  ASSERT_EQ(answer.status, 201U) << answer.body;
  const auto ids = json_of(answer).at("ids");
  EXPECT_EQ(page("/search?q=Gala+27+February+2026").header("location"),
            "/d/" + std::string(ids.at(0).as_string()));
  EXPECT_EQ(page("/search?q=a.b%2Fd%2F77").header("location"),
            "/d/" + std::string(ids.at(1).as_string()));
}

TEST_F(Explore, SearchFindsALinkAsItWasPasted) {
  open_fund();
  const auto gift = donate();
  EXPECT_EQ(page("/search?q=https%3A%2F%2Fhost%2Fd%2F" + gift + "%3Flang%3Dfr").header("location"),
            "/d/" + gift);
  EXPECT_EQ(page("/search?q=%2Ff%2Frelief").header("location"), "/f/relief");
}

TEST_F(Explore, SearchSaysHowOlderHashesAreFound) {
  open_fund();
  while (node->published()->snapshot->head().size <= 256) donate();
  const auto published = node->published();
  const LedgerNow now{*published->snapshot, {}};
  for (const auto& [language, sentence] :
       {std::pair("en", "Search for an older block or entry by its number."),
        std::pair("fr", "par son numéro."), std::pair("es", "por su número.")}) {
    api::Request request;
    request.query = {{"q", std::string(64, '0')}, {"lang", language}};
    const auto one = search_page(request, now, 1).body;
    EXPECT_THAT(one, HasSubstr(sentence));
    EXPECT_THAT(one, Not(HasSubstr("There may be more")));
    const auto nothing = site().find_catalogue(language)->text("search_older_hashes");
    EXPECT_THAT(search_page(request, now).body, Not(HasSubstr(nothing))) << "all were looked at";
  }
}

}  // namespace
}  // namespace centime::explorer
