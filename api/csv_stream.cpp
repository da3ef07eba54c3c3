#include "api/csv_stream.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "crypto/check.h"

namespace centime::api {
namespace {

bool begins_formula(std::string_view text) {
  constexpr auto signs =
      std::to_array<std::string_view>({"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"});
  return std::ranges::any_of(signs, [&](std::string_view sign) { return text.starts_with(sign); });
}

// Whether a reader for whom not the comma parts cells may begin one behind this.
bool ends_cell(char c) { return std::string_view(";\t\r\n").find(c) != std::string_view::npos; }

// With an apostrophe in front of each formula.
std::string disarmed(std::string_view cell) {
  std::string safe;
  if (!cell.empty() && cell[0] != ';' && ends_cell(cell[0])) safe += '\'';
  for (bool begins = safe.empty(); !cell.empty(); cell.remove_prefix(1)) {
    if (begins && begins_formula(cell)) safe += '\'';
    safe += cell[0];
    begins = ends_cell(cell[0]);
  }
  return safe;
}

bool is_decimal(std::string_view cell) {
  if (cell.starts_with('-')) cell.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !cell.empty() && is_digit(cell.front()) && is_digit(cell.back()) &&
         std::ranges::count(cell, '.') <= 1 &&
         std::ranges::all_of(cell, [&](char c) { return is_digit(c) || c == '.'; });
}

std::string safe_file_name(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return safe;
}

}  // namespace

void CsvWriter::separate() {
  if (row_begun_) out_ += ',';
  row_begun_ = true;
}

CsvWriter& CsvWriter::text(std::string_view cell) {
  separate();
  const std::string safe = disarmed(cell);
  if (safe.find_first_of(",\"\r\n") == std::string::npos) {
    out_ += safe;
    return *this;
  }
  out_ += '"';
  for (const char c : safe) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

CsvWriter& CsvWriter::number(std::int64_t cell) {
  separate();
  out_ += std::to_string(cell);
  return *this;
}

CsvWriter& CsvWriter::number(std::uint64_t cell) {
  separate();
  out_ += std::to_string(cell);
  return *this;
}

CsvWriter& CsvWriter::decimal(std::string_view cell) {
  crypto::check(is_decimal(cell), "a decimal number");
  separate();
  out_ += cell;
  return *this;
}

CsvWriter& CsvWriter::blank() {
  separate();
  return *this;
}

void CsvWriter::end_row() {
  out_ += "\r\n";
  row_begun_ = false;
}

std::string CsvWriter::take() { return std::exchange(out_, {}); }

Response csv_response(std::string_view file_name, const std::vector<std::string>& columns,
                      CsvRows rows) {
  struct State {
    CsvWriter writer;
    CsvRows rows;
    bool done = false;
  };
  auto state = std::make_shared<State>();
  for (const auto& column : columns) state->writer.text(column);
  state->writer.end_row();
  state->rows = std::move(rows);

  Response response = csv_file(file_name, {});
  response.stream = [state]() -> std::optional<std::string> {
    while (!state->done && state->writer.size() < piece_bytes)
      state->done = !state->rows(state->writer);
    if (state->writer.size() == 0) return std::nullopt;
    return state->writer.take();
  };
  return response;
}

Response csv_file(std::string_view file_name, std::string rows) {
  Response response = text_response("text/csv; charset=utf-8; header=present", std::move(rows));
  response.add("Content-Disposition", "attachment; filename=\"" + safe_file_name(file_name) + "\"");
  return response;
}

}  // namespace centime::api
