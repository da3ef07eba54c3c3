// Writes RFC 4180 CSV that a spreadsheet will not run, row by row, never the whole at once.
//
// Text that a spreadsheet would take for a formula (it begins with = + - @, their full-width forms,
// TAB, CR or LF) gets an apostrophe in front: at the beginning of a cell, and behind what other
// readers end a cell with (; TAB CR LF). Numbers that we made ourselves are written as they are.
// Source: OWASP, CSV Injection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_message.h"

namespace centime::api {

class CsvWriter {
 public:
  CsvWriter& text(std::string_view cell);
  CsvWriter& number(std::int64_t cell);
  CsvWriter& number(std::uint64_t cell);
  // A decimal number that we formatted: digits, at most one '-' in front and one '.'. Requires
  // that.
  CsvWriter& decimal(std::string_view cell);
  CsvWriter& blank();
  void end_row();

  std::size_t size() const { return out_.size(); }
  std::string take();  // What was written since the last take().

 private:
  void separate();

  std::string out_;
  bool row_begun_ = false;
};

// What a piece of a file is sent at, or a little more.
inline constexpr std::size_t piece_bytes = 64 * 1024;

// Writes the next rows (one or a few) and says whether there may be more. Called until it says
// false or throws.
using CsvRows = std::function<bool(CsvWriter&)>;

// A streamed answer: the header row, then the rows, in pieces. The rows are made on the
// connection's thread, so they must be at hand; resource.h has whole_csv for others. `file_name` is
// what a browser saves it as, of [A-Za-z0-9._-]; other characters become '_'.
Response csv_response(std::string_view file_name, const std::vector<std::string>& columns,
                      CsvRows rows);

// The same of rows that are there already, the header row with them.
Response csv_file(std::string_view file_name, std::string rows);

}  // namespace centime::api
