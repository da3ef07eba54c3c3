#include "node/ledger/money.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::Amount;
using ledger::amount_max;
using ledger::checked_add;
using ledger::checked_subtract;
using ledger::currency_exponent;
using ledger::format_amount;
using ledger::parse_amount;

// ---- amounts

TEST(Amount, IsInRangeFromOneToTwoToTheFiftyThreeLessOne) {
  EXPECT_FALSE(Amount{0}.in_range());
  EXPECT_TRUE(Amount{1}.in_range());
  EXPECT_TRUE(Amount{9'007'199'254'740'991}.in_range());
  EXPECT_FALSE(Amount{9'007'199'254'740'992}.in_range());
}

TEST(Amount, AddsAndSubtractsUpToItsLimits) {
  EXPECT_EQ(checked_add({amount_max - 1}, {1}), Amount{amount_max});
  EXPECT_EQ(checked_add({amount_max}, {1}), std::nullopt);
  EXPECT_EQ(checked_add({1}, {~std::uint64_t{0}}), std::nullopt);
  EXPECT_EQ(checked_add({~std::uint64_t{0}}, {1}), std::nullopt);
  EXPECT_EQ(checked_subtract({5}, {5}), Amount{0});
  EXPECT_EQ(checked_subtract({5}, {6}), std::nullopt);
}

// ---- currencies

TEST(Currency, HasTheExponentsOfIso4217) {
  const std::map<std::string, int> expected{{"VND", 0}, {"JPY", 0}, {"KWD", 3}, {"CLF", 4},
                                            {"EUR", 2}, {"UYW", 4}, {"MRU", 2}, {"ISK", 0}};
  for (const auto& [code, places] : expected) {
    EXPECT_EQ(currency_exponent(currency(code)), places) << code;
  }
  for (const auto* code : {"XAU", "XXX", "XTS", "XDR", "AAA", "ZZZ", "HRK", "DEM"}) {
    EXPECT_EQ(currency_exponent(currency(code)), std::nullopt) << code;
  }
}

TEST(Currency, IsThreeCapitalLetters) {
  for (const auto* text : {"", "EU", "EURO", "eur", "EuR", "E R", "E1R", "\xC3\x89U"}) {
    EXPECT_EQ(ledger::Currency::from_text(text), std::nullopt) << text;
  }
  EXPECT_EQ(currency("EUR").to_text(), "EUR");
  const auto forged = crypto::decode<ledger::Currency>(crypto::to_bytes("eUR"));
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error(), crypto::DecodeError::bad_text);
}

// How many codes of the table have this exponent.
std::size_t codes_with(int places) {
  std::size_t count = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) {
        if (currency_exponent(currency(std::string{a, b, c})) == places) ++count;
      }
    }
  }
  return count;
}

TEST(Currency, TableHasSeventeenWithoutPlacesAndSevenWithThree) {
  EXPECT_EQ(codes_with(0), 17);
  EXPECT_EQ(codes_with(3), 7);
  EXPECT_EQ(codes_with(4), 2);
  EXPECT_EQ(codes_with(1), 0);
}

// One line of a CSV file, with quoted fields.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

TEST(Currency, TableIsThePublishedList) {
  const std::filesystem::path path = CENTIME_SHARED_DIR "/schemas/misc/iso4217-codes-all.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const auto header = fields_of(line);
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
  };
  std::map<std::string, int> published;
  while (std::getline(file, line)) {
    const auto fields = fields_of(line);
    if (fields.size() != header.size()) continue;
    const std::string& code = fields[column("AlphabeticCode")];
    const std::string& places = fields[column("MinorUnit")];
    const bool withdrawn = !fields[column("WithdrawalDate")].empty();
    if (code.empty() || withdrawn || places.empty() || places == "-") continue;
    published[code] = std::stoi(places);
  }
  ASSERT_GT(published.size(), 150);
  std::size_t known = 0;
  for (int places = 0; places <= 4; ++places) known += codes_with(places);
  std::string differences;
  for (const auto& [code, places] : published) {
    if (currency_exponent(currency(code)) != places) differences += code + " ";
  }
  EXPECT_EQ(differences, "");
  EXPECT_EQ(known, published.size());
}

// ---- amounts as text

TEST(FormatAmount, UsesTheCurrencysPlaces) {
  EXPECT_EQ(format_amount({1'234'560}, currency("GBP")), "12,345.60 GBP");
  EXPECT_EQ(format_amount({0}, currency("EUR")), "0.00 EUR");
  EXPECT_EQ(format_amount({7}, currency("EUR")), "0.07 EUR");
  EXPECT_EQ(format_amount({100}, currency("EUR")), "1.00 EUR");
  EXPECT_EQ(format_amount({99'999}, currency("EUR")), "999.99 EUR");
  EXPECT_EQ(format_amount({100'000}, currency("EUR")), "1,000.00 EUR");
  EXPECT_EQ(format_amount({1'000'000}, currency("JPY")), "1,000,000 JPY");
  EXPECT_EQ(format_amount({5}, currency("KWD")), "0.005 KWD");
  EXPECT_EQ(format_amount({12'345'678}, currency("CLF")), "1,234.5678 CLF");
  EXPECT_EQ(format_amount({amount_max}, currency("EUR")), "90,071,992,547,409.91 EUR");
}

TEST(ParseAmount, ReadsPlainDecimals) {
  const auto euro = currency("EUR");
  EXPECT_EQ(parse_amount("12345.60", euro), Amount{1'234'560});
  EXPECT_EQ(parse_amount("12,345.60", euro), Amount{1'234'560});
  EXPECT_EQ(parse_amount("12", euro), Amount{1'200});
  EXPECT_EQ(parse_amount("12.5", euro), Amount{1'250});
  EXPECT_EQ(parse_amount("0.01", euro), Amount{1});
  EXPECT_EQ(parse_amount("007", euro), Amount{700});
  EXPECT_EQ(parse_amount("5", currency("JPY")), Amount{5});
  EXPECT_EQ(parse_amount("1.005", currency("KWD")), Amount{1'005});
  EXPECT_EQ(parse_amount("0.0001", currency("CLF")), Amount{1});
  EXPECT_EQ(parse_amount("90071992547409.91", euro), Amount{amount_max});
}

TEST(ParseAmount, TakesNoPointBetweenThousandsForADecimalPoint) {
  for (const auto* text : {"1.250", "10.000", "5.1000", "1.250.000"})
    EXPECT_EQ(parse_amount(text, currency("EUR")), std::nullopt) << text;
  for (const auto* text : {"5.0", "5.00", "5.000"})
    EXPECT_EQ(parse_amount(text, currency("JPY")), std::nullopt) << text;
}

TEST(ParseAmount, RefusesEverythingElse) {
  for (const auto* text : {"",
                           " ",
                           ".",
                           "1.",
                           ".5",
                           "-1",
                           "+1",
                           "1e3",
                           "0x10",
                           "1 000",
                           "1.2.3",
                           "1.005",
                           "0",
                           "0.00",
                           "1,23",
                           "1,2345",
                           ",123",
                           "123,",
                           "1,,234",
                           "1234,567",
                           "1,234,56",
                           "1.2,3",
                           "12a",
                           "１２",
                           "90071992547409.92",
                           "99999999999999999999999",
                           "1.00 ",
                           " 1.00",
                           "1.00EUR",
                           "1.0a",
                           "NaN"}) {
    EXPECT_EQ(parse_amount(text, currency("EUR")), std::nullopt) << "'" << text << "'";
  }
  EXPECT_EQ(parse_amount("5.50", currency("JPY")), std::nullopt);
  EXPECT_EQ(parse_amount("5.0x", currency("JPY")), std::nullopt);
  EXPECT_EQ(parse_amount("5", currency("XXX")), std::nullopt);
}

RC_GTEST_PROP(ParseAmount, ReadsWhatFormatAmountWrote, (std::uint64_t number)) {
  const Amount amount{1 + number % amount_max};
  for (const auto* code : {"JPY", "EUR", "KWD", "CLF"}) {
    const std::string text = format_amount(amount, currency(code));
    RC_ASSERT(parse_amount(text.substr(0, text.size() - 4), currency(code)) == amount);
  }
}

}  // namespace
}  // namespace centime::test
