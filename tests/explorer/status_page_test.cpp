// The state of the network, and what pages say when the node's own state may be old.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/standing.h"
#include "explorer/pages.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Status : public ExplorerTest {
 protected:
  // As the world's four validators would be: the first is this node, the last away.
  static std::shared_ptr<runtime::ReplicaReport> report() {
    auto told = std::make_shared<runtime::ReplicaReport>();
    const auto genesis = test::world_genesis();
    for (const auto& member : genesis.validators.items)
      told->validators.push_back(
          {.member = member, .connected = true, .heard = true, .height = 1'200});
    told->validators.back().connected = told->validators.back().heard = false;
    told->validators[2].height = 1'199;
    told->quorum = 3;
    told->view = 77;
    told->leader = test::red_aid;
    return told;
  }

  std::optional<std::map<ledger::MemberId, std::chrono::milliseconds>> heard;
  ledger::EpochRecord epoch = ledger::governance_of(test::world_genesis()).epoch;

  std::string shown(std::shared_ptr<const runtime::ReplicaReport> told, NodeStanding standing) {
    const auto published = node->published();
    const auto genesis = test::world_genesis();
    std::string html;
    for (const auto* language : {"es", "fr", "en"}) {
      api::Request request;
      request.segments = {"status"};
      request.headers = {{"accept-language", language}};
      html = status_page(
                 request, {*published->snapshot, standing},
                 {genesis.origin, test::open_giving, told, published->checkpoint(), epoch, heard})
                 .body;
      EXPECT_EQ(fault_of_html(html), std::nullopt) << html;
    }
    return html;
  }
};

TEST_F(Status, OfANetworkOfOneIsWell) {
  open_fund();
  const auto answer = page("/status");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.header("etag"), std::nullopt) << "it changes without a new block";
  EXPECT_THAT(answer.body, HasSubstr("<strong>All is well.</strong>"));
  EXPECT_THAT(answer.body, HasSubstr("1 of 1 connected; needed for a block to become final: 1"));
  EXPECT_THAT(answer.body, HasSubstr("Validators that signed the same state of the log: 1 of 1"));
  EXPECT_THAT(answer.body, HasSubstr("Members without a vote"));
  EXPECT_THAT(answer.body, Not(HasSubstr("last seen: "))) << "it has no links to see anybody by";
  EXPECT_THAT(answer.body, HasSubstr("href=\"/m/tender-audit\""));
  EXPECT_THAT(answer.body, HasSubstr("href=\"/b/3\""));
  EXPECT_EQ(get("/status", {{"Accept", "application/json"}}).header("location"), "/v1/consensus");
}

TEST_F(Status, TellsOfEachValidatorWhereItStands) {
  const auto html = shown(report(), {Standing::behind, 1'200});
  EXPECT_THAT(html, HasSubstr("This node is behind."));
  EXPECT_THAT(html, HasSubstr("3 of 4 connected; needed for a block to become final: 3"));
  const auto rows = between(between(html, "<tbody>", "</tbody>").at(0), "<tr>", "</tr>");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_THAT(text_of(rows[0]), HasSubstr("this node"));
  EXPECT_THAT(text_of(rows[0]), HasSubstr("1,200 blocks"));
  EXPECT_THAT(text_of(rows[1]), HasSubstr("0 blocks"));
  EXPECT_THAT(text_of(rows[2]), HasSubstr("1 block "));
  EXPECT_THAT(text_of(rows[3]), HasSubstr("not known"));
  EXPECT_THAT(html, HasSubstr("Validators that have signed this state of the log so far: 1 of 4"));
  EXPECT_THAT(html, HasSubstr("number 77, led by Red Aid"));
}

TEST_F(Status, TellsWhenEachNodeWasLastSeen) {
  const auto voting = test::world_genesis().validators.items;
  heard.emplace();
  (*heard)[voting[1]] = std::chrono::milliseconds(900);
  (*heard)[voting[2]] = std::chrono::minutes(150);
  for (const auto& member : node->published()->snapshot->members())
    if (std::ranges::find(voting, member->member) == voting.end())
      (*heard)[member->member] = std::chrono::hours(49);
  const auto html = shown(report(), {});
  EXPECT_THAT(between(html, "aria-labelledby=\"followers\"", "</section>"),
              testing::Contains(HasSubstr("last seen: 2 days ago")));
  std::vector<std::string> seen;
  for (const auto& row : between(between(html, "<tbody>", "</tbody>").at(0), "<tr>", "</tr>"))
    for (const auto& cell : between(row, "<td data-label=\"Last seen\">", "</td>"))
      seen.push_back(text_of(cell));
  EXPECT_THAT(seen,
              testing::ElementsAre(HasSubstr("this node"), HasSubstr("now"), HasSubstr("2 h ago"),
                                   HasSubstr("not since this node began")));
}

// Whoever signs after enough others have is not in the checkpoint, and that is no dissent.
TEST_F(Status, ASignatureThatWasNotNeededIsNotMissing) {
  EXPECT_THAT(shown(report(), {}), HasSubstr("not among its signers"));
  epoch.quorum = 1;
  const auto html = shown(report(), {});
  EXPECT_THAT(html, HasSubstr("not needed (1 signed first)"));
  EXPECT_THAT(html, Not(HasSubstr("not among its signers")));
}

TEST_F(Status, SaysThatSomebodyIsAwayThoughAllWorks) {
  const auto html = shown(report(), {});
  EXPECT_THAT(html, HasSubstr("<strong>The network works.</strong>"));
  EXPECT_THAT(html, Not(HasSubstr("All is well.")));
}

TEST_F(Status, SaysThatNothingBecomesFinalThoughAllAreConnected) {
  const auto told = report();
  told->validators.back().connected = told->validators.back().heard = true;
  EXPECT_THAT(shown(told, {}), HasSubstr("<strong>All is well.</strong>"));
  told->stuck = std::chrono::seconds(7);
  const auto html = shown(told, api::standing_of(*told, 1'200));
  EXPECT_THAT(html, HasSubstr("class=\"lead stuck\"><strong>No block becomes final.</strong>"));
  EXPECT_THAT(html, Not(HasSubstr("All is well.")));
}

TEST_F(Status, HasWordsForEveryStandingAndRole) {
  for (std::size_t i = 0; i < enum_words(Standing{}).size(); ++i)
    shown(report(), {static_cast<Standing>(i), 3});
  for (std::size_t i = 0; i < enum_words(runtime::ReplicaRole{}).size(); ++i) {
    const auto told = report();
    told->role = static_cast<runtime::ReplicaRole>(i);
    shown(told, {});
  }
}

TEST_F(Status, CountsTheBlocksItLacksIfThereAreAny) {
  for (const auto word : {Standing::current, Standing::cut_off, Standing::halted}) {
    EXPECT_THAT(shown(report(), {word, 0}), Not(HasSubstr("Blocks it lacks")));
    EXPECT_THAT(shown(report(), {word, 1'300}), HasSubstr("(Blocks it lacks: 1,300.)"));
  }
  EXPECT_THAT(shown(report(), {Standing::behind, 1'300}),
              HasSubstr("Others told of blocks that it does not have yet: 1,300."));
}

TEST_F(Status, AStaleNodeSaysSoOnEveryPageWithFigures) {
  open_fund();
  const auto gift = donate();
  const auto published = node->published();
  api::Request request;
  request.headers = {{"accept-language", "en"}};
  const auto at = [&](NodeStanding standing) {
    const LedgerNow now{*published->snapshot, standing};
    return std::vector{
        home_page(request, now).body, donation_page(request, now, gift, "", Effort::all)->body,
        fund_page(request, now, "relief").body, record_page(request, now, gift, Effort::all)->body,
        explore_page(request, now).body};
  };
  for (const auto& html : at({Standing::behind, 40})) {
    EXPECT_EQ(fault_of_html(html), std::nullopt);
    EXPECT_THAT(html, HasSubstr("This page may be out of date."));
    EXPECT_THAT(html, HasSubstr("This node lacks the newest blocks: 40."));
    EXPECT_THAT(html, HasSubstr("href=\"/status\""));
  }
  for (const auto& html : at({Standing::cut_off, 0})) {
    EXPECT_THAT(html, HasSubstr("out of date"));
    EXPECT_THAT(html, Not(HasSubstr("Blocks it lacks")));
  }
  for (const auto& html : at({Standing::halted, 7}))
    EXPECT_THAT(html, HasSubstr("(Blocks it lacks: 7.)"));
  for (const auto& html : at({Standing::learning, 0}))
    EXPECT_THAT(html, Not(HasSubstr("out of date")));
}

}  // namespace
}  // namespace centime::explorer
