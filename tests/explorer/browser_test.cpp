// Every page in a real browser: what it makes of the markup, and what its policy refuses.
//
// Skipped where there is no Chromium. With CENTIME_SCREENSHOTS set to a folder, pictures of the
// pages are left there, light, dark and narrow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "explorer/pages.h"
#include "tests/browser/chromium.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Browser : public ExplorerTest {
 protected:
  void SetUp() override {
    if (!browser::Chromium::installed())
      GTEST_SKIP() << "there is no " << browser::Chromium::program;
  }

  // The page as the browser understood it, in English.
  std::string open(const std::string& target) {
    const auto separator = target.contains('?') ? "&" : "?";
    const auto address = url(target + separator + "lang=en");
    const auto visit = chromium_.open(address);
    EXPECT_TRUE(visit.ended) << target << "\n" << visit.log;
    EXPECT_THAT(visit.log, Not(HasSubstr("Refused to"))) << target;
    EXPECT_THAT(visit.log, Not(HasSubstr("Content Security Policy"))) << target;
    EXPECT_THAT(visit.dom, HasSubstr("<main id=\"main\"")) << target;
    const bool checks = target.starts_with("/d/") && visit.dom.contains("id=\"check\"");
    EXPECT_EQ(between(visit.dom, "<script", ">").size(),
              (checks ? 1U : 0U) + (visit.dom.contains("id=\"live\"") ? 1U : 0U) +
                  (visit.dom.contains("class=\"flow\"") ? 1U : 0U))
        << target;
    return visit.dom;
  }

  void take_pictures(const std::string& name, const std::string& target) {
    const auto* folder = std::getenv("CENTIME_SCREENSHOTS");
    if (!folder) return;
    const std::vector<std::pair<std::string, browser::View>> views{
        {"light", {}}, {"dark", {.dark = true}}, {"narrow", {.width = 320, .height = 2600}}};
    for (const auto& [view_name, view] : views) {
      const auto file = std::filesystem::path(folder) / (name + "-" + view_name + ".png");
      EXPECT_TRUE(chromium_.picture(url(target), file, view).ended);
      EXPECT_TRUE(std::filesystem::exists(file));
    }
  }

  browser::Chromium chromium_;
};

TEST_F(Browser, ShowsADonationThatAddsUp) {
  open_fund();
  const auto gift = partly_spent_gift();
  const auto dom = open("/d/" + gift);
  EXPECT_THAT(between(dom, "<h1>", "</h1>"),
              testing::ElementsAre(HasSubstr("11.00&nbsp;EUR held")));
  const auto shown = shown_parts(dom);
  EXPECT_EQ(shown.parts_sum(), 5000U);
  EXPECT_EQ(shown.sum, 5000U);
  EXPECT_EQ(between(dom, "<li class=\"done\">", "</li>").size(), 8U);
  take_pictures("donation", "/d/" + gift);
}

TEST_F(Browser, ShowsTroubleAndWhatIsNotYet) {
  open_fund();
  const auto gift = donate(1'234'567);
  const auto sent = disburse(test::open_giving, test::red_aid, 500'000);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 400'000));
  const auto back = disburse(test::open_giving, test::clean_water, 200'000);
  state_record(test::clean_water, test::return_of(id_of(back), 200'000));
  state_record(test::open_giving, test::refund_of(id_of(gift), 34'567));
  const auto dom = open("/d/" + gift);
  EXPECT_EQ(between(dom, "<p class=\"notice\">", "</p>").size(), 3U);
  EXPECT_THAT(dom, HasSubstr("<s>Sent to Clean Water by Open Giving</s>"));
  take_pictures("trouble", "/d/" + gift);
  take_pictures("trouble-fr", "/d/" + gift + "?lang=fr");
}

TEST_F(Browser, ShowsEveryOtherPage) {
  open_fund();
  const auto gift = partly_spent_gift();
  auto exchange = test::exchange_of(100, "EUR", 14'512, "KES");
  donate();
  const auto exchanged = state_record(test::open_giving, exchange);
  EXPECT_THAT(open("/"), HasSubstr("Where did the money go?"));
  take_pictures("home", "/");
  EXPECT_THAT(open("/f/relief"), HasSubstr("Who holds it now"));
  take_pictures("fund", "/f/relief");
  EXPECT_THAT(open("/r/" + exchanged), HasSubstr("145.12&nbsp;KES"));
  take_pictures("record", "/r/" + exchanged);
  EXPECT_THAT(open("/m/red-aid"), HasSubstr("Red Aid"));
  take_pictures("member", "/m/red-aid");
  EXPECT_THAT(open("/search?q=50.00+EUR+2026-02-27"), HasSubstr("Search: 50.00 EUR 2026-02-27"));
  take_pictures("search", "/search?q=50.00+EUR+2026-02-27");
  EXPECT_THAT(open("/rule"), HasSubstr("first in, first out"));
  take_pictures("rule", "/rule?lang=es");
  EXPECT_THAT(open("/funds"), HasSubstr("Fund relief"));
  EXPECT_THAT(open("/d/0123456789abcdef0123"), HasSubstr("No donation with this code"));
  take_pictures("unknown", "/d/0123456789abcdef0123");
}

// What no quiet node shows: refusals of each kind, and pages of a node that is not well.
class TroubledBrowser : public Browser {
 protected:
  TroubledBrowser() {
    server.reset();
    api::Router router;
    api::add_api(router, {*node, tokens_file});
    add_pages(router, *node);
    const api::RouteOptions html{.default_format = api::Format::html, .cross_origin = false};
    router.get(
        "/problem/{status}",
        [](const api::Request&, const api::PathParams& params, api::Reply reply) {
          const auto status = static_cast<unsigned>(std::stoul(params["status"]));
          reply(api::problem(status, status == 404 ? "not_found" : "trouble", ""));
        },
        html);
    router.get(
        "/behind",
        [this](const api::Request& request, const api::PathParams&, api::Reply reply) {
          const auto published = node->published();
          reply(home_page(request, {*published->snapshot, {Standing::behind, 1'234}}));
        },
        html);
    router.get(
        "/cut-off",
        [this](const api::Request& request, const api::PathParams&, api::Reply reply) {
          const auto published = node->published();
          auto report = std::make_shared<runtime::ReplicaReport>();
          const auto genesis = test::world_genesis();
          report->quorum = 3;
          for (const auto& member : genesis.validators.items)
            report->validators.push_back({.member = member});
          report->validators.front() = {
              .member = test::open_giving, .connected = true, .heard = true, .height = 3};
          report->validators[1].heard = true;
          report->validators[1].height = 40;
          reply(status_page(request, {*published->snapshot, api::standing_of(*report, 3)},
                            {genesis.origin, test::open_giving, report, published->checkpoint(),
                             ledger::governance_of(genesis).epoch}));
        },
        html);
    api::ServerOptions options;
    options.hooks.problem_page = problem_page;
    server = std::make_unique<api::Server>(std::move(router), std::move(options));
    if (!server->start()) throw std::runtime_error("no server");
  }
};

TEST_F(TroubledBrowser, SaysInPlainWordsWhatIsWrongAndWhatToDo) {
  const std::vector<std::pair<std::string, std::string>> titles{
      {"404", "There is nothing at this address"},
      {"429", "Too many requests"},
      {"500", "Something went wrong here"},
      {"503", "The node is busy or stopping"},
      {"504", "The answer took too long"}};
  for (const auto& [status, title] : titles) {
    const auto dom = open("/problem/" + status);
    EXPECT_THAT(dom, HasSubstr(title));
    EXPECT_THAT(dom, HasSubstr("To the start page"));
    EXPECT_EQ(between(dom, "please give this number: <code>", "</code>").at(0).size(), 16U);
    EXPECT_EQ(dom.contains("See the state of the network"), status >= "500") << status;
    take_pictures("problem-" + status, "/problem/" + status);
  }
}

TEST_F(TroubledBrowser, SaysThatANodeIsBehindOrCutOff) {
  open_fund();
  donate();
  EXPECT_THAT(open("/behind"), HasSubstr("This node lacks the newest blocks: 1,234."));
  take_pictures("behind", "/behind");
  EXPECT_THAT(open("/cut-off"), HasSubstr("Too few validators are connected."));
  take_pictures("cut-off", "/cut-off");
}

TEST_F(Browser, RunsNothingOfHostileText) {
  open_fund();
  auto donation = test::donation_of(5000);
  donation.earmark = {"</bdi></q><script>document.title='x'</script><img src=/x onerror=alert(1)>"};
  const auto dom = open("/d/" + state_record(test::open_giving, donation));
  EXPECT_THAT(dom, Not(HasSubstr("<img")));
  EXPECT_THAT(dom, HasSubstr("&lt;script&gt;"));
}

}  // namespace
}  // namespace centime::explorer
