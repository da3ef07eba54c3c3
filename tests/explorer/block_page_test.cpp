#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/queries.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Blocks : public ExplorerTest {
 protected:
  std::string block(const std::string& height) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page("/b/" + height, language);
      EXPECT_EQ(answer.status, 200U) << height;
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << answer.body;
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }
};

TEST_F(Blocks, ShowEntriesSealAndSigners) {
  open_fund();
  const auto gift = donate();
  const auto html = block("4");
  const auto seal = api::describe_block(*node->published()->snapshot, {4});
  ASSERT_TRUE(seal);
  EXPECT_THAT(html, HasSubstr("<h1>Block 4</h1>"));
  EXPECT_THAT(html, HasSubstr("A submission by Open Giving, with 1 record"));
  EXPECT_EQ(between(html, "<a class=\"what\" href=\"/d/", "\""), std::vector<std::string>{gift});
  EXPECT_THAT(html, HasSubstr("Validators that signed: 1 of 1; needed: 1."));
  for (const auto& digest :
       {seal->hash, seal->seal.previous, seal->seal.log_root, seal->seal.state_root})
    EXPECT_THAT(html, HasSubstr(crypto::to_hex(digest.bytes)));
  EXPECT_THAT(html, HasSubstr("rel=\"prev\" href=\"/b/3\""));
  EXPECT_THAT(html, Not(HasSubstr("rel=\"next\" href=\"/b/5\"")));
  EXPECT_THAT(block("3"), HasSubstr("rel=\"next\" href=\"/b/4\""));
  EXPECT_THAT(html, HasSubstr("href=\"/v1/blocks/4\""));
  for (const auto& link : between(html, "href=\"/v1/", "\""))
    EXPECT_EQ(get("/v1/" + link).status, 200U) << link;
  EXPECT_EQ(get("/b/4", {{"Accept", "application/json"}}).header("location"), "/v1/blocks/4");
  EXPECT_THAT(page("/r/" + gift).body, HasSubstr("href=\"/b/4\""));
}

TEST_F(Blocks, TheFirstOneNeedsNobodysVote) {
  const auto html = block("0");
  EXPECT_THAT(html, HasSubstr("Nobody votes on the first block"));
  EXPECT_THAT(html, HasSubstr("The network’s beginning"));
  EXPECT_THAT(html, Not(HasSubstr("rel=\"prev\"")));
  EXPECT_THAT(html, Not(HasSubstr("href=\"/m/\"")));
}

TEST_F(Blocks, EntriesAreOnPagesThatCoverAllOnce) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 60; ++i) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  std::vector<std::string> seen;
  std::string target = "/b/4";
  for (int pages = 0; pages < 9 && !target.empty(); ++pages) {
    const auto html = page(target).body;
    EXPECT_EQ(fault_of_html(html), std::nullopt);
    for (auto& entry : between(html, "href=\"/v1/entries/", "\"")) seen.push_back(std::move(entry));
    const auto next = between(html, "rel=\"next\" href=\"/b/4", "#");
    target = next.empty() ? "" : "/b/4" + next.front();
  }
  ASSERT_EQ(seen.size(), 62U) << "head, records and seal";
  for (std::size_t i = 1; i < seen.size(); ++i)
    EXPECT_EQ(std::stoul(seen[i]), std::stoul(seen[i - 1]) + 1);
}

TEST_F(Blocks, OneThatIsNotThereIsSaidSo) {
  for (const auto* height : {"99", "x", "01", "-1", "18446744073709551616"}) {
    const auto answer = page("/b/" + std::string(height));
    EXPECT_EQ(answer.status, 404U) << height;
    EXPECT_THAT(answer.body, HasSubstr("/docs/errors#unknown_block\"><code>unknown_block"));
    EXPECT_THAT(answer.body, HasSubstr("No block of this height"));
  }
}

}  // namespace
}  // namespace centime::explorer
