#include "api/csv_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "crypto/encoding.h"

namespace centime::api {
namespace {

using namespace std::string_view_literals;
using Cells = std::vector<std::string>;

std::vector<CsvRow> read_all(std::string_view text, CsvOptions options = {}) {
  CsvReader reader(text, options);
  std::vector<CsvRow> rows;
  for (;;) {
    auto row = reader.next();
    if (!row) {
      ADD_FAILURE() << "line " << row.error().line << ": " << row.error().detail;
      return rows;
    }
    if (!*row) return rows;
    rows.push_back(std::move(**row));
  }
}

// The first fault of a text that must have one.
CsvFault fault_of(std::string_view text, CsvOptions options = {}) {
  CsvReader reader(text, options);
  for (int i = 0; i < 100; ++i) {
    const auto row = reader.next();
    if (!row) return row.error();
    if (!*row) break;
  }
  ADD_FAILURE() << "no fault in " << text;
  return {};
}

void expect_fault(std::string_view text, std::uint64_t line, std::string_view words,
                  CsvOptions options = {}) {
  const auto fault = fault_of(text, options);
  EXPECT_EQ(fault.line, line) << text;
  EXPECT_NE(fault.detail.find(words), std::string::npos) << fault.detail;
}

TEST(CsvReader, ReadsRowsWithTheirLines) {
  const auto rows = read_all("id,note\r\n1,plain\r\n2,\"two\r\nlines, \"\"quoted\"\"\"\r\n3,\r\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].cells, (Cells{"1", "plain"}));
  EXPECT_EQ(rows[1].cells, (Cells{"2", "two\r\nlines, \"quoted\""}));
  EXPECT_EQ(rows[2].cells, (Cells{"3", ""}));
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].line, 5u);
}

TEST(CsvReader, ReadsFromAStream) {
  std::istringstream input("a,b\n1,2\n");
  CsvReader reader(input);
  EXPECT_EQ(reader.header(), (Cells{"a", "b"}));
  EXPECT_EQ((*reader.next())->cells, (Cells{"1", "2"}));
  EXPECT_FALSE(*reader.next());
  EXPECT_FALSE(*reader.next());
}

TEST(CsvReader, TakesLineFeedsAByteOrderMarkAndNoLastLineEnd) {
  const auto rows = read_all("\xef\xbb\xbf id , note\n1,\xc3\xa9\n2,x");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].cells, (Cells{"1", "\xc3\xa9"}));
  EXPECT_EQ(rows[1].cells, (Cells{"2", "x"}));
  CsvReader reader("\xef\xbb\xbf id , note\n");
  EXPECT_EQ(reader.header(), (Cells{"id", "note"}));
  EXPECT_EQ(reader.column("note"), 1u);
  EXPECT_EQ(reader.column("nothing"), std::nullopt);
}

TEST(CsvReader, PassesOverRowsWithoutAFilledCell) {
  EXPECT_EQ(read_all("a,b\n1,2\n\r\n\n").size(), 1u);
  const auto rows = read_all("a,b\n1,2\n\n , \t\n,,,\n\"\",\n3,4\n,\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].cells, (Cells{"3", "4"}));
  EXPECT_EQ(rows[1].line, 7u);
  EXPECT_EQ(read_all("a\n\nx\n").size(), 2u);  // One column: an empty cell.
}

TEST(CsvReader, PassesOverColumnsAtTheEndWithoutNameAndCells) {
  const auto rows = read_all("a,b,, \n1,2,,\n3,4\n5,6,\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].cells, (Cells{"1", "2"}));
  EXPECT_EQ(rows[1].cells, (Cells{"3", "4"}));
  EXPECT_EQ(rows[2].cells, (Cells{"5", "6"}));
  CsvReader reader("a,b,,\n1,2,,x\n1,2,y\n1,2,,,\n");
  for (const char* words : {"column 4 has no name, and this row has a cell in it",
                            "column 3 has no name, and this row has a cell in it",
                            "the row has 3 cells, the header 2"}) {
    const auto row = reader.next();
    ASSERT_FALSE(row);
    EXPECT_NE(row.error().detail.find(words), std::string::npos) << row.error().detail;
  }
}

TEST(CsvReader, GoesOnAfterAFaultInARow) {
  CsvReader reader("a,b\n1,12,50\n\xe9,2\n3\n4,5\n\"\xe9\n\",\"x\ny\",z\n6,7\n");
  const auto fault = [&](std::uint64_t line, std::string_view words) {
    const auto row = reader.next();
    ASSERT_FALSE(row);
    EXPECT_TRUE(row.error().in_row);
    EXPECT_EQ(row.error().line, line);
    EXPECT_NE(row.error().detail.find(words), std::string::npos) << row.error().detail;
  };
  fault(2, "3 cells, the header 2; a cell that has a ',' in it");
  fault(3, "not UTF-8");
  fault(4, "1 cells, the header 2");
  EXPECT_EQ((*reader.next())->cells, (Cells{"4", "5"}));
  fault(6, "not UTF-8");
  const auto last = reader.next();
  EXPECT_EQ((*last)->cells, (Cells{"6", "7"}));
  EXPECT_EQ((*last)->line, 9u);
  EXPECT_FALSE(*reader.next());
}

TEST(CsvReader, TakesAnotherDelimiter) {
  CsvOptions semicolon;
  semicolon.delimiter = ';';
  const auto rows = read_all("datum;betrag\n1.2.2024;\"1,50\"\n", semicolon);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].cells, (Cells{"1.2.2024", "1,50"}));
}

TEST(CsvReader, RefusesWhatIsNotRfc4180) {
  expect_fault("a,b\n1,x\"y\n", 2, "quote inside");
  expect_fault("a,b\n1,\"x\"y\n", 2, "follows a closing quote");
  expect_fault("a,b\n1,2\n1,\"x\n\n\n", 3, "does not end");
  expect_fault("a,b\n1\r2,3\n", 2, "carriage return");
  expect_fault("a,b\n1,2\r", 2, "carriage return");
  expect_fault("a,b\n1\n", 2, "1 cells, the header 2");
  expect_fault("a,b\n1,2\n\"x\ny\",2,3\n", 3, "3 cells");
}

TEST(CsvReader, RefusesBadHeaders) {
  expect_fault("", 1, "empty");
  expect_fault("\n1\n", 1, "the first line is blank; it must name the columns");
  expect_fault(",,\n1,2,3\n", 1, "the first line is blank; it must name the columns");
  expect_fault("a,,b\n", 1, "column 2 has no name");
  expect_fault("a,b, a\n", 1, "two columns");
}

TEST(CsvReader, RefusesOtherEncodings) {
  expect_fault("a,b\n1,\xe9\n", 2, "UTF-8");
  expect_fault("a,b\n1,\"\xc3\"\n", 2, "UTF-8");
  expect_fault(
      "\xff\xfe"
      "a\0,\0b\0"sv,
      1, "UTF-16");
  expect_fault("\xef\xbb,b\n", 1, "UTF-8");
  expect_fault("a,b\n1,\0\n"sv, 2, "NUL");
}

TEST(CsvReader, HoldsNoMoreThanItsLimits) {
  CsvOptions small;
  small.field_bytes = 10;
  small.row_bytes = 25;
  small.columns = 5;
  EXPECT_EQ(read_all("a,b,c\n0123456789,0123456789,01234\n", small).size(), 1u);
  expect_fault("a,b\n0123456789x,1\n", 2, "longer than 10", small);
  expect_fault("a,b\n1,\"0123456789x\"\n", 2, "longer than 10", small);
  expect_fault("a,b,c\n0123456789,0123456789,012345\n", 2, "longer than 25", small);
  expect_fault("a,b,c,d,e,f\n", 1, "more than 5 columns", small);
}

TEST(CsvReader, StaysAtAFaultThatHidesWhereTheNextRowBegins) {
  CsvReader reader("a,b\n1,x\"y\n2,3\n");
  for (int i = 0; i < 2; ++i) {
    const auto row = reader.next();
    EXPECT_EQ(row.error().line, 2u);
    EXPECT_FALSE(row.error().in_row);
  }
}

RC_GTEST_PROP(CsvReader, EndsOnAnyBytesWithRowsOfTheHeadersWidth, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("ab,,,\"\"\r\n\n\n\xc3\xa9\xef")));
  CsvReader reader(text);
  const auto header = reader.header();
  for (std::size_t rows = 0;; ++rows) {
    RC_ASSERT(rows <= text.size());
    const auto row = reader.next();
    if (!row && row.error().in_row) continue;
    if (!row || !*row) break;
    RC_ASSERT((*row)->cells.size() == header->size());
    for (const auto& cell : (*row)->cells) RC_ASSERT(crypto::is_utf8(cell));
  }
}

}  // namespace
}  // namespace centime::api
