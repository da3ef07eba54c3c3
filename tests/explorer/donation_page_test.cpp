#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>

#include "crypto/encoding.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class DonationPage : public ExplorerTest {
 protected:
  DonationPage() { open_fund(); }

  // The page in all languages: well-formed, and its parts sum to the gift.
  std::string sound_page(const std::string& id, std::uint64_t gift) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page("/d/" + id, language);
      EXPECT_EQ(answer.status, 200U);
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << answer.body;
      const auto shown = shown_parts(answer.body);
      EXPECT_EQ(shown.parts_sum(), gift) << answer.body;
      EXPECT_EQ(shown.sum, gift);
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }

  static std::string title_of(const std::string& html) {
    const auto found = between(html, "<h1>", "</h1>");
    return found.empty() ? "" : found.front();
  }

  static std::string state_of(const std::string& html) {
    const auto found = between(html, "<strong class=\"state\">", "</strong>");
    return found.empty() ? "" : found.front();
  }

  static std::vector<std::string> notices_of(const std::string& html) {
    return between(html, "<p class=\"notice\">", "</p>");
  }
};

TEST_F(DonationPage, SaysPlainlyThatAnIdIsUnknown) {
  const auto answer = page("/d/" + std::string(64, 'a'));
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(answer.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("No donation with this code"));
  EXPECT_THAT(answer.body, HasSubstr("/docs/errors#unknown_donation\"><code>unknown_donation"));
  EXPECT_EQ(fault_of_html(answer.body), std::nullopt);
  EXPECT_EQ(page("/d/nonsense").status, 404U);
  EXPECT_EQ(page("/d/%3Cscript%3E").status, 404U);
}

TEST_F(DonationPage, ShowsWhatWasJustReceivedWithEverythingElseNotYet) {
  const auto html = sound_page(donate(), 5000);
  EXPECT_EQ(title_of(html), "50.00\u00a0EUR given: 50.00\u00a0EUR held by Open Giving");
  EXPECT_THAT(html, HasSubstr("Just received"));
  for (const auto* stage : {"Sent on to a partner", "Acknowledged by the partner",
                            "Paid to a supplier or recipient", "Evidence of what was bought"})
    EXPECT_THAT(between(html, "<li class=\"waiting\">", "</li>"),
                testing::Contains(HasSubstr(stage)));
  for (const auto& waiting : between(html, "<li class=\"waiting\">", "</li>")) {
    EXPECT_THAT(waiting, HasSubstr("All of it: 50.00\u00a0EUR"));
    EXPECT_THAT(waiting, Not(HasSubstr("<time")));
  }
}

TEST_F(DonationPage, WhatIsStillToComeStandsBelowWhatHappenedWithItsAmount) {
  const auto gift = donate();
  acknowledge(test::red_aid, disburse(test::open_giving, test::red_aid, 4600), 4600);
  disburse(test::open_giving, test::red_aid, 400);
  const auto html = sound_page(gift, 5000);
  const auto happened = between(html, "aria-labelledby=\"stages\"", "</section>");
  const auto coming = between(html, "aria-labelledby=\"coming\"", "</section>");
  ASSERT_EQ(happened.size(), 1U);
  ASSERT_EQ(coming.size(), 1U);
  EXPECT_THAT(happened[0], Not(HasSubstr("class=\"waiting\"")));
  EXPECT_THAT(happened[0], HasSubstr("Acknowledged by Red Aid"));
  EXPECT_THAT(coming[0], HasSubstr("Still to come"));
  EXPECT_THAT(between(coming[0], "<li class=\"waiting\">", "</li>"),
              testing::Contains(testing::AllOf(HasSubstr("Acknowledged by Red Aid"),
                                               HasSubstr("The remaining 4.00\u00a0EUR"))));
  EXPECT_LT(html.find("id=\"stages\""), html.find("id=\"coming\""));
}

TEST_F(DonationPage, TellsASentGiftFromAnAcknowledgedOne) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  EXPECT_EQ(title_of(sound_page(gift, 5000)),
            "50.00\u00a0EUR given: 50.00\u00a0EUR sent to Red Aid, not yet acknowledged");
  acknowledge(test::red_aid, sent, 5000);
  const auto html = sound_page(gift, 5000);
  EXPECT_EQ(title_of(html), "50.00\u00a0EUR given: 50.00\u00a0EUR held by Red Aid");
  EXPECT_THAT(html, HasSubstr("Acknowledged by Red Aid"));
  EXPECT_THAT(html, HasSubstr("Says that 50.00\u00a0EUR arrived, of 50.00\u00a0EUR sent"));
}

TEST_F(DonationPage, CallsMoneyOnItsWayTheSameInTheTableAndTheDiagram) {
  const auto gift = donate();
  disburse(test::open_giving, test::red_aid, 2000);
  state_record(test::clean_water,
               test::dispute_of(id_of(disburse(test::open_giving, test::clean_water, 1000)), 900));
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("sent to Red Aid, not yet acknowledged"));
  for (const auto* end : {"Red Aid, not yet acknowledged", "Clean Water, who disputes it"})
    EXPECT_THAT(between(html, "<table class=\"flows\">", "</table>").at(0), HasSubstr(end));
  EXPECT_THAT(page("/f/relief").body, HasSubstr("counted as held by its receiver"));
}

TEST_F(DonationPage, TellsHandOversThatWaitInOneLineHoweverManyThereAre) {
  const auto gift = donate();
  for (int i = 0; i < 6; ++i) disburse(test::open_giving, test::red_aid, 500);
  disburse(test::open_giving, test::field_crew, 500);
  const auto waits = [](const std::string& html) {
    auto waiting = between(html, "<li class=\"waiting\">", "</li>");
    std::erase_if(waiting, [](const auto& stage) {
      return stage.find("Acknowledged by") == std::string::npos;
    });
    return waiting;
  };
  EXPECT_THAT(waits(sound_page(gift, 5000)),
              testing::ElementsAre(
                  testing::AllOf(HasSubstr("Acknowledged by the receivers of 7 hand-overs"),
                                 HasSubstr("Awaited from: Field Crew, Red Aid<"))));
}

TEST_F(DonationPage, PutsADisputeFirst) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  const auto dispute = state_record(test::red_aid, test::dispute_of(id_of(sent), 4000));
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(title_of(html), HasSubstr("sent to Red Aid, who disputes it"));
  EXPECT_THAT(html, HasSubstr("<strong class=\"state\">Disputed</strong>"));
  EXPECT_THAT(between(html, "<p class=\"notice\">", "</p>"),
              testing::ElementsAre(
                  testing::AllOf(HasSubstr("Disputed by Red Aid"), HasSubstr("/r/" + dispute))));
  EXPECT_THAT(html, HasSubstr("less arrived"));
}

TEST_F(DonationPage, AddsUpAGiftThatIsPartlySpent) {
  const auto html = sound_page(partly_spent_gift(), 5000);
  EXPECT_EQ(title_of(html),
            "50.00\u00a0EUR given: 37.50\u00a0EUR spent with suppliers and recipients · "
            "1.50\u00a0EUR fees and overhead · 11.00\u00a0EUR held by Field Crew");
  EXPECT_EQ(shown_parts(html).parts, (std::vector<std::uint64_t>{3750, 150, 1100}));
  EXPECT_THAT(html, HasSubstr("In progress"));
  EXPECT_THAT(html, HasSubstr("Paid to Tents and Co by Red Aid"));
  EXPECT_THAT(html, HasSubstr("Evidence from Red Aid: invoice"));
  EXPECT_THAT(html, HasSubstr("The rest paid to suppliers and recipients"));
}

TEST_F(DonationPage, OrdersStagesNewestFirst) {
  const auto text = text_of(sound_page(partly_spent_gift(), 5000));
  // The sentence above the stages says "Received by" too, so the search begins behind it.
  std::size_t last = text.find("What happened, newest first");
  for (const auto* stage : {"Sent to Field Crew by Red Aid", "Paid to Tents and Co",
                            "Sent to Red Aid by Open Giving", "Received by Open Giving"}) {
    last = text.find(stage, last);
    ASSERT_NE(last, std::string::npos) << stage << "\n" << text;
  }
}

TEST_F(DonationPage, ShowsOnlyItsOwnShareOfPooledMoney) {
  donate(10'000);
  const auto gift = donate(5000);
  disburse(test::open_giving, test::red_aid, 12'000);
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("20.00\u00a0EUR of this gift, in a record of 120.00\u00a0EUR"));
  EXPECT_THAT(html, HasSubstr("The whole fund: 150.00\u00a0EUR donated"));
  EXPECT_EQ(shown_parts(html).parts, (std::vector<std::uint64_t>{3000, 2000}));
}

TEST_F(DonationPage, SaysWhenAllIsSpent) {
  const auto gift = donate(1);
  pay(test::open_giving, 1);
  const auto html = sound_page(gift, 1);
  EXPECT_THAT(html, HasSubstr("Spent in full"));
  EXPECT_THAT(html, Not(HasSubstr("Sent on to a partner")));
}

TEST_F(DonationPage, StrikesOutWhatWasReturnedAndSaysWhy) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::return_of(id_of(sent), 5000));
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("<s>Sent to Red Aid by Open Giving</s>"));
  EXPECT_THAT(html, HasSubstr("Returned to Open Giving by Red Aid"));
  EXPECT_THAT(html, HasSubstr("not needed"));
  EXPECT_THAT(html, Not(HasSubstr("Acknowledged by Red Aid")));
  EXPECT_EQ(title_of(html), "50.00\u00a0EUR given: 50.00\u00a0EUR held by Open Giving");
}

TEST_F(DonationPage, KeepsALineThatWasReturnedInPart) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::return_of(id_of(sent), 1000));
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, Not(HasSubstr("<s>")));
  EXPECT_THAT(html, HasSubstr("10.00\u00a0EUR of it came back"));
}

TEST_F(DonationPage, TellsAFullRefundFromAPartialOne) {
  const auto gift = donate();
  state_record(test::open_giving, test::refund_of(id_of(gift), 2000));
  auto html = sound_page(gift, 5000);
  EXPECT_THAT(title_of(html), HasSubstr("20.00\u00a0EUR refunded to the donor"));
  EXPECT_THAT(html, HasSubstr("In progress"));
  EXPECT_THAT(html, Not(HasSubstr("<s>")));
  state_record(test::open_giving, test::refund_of(id_of(gift), 3000));
  html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("<strong class=\"state\">Refunded</strong>"));
  EXPECT_THAT(html, HasSubstr("<s>Received by Open Giving</s>"));
  EXPECT_THAT(html, HasSubstr("the donor asked for it"));
}

TEST_F(DonationPage, TellsAGiftThatWasSpentAndRefundedFromOneSpentInFull) {
  const auto gift = donate();
  pay(test::open_giving, 3000);
  state_record(test::open_giving, test::refund_of(id_of(gift), 2000));
  EXPECT_EQ(state_of(sound_page(gift, 5000)), "Partly spent, partly refunded");
}

TEST_F(DonationPage, ADisputeIsOverWhenItsMoneyCameBack) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 4000));
  state_record(test::red_aid, test::return_of(id_of(sent), 1000));
  EXPECT_EQ(state_of(sound_page(gift, 5000)), "Disputed");
  state_record(test::red_aid, test::return_of(id_of(sent), 4000));
  auto html = sound_page(gift, 5000);
  EXPECT_EQ(state_of(html), "In progress");
  EXPECT_THAT(notices_of(html), testing::Each(HasSubstr("Returned to Open Giving")));
  EXPECT_THAT(html, HasSubstr("Settled since"));
  state_record(test::open_giving, test::refund_of(id_of(gift), 5000));
  EXPECT_EQ(state_of(sound_page(gift, 5000)), "Refunded");
}

// An auditor's finding is no dispute: only another finding ends it.
TEST_F(DonationPage, AVerdictStandsWhenTheMoneyCameBack) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::return_of(id_of(sent), 5000));
  auto verdict = test::attestation_of(ledger::RecordSubject{id_of(sent)});
  verdict.verdict = ledger::Verdict::rejected;
  state_record(test::tender, verdict);
  auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("Rejected by Tender Audit"));
  EXPECT_THAT(html, Not(HasSubstr("Settled since")));
  verdict.verdict = ledger::Verdict::verified;
  state_record(test::tender, verdict);
  html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("Settled since"));
}

TEST_F(DonationPage, DropsNoticesOfWhatWasSettled) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 4000));
  auto doubt = test::attestation_of(ledger::RecordSubject{id_of(sent)});
  doubt.verdict = ledger::Verdict::queried;
  state_record(test::tender, doubt);
  EXPECT_EQ(notices_of(sound_page(gift, 5000)).size(), 2U);
  acknowledge(test::red_aid, sent, 5000);
  EXPECT_THAT(notices_of(sound_page(gift, 5000)), testing::ElementsAre(HasSubstr("Queried by")));
  doubt.verdict = ledger::Verdict::rejected;
  state_record(test::tender, doubt);
  EXPECT_THAT(notices_of(sound_page(gift, 5000)), testing::ElementsAre(HasSubstr("Rejected by")));
  doubt.verdict = ledger::Verdict::verified;
  state_record(test::tender, doubt);
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(notices_of(html), testing::IsEmpty());
  EXPECT_THAT(html, HasSubstr("Disputed by Red Aid"));
}

TEST_F(DonationPage, SaysWhenAnotherAmountWasAcknowledgedThanWasSent) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 4000);
  acknowledge(test::red_aid, sent, 1);
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(
      notices_of(html),
      testing::ElementsAre(HasSubstr("Another amount than was sent acknowledged by Red Aid")));
  EXPECT_THAT(
      between(html, "<li class=\"trouble\">", "</li>"),
      testing::ElementsAre(HasSubstr("Says that 0.01\u00a0EUR arrived, of 40.00\u00a0EUR")));
  EXPECT_THAT(page("/r/" + sent).body, HasSubstr("0.01\u00a0EUR of 40.00\u00a0EUR"));
  acknowledge(test::red_aid, sent, 4000);
  EXPECT_THAT(notices_of(sound_page(gift, 5000)), testing::IsEmpty());
  EXPECT_THAT(page("/r/" + sent).body, HasSubstr("acknowledged by the receiver."));
}

TEST_F(DonationPage, AddsUpInTheCurrencyOfTheGiftAfterAnExchange) {
  // 3 yen for 1.00 EUR: most cents have no yen of their own.
  const auto gift = donate(4999);
  state_record(test::open_giving, test::exchange_of(4999, "EUR", 149, "JPY"));
  pay(test::open_giving, 100, ledger::Category::goods, "JPY");
  const auto html = sound_page(gift, 4999);
  EXPECT_THAT(html, HasSubstr("49.99\u00a0EUR became 149\u00a0JPY"));
  EXPECT_THAT(html, HasSubstr("as 49\u00a0JPY"));
  EXPECT_THAT(html, HasSubstr("49.99\u00a0EUR exchanged to other currencies"));
  EXPECT_THAT(html, HasSubstr("ECB reference rate"));
}

// "The whole fund: 50.00 EUR donated, …": minor units by what is said of them.
std::map<std::string, std::uint64_t> fund_line_of(const std::string& html) {
  const auto line = between(html, "The whole fund: ", ".</p>").at(0);
  std::map<std::string, std::uint64_t> figures;
  const std::regex figure("([0-9,.]+)\u00a0EUR ([a-z ]+)");
  for (auto at = std::sregex_iterator(line.begin(), line.end(), figure);
       at != std::sregex_iterator(); ++at) {
    auto digits = (*at)[1].str();
    std::erase_if(digits, [](char c) { return c == ',' || c == '.'; });
    figures[(*at)[2]] = std::stoull(digits);
  }
  return figures;
}

TEST_F(DonationPage, TheWholeFundsFiguresAddUp) {
  const auto gift = donate(5000);
  EXPECT_EQ(
      fund_line_of(page("/d/" + gift).body),
      (std::map<std::string, std::uint64_t>{{"donated", 5000}, {"spent", 0}, {"held", 5000}}));
  pay(test::open_giving, 2485);
  state_record(test::open_giving, test::refund_of(id_of(gift), 1234));
  state_record(test::open_giving, test::exchange_of(300, "EUR", 45, "JPY"));
  state_record(test::open_giving, test::exchange_of(15, "JPY", 99, "EUR"));
  auto figures = fund_line_of(page("/d/" + gift).body);
  EXPECT_EQ(figures["refunded to donors"], 1234U);
  EXPECT_EQ(figures["donated"] + figures["exchanged from other currencies"],
            figures["spent"] + figures["refunded to donors"] +
                figures["exchanged to other currencies"] + figures["held"]);
  EXPECT_EQ(figures.size(), 6U);
}

TEST_F(DonationPage, ShowsAnAuditorsDoubt) {
  const auto gift = donate();
  auto attestation = test::attestation_of(ledger::RecordSubject{id_of(gift)});
  attestation.verdict = ledger::Verdict::queried;
  state_record(test::tender, attestation);
  EXPECT_THAT(between(sound_page(gift, 5000), "<p class=\"notice\">", "</p>"),
              testing::ElementsAre(HasSubstr("Queried by Tender Audit")));
}

TEST_F(DonationPage, EachStatementSaysWhatItIsAboutAndWhen) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 4000));
  const auto paid = pay(test::red_aid, 2450);
  auto evidence = test::evidence_of(ledger::RecordSubject{id_of(paid)});
  evidence.file.caption = crypto::Text<1, 200>{"Tents, delivered"};
  const auto shown = state_record(test::red_aid, evidence);
  state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(paid)}));
  state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(gift)}));
  const auto html = sound_page(gift, 5000);
  const auto stage = [&](const std::string& title) {
    for (const auto& item : between(html, "<li class=", "</li>"))
      if (item.contains("<h3>" + title)) return item;
    return std::string("there is no " + title);
  };
  const auto payment =
      "About: <a href=\"/r/" + paid + "\">Paid to Tents and Co by Red Aid, 24.50\u00a0EUR</a>";
  const auto hash = crypto::to_hex(evidence.file.digest.bytes).substr(0, 16);
  EXPECT_THAT(stage("Evidence from Red Aid: invoice"),
              testing::AllOf(HasSubstr(payment), HasSubstr("<q><bdi>Tents, delivered</bdi></q>"),
                             HasSubstr("SHA-256 " + hash + "…"), HasSubstr("recorded on "),
                             HasSubstr("/r/" + shown)));
  EXPECT_THAT(stage("Disputed by Red Aid"),
              HasSubstr("\">Sent to Red Aid by Open Giving, 50.00\u00a0EUR</a>"));
  const auto checks = between(html, "Checked by Tender Audit: found correct", "</li>");
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_THAT(checks[0], HasSubstr("About: <a href=\"/d/" + gift + "\">Received by Open Giving"));
  EXPECT_THAT(checks[1], testing::AllOf(HasSubstr(payment), HasSubstr("recorded on ")));
  EXPECT_THAT(notices_of(html), testing::ElementsAre(HasSubstr(
                                    "Disputed by Red Aid (Sent to Red Aid by Open Giving, 50.00")));
}

TEST_F(DonationPage, StaysSmallWhateverHappenedToTheGift) {
  const auto gift = donate(100'000);
  std::vector<ledger::Record> records;
  for (int i = 0; i < 300; ++i) records.push_back(record(test::expenditure_of(10)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto html = sound_page(gift, 100'000);
  EXPECT_LT(html.size(), 60'000U);
  EXPECT_THAT(html, HasSubstr("earlier stages are not shown here"));
}

TEST_F(DonationPage, SaysSoWhenTheGiftWasDividedTooOften) {
  const auto gift = donate(5'100);
  for (int i = 0; i < 3; ++i) {
    std::vector<ledger::Record> records;
    for (int j = 0; j < 1'700; ++j) records.push_back(record(test::expenditure_of(1)));
    ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  }
  const auto answer = page("/d/" + gift);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(fault_of_html(answer.body), std::nullopt);
  EXPECT_THAT(answer.body, HasSubstr("more pieces than fit on one page"));
  EXPECT_EQ(state_of(answer.body), "In many pieces");
  EXPECT_THAT(answer.body, Not(HasSubstr("class=\"bar\"")));
}

TEST_F(DonationPage, LinksTheProofAndTheJsonThatExist) {
  const auto gift = donate();
  const auto html = sound_page(gift, 5000);
  EXPECT_THAT(html, HasSubstr("Not verified in this browser yet"));
  EXPECT_THAT(html, HasSubstr("centime verify centime-" + gift.substr(0, 16) + ".trace.json"));
  EXPECT_THAT(html, HasSubstr("<code class=\"whole\">" + gift + "</code>"));
  for (const auto& target :
       {"/v1/donations/" + gift + "/proof", "/v1/donations/" + gift + "/trace"}) {
    EXPECT_THAT(html, HasSubstr("href=\"" + target + "\""));
    EXPECT_EQ(get(target).status, 200U) << target;
  }
}

// As somebody types it who has it on paper.
TEST_F(DonationPage, AnIdInCapitalsLeadsToItsOwnAddress) {
  const auto gift = donate();
  std::string typed = gift;
  std::ranges::transform(typed, typed.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto moved = get("/d/" + typed + "?lang=fr");
  EXPECT_EQ(moved.status, 303U);
  EXPECT_EQ(moved.header("location"), "/d/" + gift + "?lang=fr");
  EXPECT_EQ(get("/r/" + typed).header("location"), "/r/" + gift);
  // In groups of four, as fingerprints are printed.
  std::string grouped;
  for (std::size_t i = 0; i < gift.size(); ++i)
    grouped += (i % 4 == 0 && i > 0 ? "+" : "") + gift.substr(i, 1);
  EXPECT_EQ(get("/search?q=" + grouped).header("location"), "/d/" + gift);
}

// As people type it, and programs that tidy addresses up.
TEST_F(DonationPage, ASlashTooManyAtTheEndLeadsToItsOwnAddress) {
  const auto gift = donate();
  const auto moved = get("/d/" + gift + "/");
  EXPECT_EQ(moved.status, 308U);
  EXPECT_EQ(moved.header("location"), "/d/" + gift);
  EXPECT_EQ(get("/r/" + gift + "//?lang=fr&q=a+b").header("location"),
            "/r/" + gift + "?lang=fr&q=a%20b");
  for (const std::string address : {"/f/relief", "/b/1", "/funds", "/status"}) {
    EXPECT_EQ(get(address + "/").header("location"), address);
    EXPECT_EQ(get(address).status, 200U) << address;
  }
  EXPECT_EQ(get("/?q=1").status, 200U) << "this one is the page's own";
  // Never to another host, and not of the API, whose addresses are as they are documented.
  for (const auto* other : {"//example.org/", "//example.org//", "/d/", "/v1/funds/", "/none/"})
    EXPECT_EQ(get(other).status, 404U) << other;
  EXPECT_EQ(post("/d/" + gift + "/", "{}").status, 404U);
}

TEST_F(DonationPage, AcceptsTheBeginningOfAnIdAndRefersJsonReadersToTheApi) {
  const auto gift = donate();
  EXPECT_EQ(title_of(page("/d/" + gift.substr(0, 16)).body), title_of(page("/d/" + gift).body));
  for (const auto* ellipsis : {"%E2%80%A6", "..."}) {
    const auto shortened = gift.substr(0, 16) + ellipsis;
    EXPECT_EQ(title_of(page("/d/" + shortened).body), title_of(page("/d/" + gift).body));
    EXPECT_EQ(page("/r/" + shortened).status, 200U);
    EXPECT_EQ(page("/search?q=" + shortened).header("location"), "/d/" + gift);
  }
  const auto too_short = page("/d/" + gift.substr(0, 8));
  EXPECT_EQ(too_short.status, 404U);
  EXPECT_THAT(too_short.body, HasSubstr("At least the first 16 characters are needed"));
  const auto json = get("/d/" + gift, {{"Accept", "application/json"}});
  EXPECT_EQ(json.status, 307U);
  EXPECT_EQ(json.header("location"), "/v1/donations/" + gift + "/trace");
  EXPECT_EQ(get("/d/" + gift).status, 200U);
}

TEST_F(DonationPage, ShowsAnyOtherRecordAsTheRecordItIs) {
  donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 5000);
  EXPECT_THAT(page("/d/" + sent).body, HasSubstr("Open Giving sent money to Red Aid"));
}

}  // namespace
}  // namespace centime::explorer
