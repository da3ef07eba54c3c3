#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/proof/policy.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class Verify : public ExplorerTest {
 protected:
  std::string asked(const std::string& query) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page("/verify" + query, language);
      EXPECT_EQ(answer.status, 200U) << query;
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << answer.body;
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }
};

TEST_F(Verify, LeadsToTheCheckerAndShowsThePolicysFingerprint) {
  const auto html = asked("");
  EXPECT_THAT(html, HasSubstr("href=\"/verify.html\""));
  EXPECT_THAT(html, HasSubstr("href=\"/v1/policy\""));
  EXPECT_THAT(html, HasSubstr(proof::policy_fingerprint(get("/v1/policy").body)));
  EXPECT_EQ(between(html, "<script", ">").size(), 1U);
  EXPECT_THAT(html, HasSubstr("src=\"/assets/check-file."));
  EXPECT_THAT(html, HasSubstr("id=\"check-file\" hidden")) << "there only for who runs scripts";
  const auto policy = *page("/verify").header("content-security-policy");
  EXPECT_THAT(std::string(policy), HasSubstr("connect-src 'self'"));
  EXPECT_THAT(std::string(policy), Not(HasSubstr("https:"))) << "it asks nobody else";
}

TEST_F(Verify, FindsADonationHoweverItsCodeIsPasted) {
  open_fund();
  const auto gift = donate();
  std::string capitals = gift.substr(0, 20);
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  for (const auto& id : {gift, gift.substr(0, 16), "%20" + capitals + "%20",
                         gift.substr(0, 8) + "-" + gift.substr(8, 10),
                         gift.substr(0, 16) + "%E2%80%A6",  // As a page shortens it.
                         "https%3A%2F%2Fledger.example%2Fd%2F" + gift + "%3Flang%3Dfr%23verify"}) {
    const auto answer = page("/verify?id=" + id);
    EXPECT_EQ(answer.status, 303U) << id;
    EXPECT_EQ(answer.header("location"), "/d/" + gift + "#verify");
  }
  EXPECT_EQ(page("/verify?lang=fr&id=" + gift).header("location"),
            "/d/" + gift + "?lang=fr#verify");
  const auto paid = pay(test::open_giving, 100);
  EXPECT_EQ(page("/verify?id=" + paid).header("location"), "/r/" + paid + "#verify");
}

TEST_F(Verify, SaysWhatIsWrongWithACode) {
  EXPECT_THAT(asked("?id=123"), HasSubstr("This is no such code"));
  EXPECT_THAT(asked("?id=" + std::string(64, '0')), HasSubstr("This node knows no record"));
  EXPECT_THAT(asked("?id=%22%3E%3Cb%3E"), HasSubstr("value=\"&quot;&gt;&lt;b&gt;\""));
}

TEST_F(Verify, ShowsAnotherNodesAddressAndSendsNobodyThere) {
  const std::string id(64, 'a');
  const auto html = asked("?id=" + id + "&node=https%3A%2F%2Fother.example%3A8443%2F");
  EXPECT_THAT(html, HasSubstr("<a href=\"https://other.example:8443/d/" + id + "#verify\""));
  EXPECT_THAT(html, HasSubstr(">https://other.example:8443/d/" + id));
  for (const auto* bad :
       {"javascript%3Aalert(1)", "https%3A%2F%2Fuser%40evil.example",
        "https%3A%2F%2Fgood.example%2F%40evil", "ftp%3A%2F%2Fx", "ledger", "https%3A%2F%2F"}) {
    const auto refused_page = asked("?id=" + id + "&node=" + bad);
    EXPECT_THAT(refused_page, HasSubstr("Give an address such as")) << bad;
    EXPECT_THAT(refused_page, Not(HasSubstr("id=\"elsewhere\""))) << bad;
  }
}

}  // namespace
}  // namespace centime::explorer
