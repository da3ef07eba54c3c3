// What the pages show, in words that are right in every language.
#include <set>

#include "api/queries.h"
#include "tests/explorer/page_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Pages : public PageTest {};

TEST_F(Pages, WelcomeOnAnEmptyLedger) {
  const auto html = sound_page("/");
  EXPECT_THAT(html, HasSubstr("There are no funds yet."));
  EXPECT_THAT(html, HasSubstr("Nothing has been recorded yet."));
  EXPECT_THAT(html, HasSubstr("As of block 0"));
}

TEST_F(Pages, HomeShowsTotalsFundsMembersAndTheLatestRecords) {
  open_fund();
  const auto gift = partly_spent_gift();
  const auto html = sound_page("/");
  EXPECT_THAT(html, HasSubstr("/f/relief"));
  EXPECT_THAT(html, HasSubstr("Field Crew acknowledged the transfer of "));
  EXPECT_THAT(html, HasSubstr(">39.00\u00a0EUR</td>"));
  EXPECT_THAT(html, HasSubstr("/m/tender-audit"));
  EXPECT_THAT(sound_page("/funds"), HasSubstr("Fund relief"));
  EXPECT_THAT(sound_page("/rule"), HasSubstr("first in, first out"));
  EXPECT_EQ(between(html, "<a href=\"/d/", "\""), std::vector<std::string>{gift});
  EXPECT_EQ(between(html, "<a href=\"/r/", "\"").size(), 9U) << "ten newest with the gift";
}

TEST_F(Pages, FundShowsWhoHoldsWhatAndWhereItWent) {
  open_fund();
  partly_spent_gift();
  const auto html = sound_page("/f/relief");
  EXPECT_THAT(html, HasSubstr("<bdi>Fund relief</bdi>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/m/field-crew\">Field Crew</a></th><td>11.00\u00a0EUR"));
  EXPECT_THAT(html, HasSubstr("Paid out: bank fee"));
  EXPECT_EQ(page("/f/nothing").status, 404U);
  EXPECT_EQ(page("/f/NOT%20A%20SLUG").status, 404U);
}

TEST_F(Pages, ListsOlderRecordsOnFurtherPagesWithoutLosingOne) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 60; ++i) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  std::set<std::string> seen;
  std::string target = "/f/relief";
  for (int pages = 0; pages < 10 && !target.empty(); ++pages) {
    const auto html = sound_page(target);
    for (const auto& id : between(html, "<a href=\"/d/", "\"")) seen.insert(id);
    const auto next = between(html, "rel=\"next\" href=\"", "\"");
    target = next.empty() ? "" : next.front();
  }
  EXPECT_EQ(seen.size(), 60U);
}

TEST_F(Pages, FundShowsWhatIsMissingUntilItIsThere) {
  open_fund();
  donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 4000);
  const auto spent = state_record(test::red_aid, test::expenditure_of(100));
  auto html = sound_page("/f/relief");
  EXPECT_THAT(html, HasSubstr("Hand-overs not acknowledged"));
  EXPECT_THAT(html, HasSubstr("/v1/funds/relief/unacknowledged.csv"));
  EXPECT_THAT(html, HasSubstr("/v1/funds/relief/without-evidence.csv"));
  acknowledge(test::red_aid, sent, 4000);
  state_record(test::red_aid, test::evidence_of(ledger::RecordSubject{id_of(spent)}));
  html = sound_page("/f/relief");
  EXPECT_THAT(html, HasSubstr("No hand-over waits for its receiver’s acknowledgement."));
  EXPECT_THAT(html, HasSubstr("No expenditure lacks evidence, fees and overhead aside."));
  EXPECT_THAT(html, Not(HasSubstr("unacknowledged.csv")));
}

TEST_F(Pages, RecordShowsTheDonationsBehindItPageByPageAndInGroups) {
  open_fund();
  std::vector<ledger::Record> records;
  for (int i = 0; i < 50; ++i) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto spent = state_record(test::open_giving, test::expenditure_of(4950));
  std::set<std::string> seen;
  std::string target = "/r/" + spent;
  EXPECT_THAT(sound_page(target), HasSubstr("50 donations make up these 49.50"));
  for (int pages = 0; pages < 5 && !target.empty(); ++pages) {
    const auto html = sound_page(target);
    for (const auto& id : between(html, "<a href=\"/d/", "\"")) seen.insert(id);
    const auto next = between(html, "rel=\"next\" href=\"", "#");
    target = next.empty() ? "" : next.front();
  }
  EXPECT_EQ(seen.size(), 50U);
  for (const auto* by : {"fund", "day", "author", "channel"}) {
    const auto html = sound_page("/r/" + spent + "?group=" + by);
    EXPECT_THAT(html, HasSubstr("50 donations, of which 49.50")) << by;
    EXPECT_THAT(html, HasSubstr("/sources.csv?group=" + std::string(by)));
  }
  const auto gift = donate();
  EXPECT_THAT(sound_page("/r/" + gift), Not(HasSubstr("Where this money came from")));
}

TEST_F(Pages, ARecordThatAnAuditorDoubtsSaysSoOnTop) {
  open_fund();
  donate();
  const auto paid = pay(test::open_giving, 1000);
  auto doubt = test::attestation_of(ledger::RecordSubject{id_of(paid)});
  doubt.verdict = ledger::Verdict::queried;
  const auto queried = state_record(test::tender, doubt);
  EXPECT_THAT(between(sound_page("/r/" + paid), "<p class=\"notice\">", "</p>"),
              testing::ElementsAre(testing::AllOf(HasSubstr("Queried by Tender Audit."),
                                                  HasSubstr("/r/" + queried))));
  state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(paid)}));
  EXPECT_THAT(sound_page("/r/" + paid), Not(HasSubstr("class=\"notice\"")));
}

TEST_F(Pages, MemberShowsRoleKeyAndRecords) {
  open_fund();
  partly_spent_gift();
  const auto html = sound_page("/m/red-aid");
  EXPECT_THAT(html, HasSubstr("Red Aid"));
  EXPECT_THAT(html, HasSubstr(crypto::to_hex(test::fixed_key("red-aid").public_key().bytes)));
  EXPECT_THAT(html, HasSubstr("Red Aid paid Tents and Co (goods)"));
  EXPECT_THAT(sound_page("/m/clean-water"), HasSubstr("Nothing has been recorded yet."));
  EXPECT_EQ(page("/m/nobody").status, 404U);
}

TEST_F(Pages, RecordPagesOfEveryKindNameEveryField) {
  open_fund();
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 4000);
  const auto subject = ledger::RecordSubject{id_of(sent)};
  auto expenditure = test::expenditure_of(100);
  expenditure.payee->org_id = {"GB-CHC-1"};
  expenditure.description = {"Forty tents"};
  expenditure.evidence.items.push_back(test::evidence_of(subject).file);
  expenditure.evidence.items.back().caption = {"page 1"};
  acknowledge(test::red_aid, sent, 4000);
  state_record(test::red_aid, expenditure);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 3000));
  state_record(test::tender, test::attestation_of(subject));
  state_record(test::tender, test::attestation_of(ledger::FundSubject{test::relief}));
  state_record(test::red_aid, test::evidence_of(subject));
  state_record(test::red_aid, test::return_of(id_of(sent), 100));
  state_record(test::open_giving, test::refund_of(id_of(gift), 50));
  state_record(test::open_giving, test::exchange_of(100, "EUR", 110, "USD"));
  auto earmarked = test::donation_of(100);
  earmarked.earmark = {"blankets"};
  const auto named = state_record(test::open_giving, earmarked);
  auto fulfils = test::expenditure_of(100);
  fulfils.for_donation = id_of(named);
  state_record(test::open_giving, fulfils);
  auto goal = test::proposal_of({"school"});
  goal.goal = ledger::Goal{{1'000'000}, test::currency("KES")};
  state_record(test::red_aid, goal);
  state_record(test::red_aid, test::closure_of(test::relief));
  const auto joining =
      state_record(test::open_giving, ledger::MemberProposal{{"wells"},
                                                             {"Wells for All"},
                                                             ledger::Role::ngo,
                                                             test::fixed_key("wells").public_key(),
                                                             test::digest_of("agreement")});
  state_record(test::tender, ledger::Approval{id_of(joining), test::digest_of("report")});
  state_record(test::open_giving,
               ledger::MemberSuspension{
                   test::field_crew, ledger::MemberStatus::suspended, {"It does not answer"}});
  const auto change = state_record(
      test::red_aid,
      ledger::ValidatorChange{0, {{test::open_giving, test::tender}}, {{"Two are better"}}});
  const crypto::SecretKey fresh = test::fixed_key("a second key");
  state_record(test::clean_water,
               ledger::KeyRotation{test::clean_water, fresh.public_key(),
                                   fresh.sign(ledger::key_proof_message(
                                       node->network(), test::clean_water, fresh.public_key()))});

  const auto snapshot = node->published()->snapshot;
  std::set<ledger::RecordKind> kinds;
  for (std::uint64_t i = 0; i < snapshot->head().size; ++i) {
    if (snapshot->entry({i}).front() != ledger::record_entry_tag) continue;
    const auto view = api::describe_record(*snapshot, {i});
    kinds.insert(view.kind());
    const auto html = sound_page("/r/" + view.id.hex());
    EXPECT_THAT(html, HasSubstr(view.content.authored.record.reference.value));
    EXPECT_THAT(html, HasSubstr("<code class=\"whole\">" + view.id.hex()));
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<ledger::RecordBody>);

  EXPECT_THAT(sound_page("/r/" + change), HasSubstr("Validator 2"));
  EXPECT_THAT(sound_page("/m/wells"), HasSubstr("Wells for All"));
  EXPECT_THAT(sound_page("/m/open-giving"), HasSubstr("Has a vote"));
  EXPECT_THAT(sound_page("/m/field-crew"), HasSubstr("Suspended: it records nothing"));
  const auto rotated = sound_page("/m/clean-water");
  EXPECT_THAT(rotated, HasSubstr("Has no vote"));
  EXPECT_THAT(rotated, HasSubstr(crypto::to_hex(fresh.public_key().bytes)));
  EXPECT_THAT(rotated,
              HasSubstr(crypto::to_hex(test::fixed_key("clean-water").public_key().bytes)));
  EXPECT_THAT(rotated, HasSubstr("until entry"));
  const auto html = sound_page("/r/" + sent);
  EXPECT_THAT(html, HasSubstr("disputed by the receiver."));
  EXPECT_THAT(html, HasSubstr("Out of Fund relief / Open Giving / EUR</dt><dd>0 to 3,999"));
  for (const auto& target : between(html, "href=\"/v1/", "\""))
    EXPECT_EQ(get("/v1/" + target).status, 200U) << target;
}

TEST_F(Pages, SearchGoesStraightToTheOnlyHit) {
  open_fund();
  const auto gift = donate();
  const auto answer = page("/search?q=" + gift.substr(0, 20));
  EXPECT_EQ(answer.status, 303U);
  EXPECT_EQ(answer.header("location"), "/d/" + gift);
  EXPECT_EQ(page("/search?lang=fr&q=red-aid").header("location"), "/m/red-aid?lang=fr");
}

TEST_F(Pages, SearchListsSeveralHitsAndSaysWhenThereAreNone) {
  open_fund();
  donate();
  donate();
  const auto html = sound_page("/search?q=50.00+EUR+2026-02-27");
  EXPECT_EQ(between(html, "<a href=\"/d/", "\"").size(), 2U) << html;
  EXPECT_THAT(sound_page("/search?q=no-such-thing"), HasSubstr("Nothing was found."));
  // As the pages of each language write it.
  donate(1'234'560);
  donate(1'234'560);
  for (const auto* written : {"12,345.60%C2%A0EUR", "12%E2%80%AF345,60%C2%A0EUR", "12.345,60+EUR",
                              "%E2%82%AC12,345.60", "12345,60%E2%82%AC"}) {
    const auto found = sound_page("/search?q=2026-02-27+" + std::string(written));
    EXPECT_EQ(between(found, "<a href=\"/d/", "\"").size(), 2U) << written;
    EXPECT_THAT(found, HasSubstr("min=12345.60&amp;max=12345.60")) << written;
    // Without a day it is not looked up, and so not said to be missing.
    const auto alone = sound_page("/search?q=" + std::string(written));
    EXPECT_THAT(alone, Not(HasSubstr("Nothing was found."))) << written;
    EXPECT_THAT(alone, HasSubstr("An amount by itself")) << written;
    EXPECT_THAT(alone, Not(HasSubstr("/search.csv"))) << "nothing was found to be a file";
    EXPECT_THAT(alone, HasSubstr("/explore?currency=EUR&amp;min=12345.60&amp;max=12345.60"));
  }
  EXPECT_THAT(sound_page("/search?q=7.77+EUR+2026-02-27"), HasSubstr("Nothing was found."));
  EXPECT_THAT(sound_page("/search"), HasSubstr("name=\"q\""));
  EXPECT_THAT(sound_page("/search?q=" + std::string(300, 'x')), HasSubstr("too long"));
}

TEST_F(Pages, ProposalsTellWhoseApprovalIsWanted) {
  EXPECT_THAT(sound_page("/proposals"), HasSubstr("No proposal is open."));
  const auto joining =
      state_record(test::open_giving, ledger::MemberProposal{{"wells"},
                                                             {"Wells for All"},
                                                             ledger::Role::ngo,
                                                             test::fixed_key("wells").public_key(),
                                                             test::digest_of("agreement")});
  const auto change = state_record(
      test::red_aid,
      ledger::ValidatorChange{0, {{test::open_giving, test::tender}}, {{"Two are better"}}});
  const auto html = sound_page("/proposals");
  const auto proposals = between(html, "<article class=\"panel\">", "</article>");
  ASSERT_EQ(proposals.size(), 2U);
  EXPECT_THAT(proposals[0], HasSubstr("href=\"/r/" + joining + "\""));
  EXPECT_THAT(proposals[0], HasSubstr("Open Giving proposes Wells for All as a member"));
  EXPECT_THAT(proposals[0], HasSubstr("Approved so far by: Open Giving."));
  EXPECT_THAT(proposals[0], HasSubstr("void after"));
  EXPECT_THAT(between(proposals[0], "<li>", "</li>"),
              testing::ElementsAre("The approval of an auditor"));
  EXPECT_THAT(proposals[1], HasSubstr("href=\"/r/" + change + "\""));
  EXPECT_THAT(proposals[1], HasSubstr("Approved by nobody yet."));
  EXPECT_THAT(between(proposals[1], "<li>", "</li>"),
              testing::ElementsAre("Approvals of members who have a vote now: 1",
                                   "The approval of each who would get a vote: Tender Audit",
                                   "Approvals of members who would have a vote then: 2"));
  EXPECT_THAT(sound_page("/r/" + joining), Not(HasSubstr("href=\"/m/wells\"")))
      << "who is not a member yet has no page";
  EXPECT_THAT(html, HasSubstr("Epoch 0, from block 1:"));
  EXPECT_THAT(html, HasSubstr("the network began · 1 of 1 decide"));
  for (const auto* target : {"/status", "/m/red-aid"})
    EXPECT_THAT(sound_page(target), HasSubstr("href=\"/proposals\"")) << target;
  EXPECT_EQ(get("/proposals", {{"Accept", "application/json"}}).header("location"),
            "/v1/proposals");
}

TEST_F(Pages, AFundShowsWhatIsSaidOfItAndThatAnAuditorRejectedIt) {
  open_fund();
  auto verdict = test::attestation_of(ledger::FundSubject{test::relief});
  verdict.verdict = ledger::Verdict::rejected;
  const auto rejected = state_record(test::tender, verdict);
  auto html = sound_page("/f/relief");
  EXPECT_THAT(between(html, "<p class=\"notice\">", "</p>"),
              testing::ElementsAre(testing::AllOf(HasSubstr("Tender Audit rejected this fund."),
                                                  HasSubstr("href=\"/r/" + rejected))));
  EXPECT_THAT(html, HasSubstr("What auditors and members recorded about this fund"));
  verdict.verdict = ledger::Verdict::verified;
  const auto verified = state_record(test::tender, verdict);
  html = sound_page("/f/relief");
  EXPECT_THAT(between(html, "<p class=\"notice\">", "</p>"), testing::IsEmpty());
  const auto said = between(html, "aria-labelledby=\"statements\"", "</section>");
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], HasSubstr("/r/" + rejected));
  EXPECT_LT(said[0].find(verified), said[0].find(rejected)) << "newest first";
}

TEST_F(Pages, TablesAndListsNameTheFilesThatTheApiHas) {
  open_fund();
  state_record(test::red_aid, ledger::ValidatorChange{0, {{test::tender}}, {}});
  const auto gift = partly_spent_gift();
  for (const auto& [target, files] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"/f/relief",
            {"/v1/funds/relief/flows", "/v1/funds/relief/accounts", "/v1/funds/relief/records"}},
           {"/m/red-aid",
            {"/v1/members/red-aid/records", "/v1/members/red-aid/flows",
             "/v1/members/red-aid/hand-overs"}},
           {"/proposals", {"/v1/proposals", "/v1/epochs"}},
           {"/b/1", {"/v1/blocks/1/entries"}},
           {"/d/" + gift, {"/v1/donations/" + gift + "/trace"}},
           {"/status", {"/v1/consensus"}},
           {"/funds", {"/v1/funds"}}}) {
    const auto html = sound_page(target);
    for (const auto& file : files) {
      EXPECT_THAT(html, HasSubstr("href=\"" + file + ".csv\"")) << target;
      EXPECT_THAT(html, HasSubstr("href=\"" + file + ".json\"")) << target;
      EXPECT_EQ(get(file + ".csv").status, 200U);
    }
  }
}

TEST_F(Pages, SearchListsARecordOnceHoweverItIsFound) {
  open_fund();
  auto gift = record(test::donation_of(5000));
  gift.reference = {"2026-02-27"};
  ASSERT_EQ(submit(sign(test::open_giving, {gift})).status, 201U);
  donate();
  const auto html = sound_page("/search?q=2026-02-27");
  EXPECT_EQ(between(html, "<a href=\"/d/", "\"").size(), 2U) << html;
}

TEST_F(Pages, HostileTextIsOnlyEverText) {
  const std::string hostile =
      "<script>alert(1)</script>\"'`><img src=x onerror=alert(2)>{{TITLE}} {gift} & "
      "\u202egnirts\u202c "
      "\u0645\u0631\u062d\u0628\u0627 javascript:alert(3)";
  auto proposal = test::proposal_of(test::relief);
  proposal.title = {hostile.substr(0, 110)};
  proposal.purpose = {hostile + std::string(500 - hostile.size(), 'W')};
  auto channel = test::channel_of(test::web);
  channel.company = {"\"><script>alert(4)</script>"};
  state_record(test::open_giving, channel);
  state_record(test::red_aid, proposal);
  state_record(test::tender, test::approval_of(test::relief));
  auto donation = test::donation_of(5000);
  donation.earmark = {hostile.substr(0, 180)};
  const auto gift = state_record(test::open_giving, donation);
  auto disbursement = test::disbursement_of(test::red_aid, 5000);
  disbursement.purpose = {hostile + std::string(500 - hostile.size(), 'W')};
  const auto sent = state_record(test::open_giving, disbursement);
  auto expenditure = test::expenditure_of(1000);
  expenditure.payee = ledger::Payee{{"<b>\u202eevil\" onclick=\"x"}, std::nullopt};
  expenditure.description = {hostile};
  const auto paid = state_record(test::red_aid, expenditure);
  ledger::Record odd{{"<i>\"&ref"}, test::dispute_of(id_of(sent), 1)};
  ASSERT_EQ(submit(sign(test::red_aid, {odd})).status, 201U);

  for (const auto& target :
       {std::string("/"), std::string("/funds"), std::string("/f/relief"), "/d/" + gift,
        "/r/" + gift, "/r/" + sent, "/r/" + paid, std::string("/m/red-aid"),
        std::string("/search?q=fund"),
        "/search?q=" + std::string("%22%3E%3Cscript%3Ealert(5)%3C/script%3E")}) {
    const auto answer = page(target);
    EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << target << "\n" << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr("<script>"))) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("<img"))) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("<b>"))) << target;
  }
  EXPECT_THAT(page("/d/" + gift).body, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_EQ(shown_parts(page("/d/" + gift).body).sum, 5000U);
  // A name is the same on every page, and no mark in it can be read.
  for (const auto* target : {"/funds", "/f/relief"}) {
    const auto html = page(target).body;
    for (const auto& title : between(html, "<title>", "</title>"))
      EXPECT_THAT(title, Not(HasSubstr("\u202e"))) << target;
    for (const auto& title : between(html, "<h1>", "</h1>"))
      EXPECT_THAT(title, Not(HasSubstr("\u202e"))) << target;
  }
  // Sentences lose direction marks; quoted text keeps them, in an element that isolates them.
  for (const auto& sentence : between(page("/d/" + gift).body, "<h3>", "</h3>"))
    EXPECT_THAT(sentence, Not(HasSubstr("\u202e")));
  for (const auto& quote : between(page("/d/" + gift).body, "<q>", "</q>"))
    EXPECT_TRUE(quote.starts_with("<bdi>")) << quote;
}

}  // namespace
}  // namespace centime::explorer
