#include "api/csv_reader.h"

#include <algorithm>
#include <istream>
#include <set>
#include <span>
#include <spanstream>

#include "crypto/check.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

constexpr int end_of_file = -1;
constexpr const char* not_utf8 = "the text is not UTF-8; save the file as UTF-8";

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_blank(std::string_view cell) {
  return cell.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::istream& input, CsvOptions options)
    : input_(input.rdbuf()), options_(options) {}

CsvReader::CsvReader(std::string_view input, CsvOptions options)
    : owned_(std::make_unique<std::ispanstream>(std::span(input.data(), input.size()))),
      input_(owned_->rdbuf()),
      options_(options) {}

CsvReader::~CsvReader() = default;

int CsvReader::take() {
  const int byte = input_->sbumpc();
  if (byte == '\n') ++line_;
  return byte == std::streambuf::traits_type::eof() ? end_of_file : byte;
}

std::unexpected<CsvFault> CsvReader::fault(std::string detail) {
  fault_ = CsvFault{row_line_, std::move(detail)};
  return std::unexpected(*fault_);
}

std::expected<void, CsvFault> CsvReader::append(std::string& cell, int byte) {
  if (cell.size() == options_.field_bytes)
    return fault("a cell is longer than " + std::to_string(options_.field_bytes) + " bytes");
  if (++row_bytes_ > options_.row_bytes)
    return fault("the row is longer than " + std::to_string(options_.row_bytes) + " bytes");
  if (byte == 0) return fault("there is a NUL byte; is this a CSV file?");
  cell.push_back(static_cast<char>(byte));
  return {};
}

std::unexpected<CsvFault> CsvReader::fault_in_row(std::string detail) const {
  return std::unexpected(CsvFault{row_line_, std::move(detail), true});
}

// What may follow a whole cell: the delimiter, a line end or the end of the file.
std::expected<CsvReader::CellEnd, CsvFault> CsvReader::read_end(int byte) {
  if (byte == end_of_file) return CellEnd::file;
  if (byte == static_cast<unsigned char>(options_.delimiter)) return CellEnd::delimiter;
  if (byte == '\n') return CellEnd::row;
  if (byte != '\r') return fault("text follows a closing quote");
  if (take() != '\n') return fault("a carriage return without a line feed");
  return CellEnd::row;
}

// After the opening quote; takes the closing one.
std::expected<void, CsvFault> CsvReader::read_quoted(std::string& cell) {
  for (;;) {
    const int byte = take();
    if (byte == end_of_file) return fault("a quoted cell does not end");
    if (byte == '"') {
      if (input_->sgetc() != '"') return {};
      take();
    }
    if (auto added = append(cell, byte); !added) return added;
  }
}

std::expected<CsvReader::CellEnd, CsvFault> CsvReader::read_cell(std::string& cell) {
  int byte = take();
  if (byte == '"') {
    if (auto quoted = read_quoted(cell); !quoted) return std::unexpected(quoted.error());
    byte = take();
  } else {
    while (byte != end_of_file && byte != '\r' && byte != '\n' &&
           byte != static_cast<unsigned char>(options_.delimiter)) {
      if (byte == '"')
        return fault(
            "a quote inside a cell that does not begin with one; write "
            "\"Peter \"\"Pete\"\" Smith\"");
      if (auto added = append(cell, byte); !added) return std::unexpected(added.error());
      byte = take();
    }
  }
  if (!crypto::is_utf8(cell)) row_is_utf8_ = false;
  return read_end(byte);
}

std::expected<std::optional<CsvRow>, CsvFault> CsvReader::read_row() {
  row_line_ = line_;
  row_bytes_ = 0;
  row_is_utf8_ = true;
  if (input_->sgetc() == std::streambuf::traits_type::eof()) return std::nullopt;
  CsvRow row{row_line_, {}};
  for (;;) {
    if (row.cells.size() == options_.columns)
      return fault("there are more than " + std::to_string(options_.columns) + " columns");
    row.cells.emplace_back();
    const auto end = read_cell(row.cells.back());
    if (!end) return std::unexpected(end.error());
    if (*end != CellEnd::delimiter) return row;
  }
}

std::expected<void, CsvFault> CsvReader::skip_byte_order_mark() {
  const int first = input_->sgetc();
  if (first == 0xfe || first == 0xff)
    return fault("the file is UTF-16 or not text; save it as UTF-8");
  if (first != 0xef) return {};
  take();
  if (take() != 0xbb || take() != 0xbf) return fault(not_utf8);
  return {};
}

std::expected<std::vector<std::string>, CsvFault> CsvReader::header() {
  if (header_) return *header_;
  if (fault_) return std::unexpected(*fault_);
  if (auto mark = skip_byte_order_mark(); !mark) return std::unexpected(mark.error());
  auto row = read_row();
  if (!row) return std::unexpected(row.error());
  if (!*row) return fault("the file is empty; its first line must name the columns");
  if (!row_is_utf8_) return fault(not_utf8);

  auto& cells = (*row)->cells;
  const std::size_t all = cells.size();
  while (!cells.empty() && is_blank(cells.back())) cells.pop_back();
  if (cells.empty()) return fault("the first line is blank; it must name the columns");
  unnamed_ = all - cells.size();
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const auto& cell : cells) {
    names.push_back(trimmed(cell));
    if (names.back().empty())
      return fault("column " + std::to_string(names.size()) +
                   " has no name; the first line must name the columns");
    if (!seen.insert(names.back()).second)
      return fault("two columns are named \"" + names.back() + "\"");
  }
  header_ = std::move(names);
  return *header_;
}

std::expected<std::optional<CsvRow>, CsvFault> CsvReader::next() {
  if (fault_) return std::unexpected(*fault_);
  if (const auto names = header(); !names) return std::unexpected(names.error());
  const std::size_t columns = header_->size();
  for (;;) {
    auto row = read_row();
    if (!row || !*row) return row;
    auto& cells = (*row)->cells;
    // In a file of one column an empty line is a row with an empty cell, as the RFC has it.
    if (columns > 1 && std::ranges::all_of(cells, is_blank)) continue;
    if (!row_is_utf8_) return fault_in_row(not_utf8);
    for (std::size_t i = 0; i < unnamed_ && cells.size() > columns; ++i) {
      if (!is_blank(cells.back()))
        return fault_in_row("column " + std::to_string(cells.size()) +
                            " has no name, and this row has a cell in it");
      cells.pop_back();
    }
    if (cells.size() > columns)
      return fault_in_row("the row has " + std::to_string(cells.size()) + " cells, the header " +
                          std::to_string(columns) + "; a cell that has a '" + options_.delimiter +
                          "' in it stands in double quotes");
    if (cells.size() < columns)
      return fault_in_row("the row has " + std::to_string(cells.size()) + " cells, the header " +
                          std::to_string(columns));
    return row;
  }
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  crypto::check(header_.has_value(), "a header that was read");
  const auto found = std::ranges::find(*header_, name);
  if (found == header_->end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_->begin());
}

}  // namespace centime::api
