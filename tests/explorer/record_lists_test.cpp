// What the rows of a list of records say: who did what, to what, and when it was recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/queries.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class RecordLists : public ExplorerTest {
 protected:
  RecordLists() { open_fund(); }

  // The rows of the list under the heading of this id, as they stand in the HTML.
  static std::vector<std::string> rows_under(const std::string& html, const std::string& id) {
    const auto section = between(html, "<h2 id=\"" + id + "\">", "</section>");
    return section.empty() ? std::vector<std::string>() : between(section[0], "<li>", "</li>");
  }
};

TEST_F(RecordLists, HandOversNotAcknowledgedSayWhetherTheyAreDisputedAndGoOnToTheOlder) {
  donate(100'000);
  std::string sent;
  for (int i = 0; i < 12; ++i) sent = disburse(test::open_giving, test::red_aid, 100);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 90));
  pay(test::open_giving, 1);
  const auto hand_overs = [&](const std::string& html) {
    std::vector<std::string> rows;
    for (auto& row : rows_under(html, "missing"))
      if (row.contains("to Red Aid")) rows.push_back(row);
    return rows;
  };
  const auto first = page("/f/relief").body;
  auto rows = hand_overs(first);
  ASSERT_EQ(rows.size(), 10U);
  EXPECT_THAT(rows[0], HasSubstr("/r/" + sent));
  EXPECT_THAT(rows[0], HasSubstr(" · disputed by the receiver"));
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_THAT(rows[i], HasSubstr(" · the receiver has said nothing yet"));
  const auto older =
      between(first, "<a rel=\"next\" href=\"/f/relief?unacknowledged=", "#missing\"");
  ASSERT_EQ(older.size(), 1U);
  const auto second = page("/f/relief?unacknowledged=" + older[0]).body;
  EXPECT_EQ(fault_of_html(second), std::nullopt);
  rows = hand_overs(second);
  EXPECT_EQ(rows.size(), 2U);
  EXPECT_THAT(second, Not(HasSubstr("?unacknowledged=")));
  for (const auto& row : rows) EXPECT_THAT(first, Not(HasSubstr(row)));
}

TEST_F(RecordLists, SayWhenWhatStatesAnotherDayWasRecorded) {
  const auto gift = donate();
  const auto record = api::describe_record(*node->published()->snapshot,
                                           *api::find_record(*node->published()->snapshot, gift));
  ASSERT_NE(record.day, record.time.day());
  const auto row = rows_under(page("/f/relief").body, "records").at(0);
  EXPECT_THAT(row, HasSubstr("<time datetime=\"" + record.day->to_text()));
  EXPECT_THAT(row, HasSubstr(" · recorded on "));
}

TEST_F(RecordLists, NameWhatEachStatementIsAboutAndTheOtherMember) {
  const auto gift = donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 2000);
  state_record(test::red_aid, test::dispute_of(id_of(sent), 1900));
  const auto paid = pay(test::red_aid, 500);
  auto evidence = test::evidence_of(ledger::RecordSubject{id_of(paid)});
  evidence.file.caption = crypto::Text<1, 200>{"First well"};
  state_record(test::red_aid, evidence);
  state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(paid)}));
  state_record(test::tender, test::attestation_of(ledger::FundSubject{test::relief}));
  state_record(test::red_aid, test::return_of(id_of(sent), 100));
  state_record(test::open_giving, test::refund_of(id_of(gift), 1234));
  acknowledge(test::red_aid, sent, 2000);

  const auto text = text_of(page("/f/relief").body);
  const std::string transfer = "the transfer of 20.00\u00a0EUR from Open Giving to Red Aid";
  for (const auto& said : {
           "Red Aid disputed " + transfer,
           "Red Aid acknowledged " + transfer,
           "Red Aid returned money to Open Giving from " + transfer,
           std::string("Open Giving refunded money from the donation of 50.00\u00a0EUR"),
           std::string(
               "Tender Audit checked the payment of 5.00\u00a0EUR by Red Aid to Tents and Co "
               "and found it correct"),
           std::string("Tender Audit checked the fund Fund relief and found it correct"),
           std::string("Red Aid added evidence (invoice: “First well”) for the payment of "
                       "5.00\u00a0EUR by Red Aid to Tents and Co"),
           std::string("19.00\u00a0EUR of 20.00\u00a0EUR arrived"),
       })
    EXPECT_THAT(text, HasSubstr(said));
  for (const auto* language : {"fr", "es"})
    EXPECT_EQ(fault_of_html(page("/f/relief", language).body), std::nullopt);
}

TEST_F(RecordLists, ARecordsFieldsHaveTheNamesBesideWhatWasSigned) {
  donate();
  const auto html = page("/r/" + disburse(test::open_giving, test::red_aid, 2000)).body;
  EXPECT_THAT(html, HasSubstr("<a href=\"/m/red-aid\"><bdi>red-aid (Red Aid)</bdi></a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/f/relief\"><bdi>relief (Fund relief)</bdi></a>"));
}

}  // namespace
}  // namespace centime::explorer
