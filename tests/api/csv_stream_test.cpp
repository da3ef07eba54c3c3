#include "api/csv_stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "api/csv_reader.h"

namespace centime::api {
namespace {

std::string cell(std::string_view text) {
  CsvWriter writer;
  writer.text(text);
  return writer.take();
}

TEST(CsvWriter, QuotesWhatRfc4180WantsQuoted) {
  EXPECT_EQ(cell("plain text"), "plain text");
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(cell("two\r\nlines"), "\"two\r\nlines\"");
}

// OWASP, CSV Injection.
TEST(CsvWriter, DisarmsFormulas) {
  EXPECT_EQ(cell("=1+1"), "'=1+1");
  EXPECT_EQ(cell("+49 30 1234"), "'+49 30 1234");
  EXPECT_EQ(cell("-5"), "'-5");
  EXPECT_EQ(cell("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(cell("\t=1"), "'\t'=1");
  EXPECT_EQ(cell("\r=1"), "\"'\r'=1\"");
  EXPECT_EQ(cell("\n=1"), "\"'\n'=1\"");
  EXPECT_EQ(cell("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  EXPECT_EQ(cell("a=b"), "a=b");
  for (const std::string sign : {"\uff1d", "\uff0b", "\uff0d", "\uff20"})
    EXPECT_EQ(cell(sign + "1"), "'" + sign + "1");
  EXPECT_EQ(cell("\uff11=1"), "\uff11=1");
}

// A reader for whom another character parts cells begins one in the middle of ours.
TEST(CsvWriter, DisarmsFormulasBehindWhatOthersEndACellWith) {
  EXPECT_EQ(cell("for school;=1+1"), "for school;'=1+1");
  EXPECT_EQ(cell(";=1"), ";'=1");
  EXPECT_EQ(cell("a;\uff1d1;-2;b;c;"), "a;'\uff1d1;'-2;b;c;");
  EXPECT_EQ(cell("a\t@b"), "a\t'@b");
  EXPECT_EQ(cell("a,b\n=1"), "\"a,b\n'=1\"");
  EXPECT_EQ(cell("a,b;+1"), "\"a,b;'+1\"");
  EXPECT_EQ(cell("a; =1, b=c"), "\"a; =1, b=c\"");
}

TEST(CsvWriter, LeavesOurOwnNumbersAlone) {
  CsvWriter writer;
  writer.number(std::int64_t{-5}).number(std::uint64_t{18446744073709551615u}).decimal("-12.50");
  writer.blank().text("x").end_row();
  writer.blank().end_row();
  EXPECT_EQ(writer.take(), "-5,18446744073709551615,-12.50,,x\r\n\r\n");
  EXPECT_EQ(writer.take(), "");
}

TEST(CsvWriterDeathTest, ADecimalIsANumber) {
  for (const char* text : {"", "-", "=1", "1,5", "1e5", "1.2.3", ".5", "5.", "+5", "--5", "5-"})
    EXPECT_DEATH(CsvWriter().decimal(text), "decimal") << text;
}

using Table = std::vector<std::vector<std::string>>;

RC_GTEST_PROP(CsvWriter, WhatItWritesTheReaderReads, ()) {
  const auto columns = *rc::gen::inRange<std::size_t>(2, 6);
  const auto piece = rc::gen::element<std::string>("a", "b", " ", ",", "\"", "\r", "\n", "=", ";",
                                                   "'", "-", "\xc3\xa9");
  const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                                 [](const std::vector<std::string>& pieces) {
                                   return fmt::format("{}", fmt::join(pieces, ""));
                                 });
  const auto table =
      *rc::gen::container<Table>(rc::gen::container<std::vector<std::string>>(columns, text));
  CsvWriter writer;
  for (std::size_t i = 0; i < columns; ++i) writer.text("c" + std::to_string(i));
  writer.end_row();
  for (const auto& row : table) {
    for (const auto& value : row) writer.text(value);
    writer.end_row();
  }
  const auto csv = writer.take();
  CsvReader reader(csv);
  const auto is_blank = [](const std::string& cell) {
    return cell.find_first_not_of(" \t") == std::string::npos;
  };
  for (const auto& expected : table) {
    if (std::ranges::all_of(expected, is_blank)) continue;  // The reader passes over it.
    const auto row = reader.next();
    RC_ASSERT(row.has_value());
    RC_ASSERT(row->has_value());
    for (std::size_t i = 0; i < columns; ++i) {
      // But for apostrophes that were put in.
      const std::string& got = (*row)->cells[i];
      std::size_t read = 0;
      for (const char c : got) {
        if (read < expected[i].size() && expected[i][read] == c)
          ++read;
        else
          RC_ASSERT(c == '\'');
      }
      RC_ASSERT(read == expected[i].size());
    }
  }
  const auto end = reader.next();
  RC_ASSERT(end.has_value() && !end->has_value());
}

TEST(CsvResponse, GivesChunksOfBoundedSize) {
  int rows = 0;
  const auto response = csv_response("x.csv", {"a"}, [&](CsvWriter& writer) {
    writer.text(std::string(1000, 'x')).end_row();
    return ++rows < 1000;
  });
  std::size_t bytes = 0, chunks = 0;
  while (const auto chunk = response.stream()) {
    ++chunks;
    bytes += chunk->size();
    EXPECT_LT(chunk->size(), 70'000u);
  }
  EXPECT_EQ(bytes, 3u + 1000 * 1002);
  EXPECT_GT(chunks, 10u);
}

TEST(CsvResponse, OfNoRowsIsTheHeader) {
  const auto response =
      csv_response("a\"\r\nb/c.csv", {"a", "b"}, [](CsvWriter&) { return false; });
  EXPECT_EQ(response.stream(), "a,b\r\n");
  EXPECT_EQ(response.stream(), std::nullopt);
  EXPECT_EQ(find_field(response.headers, "content-disposition"),
            "attachment; filename=\"a___b_c.csv\"");
}

}  // namespace
}  // namespace centime::api
