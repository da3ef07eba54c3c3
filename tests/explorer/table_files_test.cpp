// Every table and list of every page is there as CSV and as JSON, whole.
#include <algorithm>
#include <set>

#include "tests/explorer/page_reading.h"

namespace centime::explorer {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class TableFiles : public PageTest {
 protected:
  // Every kind of table, and what is in each of them.
  std::string tell() {
    open_fund();
    const auto gift = partly_spent_gift();
    donate();
    state_record(test::tender, test::attestation_of(ledger::FundSubject{test::relief}));
    state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(gift)}));
    sent_ = disburse(test::open_giving, test::red_aid, 1);
    state_record(test::red_aid, ledger::ValidatorChange{0, {{test::tender}}, {}});
    return gift;
  }

  // The addresses of links to files of the API: with a query as in HTML, "&amp;" and all.
  static std::vector<std::string> files(const std::string& html, std::string_view format) {
    std::vector<std::string> found;
    for (auto url : between(html, "<a href=\"", "\"")) {
      const auto end = std::min(url.find('?'), url.size());
      if (!url.substr(0, end).ends_with(format)) continue;
      for (auto at = url.find("&amp;"); at != std::string::npos; at = url.find("&amp;"))
        url.replace(at, 5, "&");
      found.push_back(url);
    }
    return found;
  }

  static std::string as_json(std::string url) { return url.replace(url.find(".csv"), 4, ".json"); }

  std::string sent_;
};

TEST_F(TableFiles, StandBelowEachTableOfEachPage) {
  const auto gift = tell();
  const auto paid = between(page("/explore?kind=expenditure").body, "<a href=\"/r/", "\"").at(0);
  std::set<std::string> all;
  for (const std::string& target :
       {std::string("/"), std::string("/funds"), std::string("/f/relief"), "/d/" + gift,
        "/r/" + paid, "/r/" + sent_, std::string("/m/red-aid"), std::string("/b/3"),
        std::string("/status"), std::string("/proposals"), std::string("/explore"),
        std::string("/explore?by=fund&kind=donation")}) {
    const auto html = sound_page(target);
    std::size_t tables = 0;
    for (const auto& section : between(html, "<section", "</section>")) {
      const bool table = section.contains("<table") || section.contains("<ul class=\"records\"") ||
                         section.contains("<ol class=\"records") ||
                         section.contains("<ul class=\"signers\"");
      if (!table) continue;
      ++tables;
      EXPECT_FALSE(files(section, ".csv").empty()) << target << section;
    }
    // The list of all funds is all of its page.
    if (target != "/funds") EXPECT_GT(tables, 0U) << target;
    EXPECT_FALSE(files(html, ".csv").empty()) << target;
    for (const auto& csv : files(html, ".csv")) {
      all.insert(csv);
      const auto twin = as_json(csv);
      EXPECT_THAT(files(html, ".json"), Contains(twin)) << target;
      for (std::string url : {csv, twin}) {
        auto answer = get(url);
        for (int i = 0; i < 2 && answer.status == 307; ++i)
          answer = get(*answer.header("location"));
        EXPECT_EQ(answer.status, 200U) << target << " " << url << answer.body;
      }
    }
  }
  EXPECT_GT(all.size(), 20U);
}

TEST_F(TableFiles, OfWhatWasFoundStandBelowIt) {
  tell();
  const auto html = sound_page("/search?q=re");
  EXPECT_THAT(files(html, ".csv"), ElementsAre("/search.csv?q=re"));
  EXPECT_THAT(files(html, ".json"), ElementsAre("/search.json?q=re", "/search.json?q=re"));
}

TEST_F(TableFiles, OfExploredRecordsAreWholeAndThePageAsJsonIsAPage) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 60; ++i) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto html = sound_page("/explore?kind=donation");
  EXPECT_THAT(html, HasSubstr("<a href=\"/explore.json?kind=donation\">JSON"));
  EXPECT_THAT(html, HasSubstr("/explore.json?kind=donation&amp;limit=25\""));
  const auto whole = get(*get("/explore.json?kind=donation").header("location"));
  EXPECT_EQ(json_of(whole).at("items").as_array().size(), 60U);
}

}  // namespace
}  // namespace centime::explorer
