#include "api/typed_amount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace centime::api {
namespace {

using testing::ElementsAre;

TEST(TypedAmount, WordsAreSplitAtEveryBlank) {
  EXPECT_THAT(typed_words("  50.00\tEUR  2026-11-22\n"), ElementsAre("50.00", "EUR", "2026-11-22"));
  EXPECT_THAT(typed_words("50,00\u00a0EUR\u202f2026-11-22"),
              ElementsAre("50,00", "EUR", "2026-11-22"));
  EXPECT_THAT(typed_words("\u00a0\u2009"), ElementsAre());
  EXPECT_EQ(trim_blanks("\u202f\u00a0relief fund\u00a0 "), "relief fund");
}

TEST(TypedAmount, GroupsOfDigitsAreOneWord) {
  EXPECT_THAT(typed_words("1\u202f234\u202f567,80\u00a0EUR"), ElementsAre("1234567,80", "EUR"));
  EXPECT_THAT(typed_words("12 345 2026-11-22"), ElementsAre("12345", "2026-11-22"));
  EXPECT_THAT(typed_words("1234 567"), ElementsAre("1234", "567"));
  EXPECT_THAT(typed_words("12 345,60 789"), ElementsAre("12345,60", "789"));
  EXPECT_THAT(typed_words("12 34"), ElementsAre("12", "34"));
}

TEST(TypedAmount, ReadsNumbersAsEveryLanguageWritesThem) {
  for (const auto* text : {"12345", "12,345", "12.345", "12 345", "12\u00a0345", "12\u202f345"})
    EXPECT_EQ(whole_number(text), 12'345U) << text;
  EXPECT_EQ(whole_number("0"), 0U);
  EXPECT_EQ(whole_number("1.234.567"), 1'234'567U);
  for (const auto* text : {"", "02", "-2", "1,23", "1.2", "1234 567", "12,345.678", "1,234 5", "x",
                           "18446744073709551616"})
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
}

TEST(TypedAmount, ReadsTheAmountsOfEveryLanguage) {
  for (const auto* text : {"12345.60", "12,345.60", "12.345,60", "12345,60"})
    EXPECT_EQ(plain_amount(text), "12345.60") << text;
  for (const auto* text : {"1234567", "1,234,567", "1.234.567"})
    EXPECT_EQ(plain_amount(text), "1234567") << text;
  EXPECT_EQ(plain_amount("12,345"), "12345");
  EXPECT_EQ(plain_amount("12.345"), "12.345");
  EXPECT_EQ(grouped_by_point("12.345"), "12345");
  EXPECT_EQ(grouped_by_point("12345"), std::nullopt);
}

TEST(TypedAmount, RefusesWhatIsNoAmount) {
  for (const auto* text : {"", ".", "5.", ".5", "5,", "1,2.3,4", "1234,567.00", "12,34.5", "1.2.3",
                           "5e3", "-5", "2026-11-22", "1,,000", "1.000,00,0"})
    EXPECT_EQ(plain_amount(text), std::nullopt) << text;
}

TEST(TypedAmount, ACommaMayStandBeforeThousandths) {
  EXPECT_EQ(thousandths_by_comma("12,345"), "12.345");
  EXPECT_EQ(thousandths_by_comma("1234,567"), "1234.567");
  for (const auto* text : {"", "12345", "12.345", "12,34", "12,3456", "1,234,567", ",345",
                           "1.2,345", "12,345.0", "-1,234"})
    EXPECT_EQ(thousandths_by_comma(text), std::nullopt) << text;
  EXPECT_EQ(plain_amount("1234,567"), std::nullopt) << "of no currency in particular";
}

TEST(TypedAmount, ReadsAnAmountByTheMarksOfALanguage) {
  constexpr AmountMarks english{",", "."}, french{"\u202f", ","}, spanish{".", ","};
  EXPECT_EQ(amount_with_marks("12,345.60", english), "12345.60");
  EXPECT_EQ(amount_with_marks("12.345,60", spanish), "12345.60");
  for (const auto* text : {"12\u202f345,60", "12\u00a0345,60", " 12 345,60 ", "12345,60"})
    EXPECT_EQ(amount_with_marks(text, french), "12345.60") << text;
  EXPECT_EQ(amount_with_marks("12.345", spanish), "12345");
  EXPECT_EQ(amount_with_marks("1.234.567", spanish), "1234567");
  EXPECT_EQ(amount_with_marks("12,345", english), "12345");
  EXPECT_EQ(amount_with_marks("50", spanish), "50");
  EXPECT_EQ(amount_with_marks("0,5", spanish), "0.5");
  // Three places would be thousands when the page reads its own link.
  EXPECT_EQ(amount_with_marks("12,345", spanish), "12.3450");
  EXPECT_EQ(amount_with_marks("12,345", french), "12.3450");
  EXPECT_EQ(amount_with_marks("12.345", english), "12.3450");
}

TEST(TypedAmount, RefusesOtherMarksThanThoseOfTheLanguage) {
  for (const auto* text :
       {"",          " ",       ".",     ",",        "5,",        ",5",    "50.00",
        "12345.60",  "12.3450", "0.500", "1234.567", "12,345.60", "1,2,3", "12..345",
        "1.2,34567", "-5",      "5e3",   "12 345",   "1.234.",    ".234",  "x"})
    EXPECT_EQ(amount_with_marks(text, {".", ","}), std::nullopt) << text;
  for (const auto* text : {"12.345", "1 23", "1234 567", "12  345", "12 345,6 0"})
    EXPECT_EQ(amount_with_marks(text, {"\u202f", ","}), std::nullopt) << text;
  EXPECT_EQ(amount_with_marks("50,00", {",", "."}), std::nullopt);
  EXPECT_EQ(amount_with_marks("5050", {"", ""}), "5050");
  EXPECT_EQ(amount_with_marks("50.50", {"", ""}), std::nullopt);
}

TEST(TypedAmount, AnUnmistakableAmountNeverHasThreePlaces) {
  EXPECT_EQ(unmistakable("12.345"), "12.3450");
  for (const auto* text : {"12345", "12.3", "12.34", "12.3456", ""})
    EXPECT_EQ(unmistakable(text), text) << text;
}

}  // namespace
}  // namespace centime::api
