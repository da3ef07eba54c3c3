// Pages of what was recorded at length: they show a part of it, say so, and lead to all of it.
#include "tests/explorer/page_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class LongPages : public PageTest {
 protected:
  void submit_all(const ledger::MemberId& author, std::vector<ledger::Record> records) {
    ASSERT_EQ(submit(sign(author, std::move(records))).status, 201U);
  }

  // What stands in one section of a page, by the id of its heading.
  static std::string section(const std::string& html, const std::string& id) {
    const auto found = between(html, "aria-labelledby=\"" + id + "\"", "</section>");
    return found.empty() ? "" : found.front();
  }
};

TEST_F(LongPages, ARecordShowsItsNewestStatementsAndLeadsToAll) {
  open_fund();
  donate(100);
  const auto sent = disburse(test::open_giving, test::red_aid, 50);
  acknowledge(test::red_aid, sent, 40);
  std::vector<ledger::Record> records;
  const ledger::Subject subject = ledger::RecordSubject{id_of(sent)};
  for (int i = 0; i < 49; ++i) records.push_back(record(test::attestation_of(subject)));
  submit_all(test::tender, std::move(records));
  const auto all = section(sound_page("/r/" + sent), "statements");
  EXPECT_EQ(between(all, "<li>", "</li>").size(), 50U);
  EXPECT_THAT(all, Not(HasSubstr("not shown")));

  state_record(test::tender, test::attestation_of(subject));
  const auto html = sound_page("/r/" + sent);
  const auto newest = section(html, "statements");
  EXPECT_EQ(between(newest, "<li>", "</li>").size(), 50U);
  EXPECT_THAT(newest, HasSubstr("not shown: 1."));
  EXPECT_THAT(newest, HasSubstr("href=\"/v1/records/" + sent + "/statements.csv\""));
  EXPECT_THAT(html, HasSubstr("0.40\u00a0EUR of 0.50\u00a0EUR"))
      << "what the receiver said counts though it is not among those shown";
}

TEST_F(LongPages, AFundSaysHowManyStatementsItDoesNotShow) {
  open_fund();
  auto rejected = test::attestation_of(ledger::FundSubject{test::relief});
  rejected.verdict = ledger::Verdict::rejected;
  state_record(test::tender, rejected);
  std::vector<ledger::Record> records;
  for (int i = 0; i < 30; ++i)
    records.push_back(record(test::evidence_of(ledger::FundSubject{test::relief})));
  submit_all(test::red_aid, std::move(records));
  const auto html = sound_page("/f/relief");
  const auto shown = section(html, "statements");
  EXPECT_EQ(between(shown, "<li>", "</li>").size(), 25U);
  // 30 of evidence, the attestation and the fund's approval.
  EXPECT_THAT(shown, HasSubstr("not shown: 7."));
  EXPECT_THAT(shown, HasSubstr("/statements.csv"));
  EXPECT_THAT(html, HasSubstr("rejected this fund.")) << "also of one that is not shown";
}

// 170 currencies and three NGOs: more accounts than a page looks at.
TEST_F(LongPages, AFundOfManyAccountsSaysWhatItDoesNotShowAndItsTotalsCountAll) {
  open_fund();
  std::vector<ledger::Record> records;
  std::size_t currencies = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) {
        const std::string code{a, b, c};
        if (!ledger::currency_exponent(*ledger::Currency::from_text(code))) continue;
        ++currencies;
        records.push_back(record(test::donation_of(1'000, code)));
        for (const auto& ngo : {test::red_aid, test::clean_water, test::field_crew})
          records.push_back(record(test::disbursement_of(ngo, 100, code)));
        if (records.size() < 400) continue;
        submit_all(test::open_giving, std::exchange(records, {}));
      }
    }
  }
  if (!records.empty()) submit_all(test::open_giving, std::move(records));
  const auto accounts = 4 * currencies;
  ASSERT_GT(accounts, 500U);
  const auto html = sound_page("/f/relief");
  EXPECT_EQ(between(section(html, "holders"), "<tr>", "</tr>").size(), 1U + 500U);
  EXPECT_THAT(section(html, "holders"),
              HasSubstr("further on by name: " + std::to_string(accounts - 500) + "."));
  const auto flows = section(html, "flows");
  EXPECT_THAT(flows, HasSubstr("went " + std::to_string(accounts) + " different ways"));
  EXPECT_THAT(flows, HasSubstr("/v1/funds/relief/flows.csv"));
  EXPECT_THAT(flows, Not(HasSubstr("<svg")));
  EXPECT_THAT(section(html, "totals"), HasSubstr("ZMW"));
  EXPECT_THAT(sound_page("/"), HasSubstr("ZMW")) << "the home page's totals are of everything, too";
}

}  // namespace
}  // namespace centime::explorer
