#include "api/record_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ParsedFilter parsed(Fields query) {
  Request request;
  request.query = std::move(query);
  return parse_record_filter(request);
}

std::optional<std::pair<std::uint64_t, std::uint32_t>> amount(std::string_view text) {
  const auto read = MajorAmount::from_text(text);
  if (!read) return std::nullopt;
  return std::pair(read->whole, read->ten_thousandths);
}

MajorAmount of(std::uint64_t units, std::string_view code) {
  return MajorAmount::of({{units}, test::currency(code)});
}

TEST(MajorAmount, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(amount("50"), std::pair(50UL, 0U));
  EXPECT_EQ(amount("50.5"), std::pair(50UL, 5'000U));
  EXPECT_EQ(amount("0.0001"), std::pair(0UL, 1U));
  EXPECT_EQ(amount("12,345.60"), std::pair(12'345UL, 6'000U));
  EXPECT_EQ(amount("1,234"), std::pair(1'234UL, 0U)) << "three digits are thousands";
  EXPECT_EQ(amount("50,00"), std::pair(50UL, 0U)) << "two can only be decimals";
  EXPECT_EQ(amount("12,5"), std::pair(12UL, 5'000U));
  for (const auto* wrong : {"", ".", "5.", ".5", "1.00000", "-5", "5e3", "1,23,456", ",5", "12 000",
                            "1.2.3", "99999999999999999", "123456789012345678901234567890123", "x"})
    EXPECT_EQ(amount(wrong), std::nullopt) << wrong;
}

TEST(MajorAmount, ComparesCurrenciesWithOtherPlaces) {
  EXPECT_EQ(of(5'000, "EUR"), MajorAmount::from_text("50"));
  EXPECT_EQ(of(50, "JPY"), MajorAmount::from_text("50.00"));
  EXPECT_EQ(of(50'001, "KWD"), MajorAmount::from_text("50.001"));
  EXPECT_LT(of(4'999, "EUR"), of(50, "JPY"));
  EXPECT_LT(of(50, "JPY"), of(50'001, "KWD"));
  EXPECT_LT(of(ledger::amount_max - 1, "EUR"), of(ledger::amount_max, "EUR"));
}

TEST(RecordFilter, TakesWhatWasCopiedWithBlanksOrShortened) {
  EXPECT_EQ(parsed({{"text", " tents\u00a0"}}).filter.text, "tents");
  EXPECT_EQ(parsed({{"text", "0123456789abcdef…"}}).filter.text, "0123456789abcdef");
  EXPECT_EQ(parsed({{"fund", "relief "}}).filter.fund, ledger::FundId{"relief"});
  const auto blank = parsed({{"text", " "}, {"from", "\u202f"}});
  EXPECT_THAT(blank.given, IsEmpty());
  EXPECT_THAT(blank.bad, IsEmpty());
}

TEST(RecordFilter, TakesEveryParameterOfAForm) {
  const auto [filter, given, bad] = parsed({{"text", "Tents"},
                                            {"kind", "expenditure"},
                                            {"kind", "return"},
                                            {"fund", "relief"},
                                            {"member", "red-aid"},
                                            {"currency", "eur"},
                                            {"category", "goods"},
                                            {"from", "2026-01-01"},
                                            {"to", "2026-12-31"},
                                            {"min", "1"},
                                            {"max", "2,000.00"}});
  EXPECT_THAT(bad, IsEmpty());
  EXPECT_THAT(filter.kinds,
              ElementsAre(ledger::RecordKind::expenditure, ledger::RecordKind::return_));
  EXPECT_EQ(filter.fund, test::relief);
  EXPECT_EQ(filter.member, test::red_aid);
  EXPECT_EQ(filter.currency, test::currency("EUR"));
  EXPECT_EQ(filter.category, ledger::Category::goods);
  EXPECT_EQ(filter.from, test::day("2026-01-01"));
  EXPECT_EQ(filter.to, test::day("2026-12-31"));
  EXPECT_EQ(filter.max, MajorAmount::from_text("2000"));
  EXPECT_EQ(filter.text, "Tents");
  EXPECT_EQ(given.front().first, "kind");
  EXPECT_EQ(given.back().first, "text");
}

TEST(RecordFilter, HasOneNameHoweverItIsAsked) {
  const auto one = parsed({{"fund", "relief"}, {"kind", "donation"}, {"min", ""}, {"lang", "fr"}});
  const auto other = parsed({{"kind", "donation"}, {"fund", "relief"}, {"cursor", "x"}});
  EXPECT_EQ(one.name(), "kind=donation&fund=relief");
  EXPECT_EQ(other.name(), one.name());
  EXPECT_EQ(parsed({}).name(), "");
}

TEST(RecordFilter, NamesWhatItDidNotUnderstandAndGoesOnWithout) {
  const auto [filter, given, bad] = parsed({{"kind", "gift"},
                                            {"kind", "donation"},
                                            {"fund", "Not A Slug"},
                                            {"member", "?"},
                                            {"currency", "EURO"},
                                            {"category", "fun"},
                                            {"from", "2026-02-30"},
                                            {"to", "soon"},
                                            {"min", "much"},
                                            {"max", "more"},
                                            {"text", std::string(101, 'x')}});
  EXPECT_THAT(bad, ElementsAre("kind", "fund", "member", "currency", "category", "from", "to",
                               "min", "max", "text"));
  EXPECT_THAT(filter.kinds, ElementsAre(ledger::RecordKind::donation));
  EXPECT_EQ(given, (Fields{{"kind", "donation"}}));
  for (const auto name : bad) EXPECT_TRUE(filter_rule(name).starts_with(name));
  EXPECT_THAT(parsed({{"fund", "a"}, {"fund", "b"}}).bad, ElementsAre("fund"));
  EXPECT_THAT(parsed({{"currency", "XQX"}}).bad, ElementsAre("currency"));
}

TEST(RecordFilter, LooksForTextInEveryKindOfRecord) {
  const auto finds = [](const char* text, ledger::RecordBody body) {
    RecordFilter filter;
    filter.text = text;
    return filter.may_fit({test::red_aid, {{"Ref-7"}, std::move(body)}});
  };
  const ledger::RecordId some;
  EXPECT_TRUE(finds("ref-7", test::donation_of(1)));
  EXPECT_FALSE(finds("tents", test::donation_of(1)));
  auto donation = test::donation_of(1);
  donation.earmark = {"For TENTS"};
  EXPECT_TRUE(finds("tents", donation));
  auto paid = test::expenditure_of(1);
  paid.payee = ledger::Payee{{"Zelte & Söhne"}, std::nullopt};
  paid.payee->org_id = {"DE-HRB-1"};
  paid.description = {"forty tents"};
  auto evidence = test::evidence_of(ledger::RecordSubject{some}).file;
  evidence.caption = {"page one"};
  paid.evidence.items = {evidence};
  for (const auto* text : {"söhne", "de-hrb", "FORTY", "page one"})
    EXPECT_TRUE(finds(text, paid)) << text;
  auto sent = test::disbursement_of(test::red_aid, 1);
  sent.purpose = {"the families"};
  EXPECT_TRUE(finds("families", sent));
  EXPECT_TRUE(finds("donor asked", test::refund_of(some, 1)));
  EXPECT_TRUE(finds("not needed", test::return_of(some, 1)));
  EXPECT_TRUE(finds("ecb", test::exchange_of(1, "EUR", 1, "USD")));
  auto seen = test::acknowledgement_of(some, 1);
  seen.note = {"on Friday"};
  EXPECT_TRUE(finds("friday", seen));
  EXPECT_TRUE(finds("less arrived", test::dispute_of(some, 1)));
  EXPECT_TRUE(finds("fund relief", test::proposal_of(test::relief)));
  EXPECT_FALSE(finds("relief", test::approval_of(test::relief))) << "a name is no text";
}

}  // namespace
}  // namespace centime::api
