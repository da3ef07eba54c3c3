// The columns of the generic CSV layout, and which of them each kind of record takes.
//
// docs/csv.md is the same table for people.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/records.h"
#include "node/program/outcome.h"

namespace centime::program {

// All columns that a header may name, in the order of docs/csv.md.
std::span<const std::string_view> import_columns();

// The columns that a record of this kind may fill, beside type, author and reference.
std::span<const std::string_view> columns_of(ledger::RecordKind kind);

// What separates the cells of a file with this first line: a comma, a semicolon, as spreadsheets
// write where the comma is the decimal mark, or a tab. Fails with bad_csv where the line is blank
// or says "sep=;", and with unknown_column where no cell of it is a column's name, as in a title.
Expected<char> separator_of(std::string_view first_line);

// Where each column of one file stands.
class ImportHeader {
 public:
  // Fails with unknown_column, naming the nearest, or missing_column.
  static Expected<ImportHeader> from(const std::vector<std::string>& names, char separator);

  // Whether "12,50" is an amount here, since no comma stands between cells.
  bool decimal_commas() const { return decimal_commas_; }
  bool has(std::string_view column) const { return places_.contains(column); }
  // The cell without blanks at its ends; empty if the file has no such column.
  std::string_view cell(const std::vector<std::string>& cells, std::string_view column) const;

 private:
  std::map<std::string, std::size_t, std::less<>> places_;
  bool decimal_commas_ = false;
};

}  // namespace centime::program
