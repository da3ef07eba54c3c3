// `centime import csv` of files as spreadsheets write them: other separators, decimal commas,
// titles.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cctype>
#include <thread>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view columns =
    "type,author,reference,fund,amount,currency,date,channel,commitment";

class Spreadsheet : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    const Result opened = import(csv("good.csv", good_rows()), {"--receipts", path("receipts")});
    ASSERT_EQ(opened.code, 0) << opened.out << opened.err;
  }

  Result dry_run(const std::string& content) {
    return import(file("sheet.csv", content), {"--dry-run"});
  }

  // A gift of the amount as it stands in the file; the sentence of its fault, or nothing.
  std::string fault_of(const std::string& amount, const std::string& currency,
                       char separator = ',') {
    const std::string cell = separator == ',' ? "\"" + amount + "\"" : amount;
    std::string text = std::string(columns) + "\ndonation,platform,sheet-1,water,AMOUNT," +
                       currency + ",2026-01-05,web," + std::string(64, '3') + "\n";
    std::ranges::replace(text, ',', separator);
    text.replace(text.find("AMOUNT"), 6, cell);
    return fault_in(dry_run(text));
  }

  static std::string fault_in(const Result& result) {
    const auto bad = json::parse(result.out).at("bad").as_array();
    if (bad.empty()) return "";
    EXPECT_EQ(bad.size(), 1) << result.out;
    return std::string(bad[0].at("code").as_string()) + ": " +
           std::string(bad[0].at("detail").as_string());
  }

  // What a file that is refused as a whole is told.
  std::string refusal_of(const std::string& content) {
    const Result result = dry_run(content);
    EXPECT_EQ(result.code, 1) << result.out;
    const auto error = json::parse(result.out).at("error");
    return std::string(error.at("code").as_string()) + ": " +
           std::string(error.at("detail").as_string());
  }

  std::uint64_t amount_of(const Result& result) {
    const auto sums = json::parse(result.out).at("sums").as_array();
    EXPECT_EQ(sums.size(), 1) << result.out;
    return sums.empty() ? 0 : sums[0].at("amount").to_number<std::uint64_t>();
  }
};

TEST_F(Spreadsheet, AFrenchOneIsTakenAsItIs) {
  const std::string commitment(64, '3');
  const Result result = import(file(
      "dons.csv",
      "\xef\xbb\xbftype;author;reference;fund;amount;currency;date;channel;commitment;earmark\r\n"
      "donation;platform;don-1;water;12,50;EUR;2026-01-05;web;" +
          commitment +
          ";\r\n"
          "donation;platform;don-2;water;1250,5;EUR;2026-01-05;web;" +
          commitment +
          ";\"Puits; \"\"Nord\"\", l\xe2\x80\x99\xc3\xa9t\xc3\xa9\"\r\n"
          "donation;platform;don-3;water;7;EUR;2026-01-05;web;" +
          commitment +
          ";\r\n"
          ";;;;;;;;;\r\n"));
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(json::parse(result.out).at("recorded").to_number<int>(), 3);
  EXPECT_EQ(amount_of(result), 1250U + 125'050U + 700U);
}

TEST_F(Spreadsheet, TabsSeparateToo) {
  EXPECT_EQ(fault_of("12.50", "EUR", '\t'), "");
  EXPECT_EQ(fault_of("12,50", "EUR", '\t'), "");
}

TEST_F(Spreadsheet, AFileHasOneSeparator) {
  EXPECT_THAT(refusal_of("type;author;reference,amount\n"), HasSubstr("'reference,amount'"));
}

TEST_F(Spreadsheet, ACommaThatMayBeEitherIsRefused) {
  EXPECT_EQ(fault_of("1,250", "TND"),
            "ambiguous_amount: '1,250' can be read in two ways: write 1250 if the comma stands "
            "between thousands, 1.250 if before decimal places");
  EXPECT_EQ(fault_of("12,500", "KWD", ';'),
            "ambiguous_amount: '12,500' can be read in two ways: write 12500 if the comma stands "
            "between thousands; if before decimal places, save the file as comma-separated CSV, "
            "where the point is the decimal mark, and write 12.500");
  EXPECT_THAT(fault_of("1,250", "EUR", ';'),
              AllOf(HasSubstr("ambiguous_amount: "), HasSubstr("decimal places, EUR has 2")));
  // Nothing else can be meant:
  EXPECT_EQ(fault_of("1,250", "EUR"), "");
  EXPECT_EQ(fault_of("1,250.000", "TND"), "");
  EXPECT_EQ(fault_of("1,250,000", "TND"), "");
  EXPECT_EQ(fault_of("1.250", "TND"), "");
  EXPECT_EQ(fault_of("1,250.00", "EUR", ';'), "");
  EXPECT_EQ(fault_of("1250,000", "TND", ';'), "");
  EXPECT_THAT(fault_of("12,50", "EUR"), HasSubstr("bad_value: '12,50' is not an amount"));
  EXPECT_THAT(fault_of("1,2,50", "EUR", ';'), HasSubstr("bad_value: "));
}

// German and Spanish ones write the point between thousands.
TEST_F(Spreadsheet, APointThatMayBeEitherIsRefused) {
  for (const char separator : {';', '\t'}) {
    EXPECT_EQ(fault_of("1.250", "KWD", separator),
              "ambiguous_amount: '1.250' can be read in two ways: write 1250 if the point stands "
              "between thousands; if before decimal places, save the file as comma-separated CSV, "
              "where the point is the decimal mark, and write 1.250");
    EXPECT_THAT(fault_of("250.000", "TND", separator), HasSubstr("write 250000 if"));
    EXPECT_THAT(fault_of("1.250", "CLF", separator), HasSubstr("ambiguous_amount: "));
    // Nothing else can be meant:
    EXPECT_EQ(fault_of("0.250", "KWD", separator), "");
    EXPECT_EQ(fault_of("1250.000", "KWD", separator), "");
    EXPECT_EQ(fault_of("12.50", "KWD", separator), "");
    EXPECT_EQ(fault_of("1.2500", "CLF", separator), "");
  }
  EXPECT_EQ(fault_of("1.250", "KWD"), "");
  EXPECT_THAT(fault_of("1,250", "CLF"), HasSubstr("ambiguous_amount: "));
}

TEST_F(Spreadsheet, NoThousandsBeginWithAZero) {
  EXPECT_EQ(fault_of("0,125", "KWD", ';'), "");
  EXPECT_THAT(fault_of("0,500", "EUR", ';'),
              HasSubstr("bad_value: '0,500' has more than the 2 decimal places of EUR"));
  EXPECT_EQ(fault_of("0,000", "KWD", ';'), "amount_out_of_range: '0,000' is not more than zero");
  // Half of one, and never 500.
  for (const std::string_view amount : {"0,500", "0,500.00"}) {
    EXPECT_THAT(fault_of(std::string(amount), "EUR"), HasSubstr("bad_value: ")) << amount;
  }
  EXPECT_THAT(fault_of("0,500.00", "EUR", ';'), HasSubstr("bad_value: "));
}

TEST_F(Spreadsheet, WhatStandsBetweenThousandsIsNamedAsTheFault) {
  EXPECT_EQ(fault_of("1.250", "EUR", ';'),
            "bad_value: '1.250' has more than the 2 decimal places of EUR; between thousands "
            "stands nothing, as in 1250");
  for (const std::string_view amount : {"1.250,00", "1 250,00", "1'250.00"}) {
    EXPECT_EQ(fault_of(std::string(amount), "EUR", ';'),
              "bad_value: '" + std::string(amount) +
                  "' is not an amount such as 1250,00: digits, nothing between thousands, and a "
                  "comma before the decimal places");
  }
}

TEST_F(Spreadsheet, OneThatComesThroughAPipeIsReadAlike) {
  const std::string pipe = path("pipe");
  const auto through_pipe = [&](const std::string& content) {
    // What a pipe holds at once; the rest comes while it is read.
    std::jthread writer([&] { write_text(pipe, content); });
    return import(pipe, {"--dry-run"});
  };
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string header(columns);
  std::ranges::replace(header, ',', ';');
  std::string rows;
  for (int i = 0; i < 1000; ++i) {
    rows += "donation;platform;pipe-" + std::to_string(i) + ";water;12,50;EUR;2026-01-05;web;" +
            std::string(64, '3') + "\n";
  }
  EXPECT_EQ(amount_of(through_pipe(header + "\n" + rows)), 1'250'000U);
  EXPECT_THAT(
      json::parse(through_pipe("sep=;\n" + header + "\n").out).at("error").at("detail").as_string(),
      HasSubstr("delete the line 'sep=;'"));
}

TEST_F(Spreadsheet, HashesAndIdsMayBeInCapitals) {
  const auto row = [&](const std::string& commitment) {
    return std::string(columns) + ",donation\ndonation,platform,sheet-1,water,1.00,EUR," +
           "2026-01-05,web," + commitment + ",\n";
  };
  EXPECT_EQ(fault_in(dry_run(row(std::string(64, 'A')))), "");
  EXPECT_THAT(fault_in(dry_run(row(std::string(64, 'G')))), HasSubstr("64 hexadecimal digits"));
  // The first import's receipts tell the id of its gift.
  const std::string kept = read_text(path("receipts"));
  const std::size_t id_at = kept.find("\"gift-1\",") + 9;
  std::string id = kept.substr(id_at, 64);
  std::ranges::transform(id, id.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  EXPECT_EQ(fault_in(dry_run("type,author,reference,donation,amount,date,reason\n"
                             "refund,platform,back-1," +
                             id + ",1.00,2026-01-06,Asked for it\n")),
            "");
}

TEST_F(Spreadsheet, TheFirstLineMustNameTheColumns) {
  for (const auto* first : {"\n", "\r\n", ",,,\n", "sep=,\n", "sep=;\r\n"}) {
    EXPECT_THAT(refusal_of(first + std::string(columns) + "\n"),
                HasSubstr("bad_csv: line 1: the first line must name the columns"))
        << first;
  }
  EXPECT_THAT(refusal_of("Gifts of January,,,\n" + std::string(columns) + "\n"),
              AllOf(HasSubstr("unknown_column: line 1: the first line must name the columns"),
                    HasSubstr("there is no column 'Gifts of January'")));
}

TEST_F(Spreadsheet, SentencesAreOnesThatWhoWroteItCanUse) {
  const auto row = [&](const std::string& changed, const std::string& by) {
    std::string text =
        "donation,platform,sheet-1,water,1.00,EUR,2026-01-05,web," + std::string(64, '3') + "\n";
    text.replace(text.find(changed), changed.size(), by);
    return fault_in(dry_run(std::string(columns) + "\n" + text));
  };
  EXPECT_EQ(row("water", "Water"),
            "bad_value: 'Water' is not a name such as water: small letters, digits and hyphens, at "
            "most 40");
  EXPECT_EQ(row("sheet-1", std::string(65, 'x')),
            "bad_value: '" + std::string(65, 'x') +
                "' is not a reference (1 to 64 printable ASCII characters)");
  EXPECT_EQ(row("2026-01-05", "05.01.2026"),
            "bad_value: '05.01.2026' is not a day such as 2026-11-22; write year-month-day");
  EXPECT_EQ(row("2026-01-05", "2026-02-30"), "bad_value: '2026-02-30': there is no such day");
  EXPECT_EQ(row("2026-01-05", "1926-01-05"),
            "bad_value: '1926-01-05' is before 1970; years go from 1970 to 9999");
  EXPECT_THAT(row("donation,platform,sheet-1", "Total,,"),
              AllOf(HasSubstr("'Total' must be one of"), Not(HasSubstr("needs"))));
}

TEST_F(Spreadsheet, AReferenceThatStandsTwiceIsToldWithItsLine) {
  const auto row = [&](const std::string& amount) {
    return "donation,platform,twice,water," + amount + ",EUR,2026-01-05,web," +
           std::string(64, '3') + "\n";
  };
  EXPECT_EQ(fault_in(dry_run(std::string(columns) + "\n" + row("1.00") + row("2.00"))),
            "reference_reused: line 2 is another record of the same reference; give each its own");
}

TEST_F(Spreadsheet, ADirectoryOfKeysIsNoKey) {
  const Result key =
      centime({"import", "csv", path("good.csv"), "--node", url(), "--key", path("net/keys")});
  EXPECT_EQ(key.code, 2);
  EXPECT_THAT(key.err,
              AllOf(HasSubstr("is a directory; did you mean --keys?"), Not(HasSubstr("chmod"))));
  const Result keys = centime({"import", "csv", path("good.csv"), "--node", url(), "--keys",
                               path("net/keys/platform.key")});
  EXPECT_EQ(keys.code, 2);
  EXPECT_THAT(keys.err, HasSubstr("is a file; did you mean --key?"));
  const Result shown = centime({"keys", "show", path("net/keys")});
  EXPECT_THAT(shown.err, HasSubstr("unreadable_file: "));
  EXPECT_THAT(shown.err, AllOf(HasSubstr("is a directory"), Not(HasSubstr("chmod"))));
}

TEST_F(Spreadsheet, JsonOfARecordIsToldWhatIsWrongWithIt) {
  const auto error_of = [&](const std::string& content) {
    return centime(
               {"submit", file("record.json", content), "--node", url(), "--key", key("checker")})
        .err;
  };
  EXPECT_THAT(error_of("{\"type\": \"attestation\",\n\"reference\": \"a\",\n\"verdict\" }"),
              HasSubstr("bad_json: line 3: "));
  EXPECT_THAT(error_of("{\"type\": \"fund_approval\", \"reference\": \"a\", \"fnd\": \"water\"}"),
              HasSubstr("and there is a 'fnd': did you mean 'fund'?"));
}

}  // namespace
}  // namespace centime::program::testing
