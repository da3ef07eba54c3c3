// Reads CSV strictly: RFC 4180 with a header row, UTF-8, one row at a time.
//
// Takes CRLF or LF line ends and a byte order mark, and passes over rows without a filled cell and
// over columns at the end that have neither a name nor a filled cell, as spreadsheets leave them.
// Nothing else that the RFC does not have: a stray quote, a short row or a lone CR is an error with
// its line, never a guess. What it holds is bounded by the limits.
#pragma once

#include <cstdint>
#include <expected>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace centime::api {

struct CsvOptions {
  char delimiter = ',';  // Banks like ';'.
  std::size_t field_bytes = 64 * 1024;
  std::size_t row_bytes = 1024 * 1024;
  std::size_t columns = 256;
};

// All of them are the API's `bad_csv`; the detail says which.
struct CsvFault {
  std::uint64_t line;  // From 1, where the faulty row begins.
  std::string detail;
  bool in_row = false;  // Of that row alone, whose end is known: the next one can be read.
};

struct CsvRow {
  std::uint64_t line;              // From 1, where the row begins: a quoted field may span lines.
  std::vector<std::string> cells;  // As many as the header has.
};

class CsvReader {
 public:
  // Both must outlive the reader.
  explicit CsvReader(std::istream& input, CsvOptions options = {});
  explicit CsvReader(std::string_view input, CsvOptions options = {});
  ~CsvReader();

  // The header row: names trimmed of blanks, none empty, none twice. Read once; later calls give
  // the same.
  std::expected<std::vector<std::string>, CsvFault> header();

  // The next row with a filled cell, or nullopt at the end. Reads the header first if nobody did.
  // In a file of one column each line is a row. Text that is not UTF-8 and a wrong number of cells
  // are faults in their row; after any other fault every call gives the same fault.
  std::expected<std::optional<CsvRow>, CsvFault> next();

  // The index of the column in every row. Requires a header that was read without fault.
  std::optional<std::size_t> column(std::string_view name) const;

 private:
  enum class CellEnd { delimiter, row, file };

  std::expected<void, CsvFault> skip_byte_order_mark();
  std::expected<std::optional<CsvRow>, CsvFault> read_row();
  std::expected<CellEnd, CsvFault> read_cell(std::string& cell);
  std::expected<void, CsvFault> read_quoted(std::string& cell);
  std::expected<CellEnd, CsvFault> read_end(int byte);
  std::expected<void, CsvFault> append(std::string& cell, int byte);
  std::unexpected<CsvFault> fault(std::string detail);
  std::unexpected<CsvFault> fault_in_row(std::string detail) const;
  int take();  // The next byte, or -1.

  std::unique_ptr<std::istream> owned_;
  std::streambuf* input_;
  CsvOptions options_;
  std::uint64_t line_ = 1;      // Of the next byte.
  std::uint64_t row_line_ = 1;  // Where the row being read began.
  std::size_t row_bytes_ = 0;
  bool row_is_utf8_ = true;
  std::optional<std::vector<std::string>> header_;
  std::size_t unnamed_ = 0;  // Columns behind those of the header.
  std::optional<CsvFault> fault_;
};

}  // namespace centime::api
