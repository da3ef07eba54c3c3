// The page of a member: its money by who stood on the other side, and its acknowledgements.
#include <gmock/gmock.h>

#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class MemberPage : public ExplorerTest {
 protected:
  MemberPage() { open_fund(); }

  std::string sound_page(const std::string& target, std::string_view languages = "en") {
    const auto answer = page(target, languages);
    EXPECT_EQ(answer.status, 200U) << target;
    EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << target;
    return answer.body;
  }

  static std::string section(const std::string& html, const std::string& id) {
    const auto found = between(html, "aria-labelledby=\"" + id + "\"", "</section>");
    return found.size() == 1 ? found.front() : "";
  }

  // "Donors|50.00 EUR" of each row, a group's sum with them.
  static std::vector<std::string> ways(const std::string& html) {
    std::vector<std::string> rows;
    for (const auto& row : between(section(html, "flows"), "<tr", "</tr>")) {
      const auto names = between(row, "scope=\"row\">", "</th>");
      const auto sums = between(row, "scope=\"row\" colspan=\"2\">", "</th>");
      const auto amounts = between(row, "<td>", "</td>");
      if (amounts.empty()) continue;
      rows.push_back((names.empty() ? sums.front() : names.front()) + "|" + amounts.front());
    }
    return rows;
  }
};

TEST_F(MemberPage, ShowsWhatCameFromWhomAndWentWhere) {
  partly_spent_gift();
  const auto html = sound_page("/m/red-aid");
  EXPECT_THAT(ways(html), ElementsAre("Open Giving|50.00\u00a0EUR", "Sum|50.00\u00a0EUR",
                                      "Paid out: goods|37.50\u00a0EUR", "Field Crew|11.00\u00a0EUR",
                                      "Paid out: bank fee|1.50\u00a0EUR", "Sum|50.00\u00a0EUR"));
  EXPECT_THAT(ways(sound_page("/m/open-giving")),
              ElementsAre("Donors|50.00\u00a0EUR", "Sum|50.00\u00a0EUR", "Red Aid|50.00\u00a0EUR",
                          "Sum|50.00\u00a0EUR"));
  EXPECT_EQ(section(sound_page("/m/clean-water"), "flows"), "") << "nothing passed through it";
}

TEST_F(MemberPage, AnExchangeLeavesOneCurrencyAndComesInInTheOther) {
  donate();
  state_record(test::open_giving, test::exchange_of(2000, "EUR", 2160, "USD"));
  EXPECT_THAT(
      ways(sound_page("/m/open-giving")),
      ElementsAre("Donors|50.00\u00a0EUR", "Sum|50.00\u00a0EUR", "Exchanged to USD|20.00\u00a0EUR",
                  "Sum|20.00\u00a0EUR", "Exchanged from EUR|21.60\u00a0USD", "Sum|21.60\u00a0USD"));
}

TEST_F(MemberPage, MoneyThatComesBackIsToldFromMoneyThatIsSent) {
  donate();
  const auto sent = disburse(test::open_giving, test::red_aid, 3000);
  state_record(test::red_aid, test::return_of(id_of(sent), 500));
  EXPECT_THAT(ways(sound_page("/m/red-aid")),
              ElementsAre("Open Giving|30.00\u00a0EUR", "Sum|30.00\u00a0EUR",
                          "Open Giving, as a return|5.00\u00a0EUR", "Sum|5.00\u00a0EUR"));
}

TEST_F(MemberPage, SaysHowSoonItAcknowledgesAndWhatIsStillOpen) {
  donate();
  acknowledge(test::red_aid, disburse(test::open_giving, test::red_aid, 1000), 1000);
  const auto waiting = disburse(test::open_giving, test::red_aid, 500);
  const auto disputed = disburse(test::open_giving, test::red_aid, 600);
  state_record(test::red_aid, test::dispute_of(id_of(disputed), 100));
  const auto lag = section(sound_page("/m/red-aid"), "hand-overs");
  EXPECT_THAT(lag, HasSubstr("<dt>Acknowledged</dt><dd>1</dd>"));
  EXPECT_THAT(between(lag, "<dt>Median wait</dt><dd>", "</dd>"), ElementsAre(HasSubstr(" s")));
  EXPECT_THAT(lag, HasSubstr("<dt>Not acknowledged yet</dt><dd>1, the oldest since "));
  EXPECT_THAT(lag, HasSubstr("<dt>Disputed</dt><dd>1</dd>"));
  EXPECT_THAT(lag, HasSubstr("/r/" + waiting));
  EXPECT_THAT(lag, HasSubstr("/r/" + disputed));
  EXPECT_THAT(lag, HasSubstr("Counted among all of its ")) << "the bound is said";
  EXPECT_THAT(sound_page("/m/red-aid", "fr"), HasSubstr("Attente médiane"));
  EXPECT_THAT(sound_page("/m/red-aid", "es"), HasSubstr("Espera mediana"));
}

TEST_F(MemberPage, WhoIsHandedNothingHasNoLag) {
  donate();
  const auto html = sound_page("/m/open-giving");
  EXPECT_THAT(html, Not(HasSubstr("How soon it acknowledges")));
}

}  // namespace
}  // namespace centime::explorer
