// The diagrams on the pages of donations and funds, and the tables that say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explorer/qr_code.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FlowPage : public ExplorerTest {
 protected:
  FlowPage() { open_fund(); }

  std::string sound_page(const std::string& target) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page(target, language);
      EXPECT_EQ(answer.status, 200U);
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << answer.body;
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }

  // The rows of one group of a table: each without markup, and its sum last.
  static std::vector<std::string> rows(const std::string& html, const std::string& group) {
    std::vector<std::string> found;
    for (const auto& body : between(html, "<tbody data-flow=\"" + group + "\">", "</tbody>"))
      for (const auto& row : between(body, "<tr", "</tr>"))
        if (row.contains("<td")) found.push_back(text_of("<tr" + row));
    return found;
  }

  // Each group's rows add up to the sum under them; those of "in" and "out" are the same.
  static void expect_sums(const std::string& html, std::uint64_t whole) {
    for (const auto* group : {"in", "out"}) {
      for (const auto& body :
           between(html, std::string("<tbody data-flow=\"") + group + "\">", "</tbody>")) {
        std::uint64_t sum = 0, last = 0;
        for (const auto& row : between(body, "<tr", "</tr>")) {
          const auto amounts = between(row, "<td>", "</td>");
          if (amounts.empty()) continue;
          last = minor_units(amounts.back());
          sum += last;
        }
        EXPECT_EQ(sum - last, last) << group;
        EXPECT_EQ(last, whole) << group;
      }
    }
  }

  // The modules of the code as the template draws them: a line of each run, half a module down.
  static std::string drawn_code(const std::string& text) {
    const auto code = qr_code(text).value();
    std::string path;
    for (std::size_t y = 0; y < code.size; ++y) {
      path += "M4 " + std::to_string(y + 4) + ".5";
      for (const auto& run : code.lines[y])
        path += "m" + std::to_string(run.skip) + " 0h" + std::to_string(run.width);
    }
    return path;
  }

  // What the boxes of the picture say, of that for wide or of that for narrow screens.
  static std::vector<std::string> labels(const std::string& html, const char* form = "wide") {
    std::vector<std::string> found;
    for (const auto& svg : between(html, "<svg class=\"" + std::string(form) + "\"", "</svg>")) {
      for (const auto& text : between(svg, "<text>", "</text>")) {
        std::string label;
        for (const auto& part : between(text, "\">", "</tspan>"))
          label += (label.empty() ? "" : " ") + part;
        found.push_back(label);
      }
    }
    return found;
  }
};

TEST_F(FlowPage, FollowsAGiftFromHandToHand) {
  const auto html = sound_page("/d/" + partly_spent_gift());
  EXPECT_THAT(
      labels(html),
      testing::UnorderedElementsAre(
          "This gift 50.00\u00a0EUR", "Open Giving 50.00\u00a0EUR", "Red Aid 50.00\u00a0EUR",
          "Field Crew 11.00\u00a0EUR", "Paid out: goods 37.50\u00a0EUR",
          "Paid out: bank fee 1.50\u00a0EUR", "Held by Field Crew 11.00\u00a0EUR"));
  EXPECT_THAT(labels(html, "column"), testing::UnorderedElementsAreArray(labels(html)))
      << "both forms say the same";
  expect_sums(html, 5000);
  EXPECT_EQ(rows(html, "in").size(), 2U);
  EXPECT_EQ(rows(html, "between").size(), 2U);
  EXPECT_EQ(rows(html, "out").size(), 4U);
  EXPECT_THAT(html, Not(HasSubstr("drawn together")));
}

TEST_F(FlowPage, KeepsTheAmountsOfTheGiftBehindAnExchange) {
  const auto gift = donate(4999);
  state_record(test::open_giving, test::exchange_of(4999, "EUR", 149, "JPY"));
  pay(test::open_giving, 100, ledger::Category::goods, "JPY");
  const auto html = sound_page("/d/" + gift);
  expect_sums(html, 4999);
  EXPECT_THAT(labels(html), Contains(HasSubstr("Open Giving, in JPY 49.99\u00a0EUR")));
}

TEST_F(FlowPage, ShowsMoneyThatCameBackInAnotherLayer) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::return_of(id_of(sent), 2000));
  const auto html = sound_page("/d/" + gift);
  expect_sums(html, 5000);
  EXPECT_THAT(labels(html),
              AllOf(Contains("Open Giving 50.00\u00a0EUR"), Contains("Open Giving 20.00\u00a0EUR"),
                    Contains("Held by Open Giving 20.00\u00a0EUR")));
}

TEST_F(FlowPage, DrawsDeepHandsTogetherAndListsEach) {
  const auto gift = donate();
  // To and fro: each return names the disbursement before.
  for (int i = 0; i < 3; ++i) {
    const auto sent = disburse(test::open_giving, test::red_aid, 5000);
    state_record(test::red_aid, test::return_of(id_of(sent), 5000));
  }
  const auto html = sound_page("/d/" + gift);
  expect_sums(html, 5000);
  EXPECT_THAT(labels(html), Contains("4 further hands 50.00\u00a0EUR"));
  EXPECT_THAT(html, HasSubstr("drawn together"));
  EXPECT_EQ(rows(html, "between").size(), 6U);
}

TEST_F(FlowPage, AFundsInAndOutAndHeldAreEqual) {
  partly_spent_gift();
  const auto late = donate(2000);
  state_record(test::open_giving, test::refund_of(id_of(late), 500));
  const auto html = sound_page("/f/relief");
  expect_sums(html, 7000);
  EXPECT_THAT(rows(html, "in").front(), HasSubstr("Donors"));
  EXPECT_THAT(rows(html, "in").front(), HasSubstr("Records: 2"));
  EXPECT_THAT(labels(html), AllOf(Contains("Donors 70.00\u00a0EUR"),
                                  Contains("Refunded to the donor 5.00\u00a0EUR"),
                                  Contains("Held by Open Giving 15.00\u00a0EUR")));
}

TEST_F(FlowPage, AFundDrawsReturnsAsLessSentAndListsBoth) {
  donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::return_of(id_of(sent), 2000));
  const auto html = sound_page("/f/relief");
  expect_sums(html, 5000);
  EXPECT_THAT(labels(html),
              AllOf(Contains("Red Aid 30.00\u00a0EUR"), Contains("Open Giving 50.00\u00a0EUR")));
  EXPECT_THAT(rows(html, "between"), ElementsAre(HasSubstr("50.00"), HasSubstr("as a return")));
}

TEST_F(FlowPage, AFundDrawsACircleWithoutLosingACent) {
  donate(9000);
  disburse(test::open_giving, test::red_aid, 9000);
  disburse(test::red_aid, test::field_crew, 6000);
  disburse(test::field_crew, test::clean_water, 4000);
  disburse(test::clean_water, test::red_aid, 1000);
  const auto html = sound_page("/f/relief");
  expect_sums(html, 9000);
  EXPECT_THAT(labels(html), AllOf(Contains("Back to Red Aid 10.00\u00a0EUR"),
                                  Contains("Came back from Clean Water 10.00\u00a0EUR"),
                                  Contains("Red Aid 100.00\u00a0EUR"),
                                  Contains("Held by Red Aid 40.00\u00a0EUR")));
}

TEST_F(FlowPage, AFundHasOneDiagramForEachCurrency) {
  donate(10'000);
  state_record(test::open_giving, test::exchange_of(5000, "EUR", 725'600, "KES"));
  const auto html = sound_page("/f/relief");
  EXPECT_EQ(between(html, "<div class=\"flow\"", ">").size(), 2U);
  EXPECT_THAT(labels(html), AllOf(Contains("Exchanged to KES 50.00\u00a0EUR"),
                                  Contains("Exchanged from EUR 7,256.00\u00a0KES")));
  const auto second = html.find("id=\"flowKES-title\"");
  ASSERT_NE(second, std::string::npos);
  expect_sums(html.substr(0, second), 10'000);
  expect_sums(html.substr(second), 725'600);
}

TEST_F(FlowPage, AFundWithoutMoneyHasNoDiagram) {
  EXPECT_THAT(sound_page("/f/relief"), Not(HasSubstr("<div class=\"flow\"")));
}

TEST_F(FlowPage, ADonationTellsProgramsAndPaperWhatItIs) {
  const auto gift = donate();
  const auto html = sound_page("/d/" + gift);
  EXPECT_THAT(between(html, "property=\"og:title\" content=\"", "\""),
              ElementsAre("50.00\u00a0EUR given: 50.00\u00a0EUR held by Open Giving"));
  EXPECT_THAT(between(html, "<meta name=\"description\" content=\"", "\""),
              ElementsAre(HasSubstr("A gift for Fund relief, followed to the last cent")));
  EXPECT_THAT(html, HasSubstr("<meta name=\"robots\" content=\"noindex\">"));
  const auto address = url("/d/" + gift);
  EXPECT_THAT(between(html, "property=\"og:url\" content=\"", "\""), ElementsAre(address));
  const auto printed = between(html, "<div class=\"printed\">", "</div>");
  ASSERT_EQ(printed.size(), 1U);
  EXPECT_THAT(printed.front(), HasSubstr(address));
  EXPECT_THAT(printed.front(), HasSubstr("Checkpoint: "));
  // The third line of the checkpoint is the same root.
  const auto checkpoint = get("/checkpoint").body;
  EXPECT_THAT(checkpoint, HasSubstr(between(printed.front(), "<code>", "</code>").front()));
  EXPECT_EQ(between(html, "<use href=\"#code\"", ">").size(), 2U);
  EXPECT_THAT(between(html, "stroke=\"#000\" d=\"", "\""), ElementsAre(drawn_code(address)));
}

TEST_F(FlowPage, WhatIsPrintedSaysFromWhereAndOfWhichState) {
  const auto gift = donate();
  const auto root = between(sound_page("/d/" + gift), "<div class=\"printed\">", "</div>");
  for (const std::string path : {"/", "/funds", "/f/relief", "/m/open-giving", "/b/1", "/explore",
                                 "/status", "/proposals", "/search?q=relief+fund"}) {
    const auto printed = between(page(path).body, "<div class=\"printed\">", "</div>");
    ASSERT_EQ(printed.size(), 1U) << path;
    EXPECT_THAT(printed.front(), HasSubstr(url(path.substr(0, path.find('?'))))) << path;
    EXPECT_EQ(between(printed.front(), "<code>", "</code>"),
              between(root.front(), "<code>", "</code>"));
  }
  for (const std::string path : {"/", "/f/relief"})
    EXPECT_THAT(between(page(path).body, "property=\"og:url\" content=\"", "\""),
                ElementsAre(url(path)));
}

}  // namespace
}  // namespace centime::explorer
