#include "node/ledger/date.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace centime::ledger {
namespace {

TEST(Date, CountsDaysSinceNineteenSeventy) {
  EXPECT_EQ(Date::from_text("1970-01-01"), Date{0});
  EXPECT_EQ(Date::from_text("1970-01-02"), Date{1});
  EXPECT_EQ(Date::from_text("2000-03-01"), Date{11'017});
  EXPECT_EQ(Date::from_text("2026-11-22"), Date{20'779});
  EXPECT_EQ(Date::from_text("9999-12-31"), Date{2'932'896});
}

TEST(Date, KnowsLeapYears) {
  EXPECT_TRUE(Date::from_text("2024-02-29"));
  EXPECT_TRUE(Date::from_text("2000-02-29"));
  EXPECT_FALSE(Date::from_text("2026-02-29"));
  EXPECT_FALSE(Date::from_text("2100-02-29"));
}

TEST(Date, RefusesEverythingButYearMonthDay) {
  for (const auto* text : {"",
                           "2026",
                           "2026-1-1",
                           "2026-01-1",
                           "26-01-01",
                           "2026/01/01",
                           "2026-00-10",
                           "2026-13-01",
                           "2026-01-00",
                           "2026-01-32",
                           "2026-04-31",
                           "1969-12-31",
                           "0000-01-01",
                           "-026-01-01",
                           "2026-01-01 ",
                           " 2026-01-01",
                           "2026-01-01T00:00:00Z",
                           "2026-0a-01",
                           "+026-01-01",
                           "2026-+1-01",
                           "20260101"}) {
    EXPECT_EQ(Date::from_text(text), std::nullopt) << "'" << text << "'";
  }
}

TEST(Date, TextOfEveryDayReadsBack) {
  for (std::uint32_t day = 0; day <= 2'932'896; day += 13) {
    ASSERT_EQ(Date::from_text(Date{day}.to_text()), Date{day});
  }
}

TEST(TimeMs, FallsOnItsUtcDay) {
  EXPECT_EQ(TimeMs{0}.day(), Date{0});
  EXPECT_EQ(TimeMs{86'399'999}.day(), Date{0});
  EXPECT_EQ(TimeMs{86'400'000}.day(), Date{1});
}

TEST(TimeMs, IsWrittenWithMilliseconds) {
  EXPECT_EQ(TimeMs{0}.to_iso(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeMs{1'772'323'200'125}.to_iso(), "2026-03-01T00:00:00.125Z");
  EXPECT_EQ(TimeMs{1'772'409'599'999}.to_iso(), "2026-03-01T23:59:59.999Z");
}

}  // namespace
}  // namespace centime::ledger
