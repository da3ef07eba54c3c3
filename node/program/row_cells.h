// The cells of one row as typed values; what is wrong with them is gathered, not thrown.
//
// A value that can't be had is a default one, and the row has a fault: whoever reads a row looks at
// faults() before using it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/csv_reader.h"
#include "crypto/digest.h"
#include "crypto/wire_types.h"
#include "node/ledger/date.h"
#include "node/ledger/ids.h"
#include "node/ledger/money.h"
#include "node/program/import_columns.h"

namespace centime::program {

// Why a row can't be recorded.
struct RowFault {
  std::uint64_t line = 0;  // Of the file, from 1.
  std::string reference;
  std::string column;  // Empty if it is about the row as a whole.
  std::string word;
  std::string detail;
};

// "an expenditure", "a refund": what sentences say of types and columns.
std::string with_article(std::string_view word);
std::string must_be_one_of(std::string_view cell, std::span<const std::string_view> words);
std::string no_name(std::string_view cell);  // Of a member, fund or channel.
// Hexadecimal digits as ids and hashes are written here; some programs write capitals.
std::string in_small_letters(std::string_view hex);

template <class T>
inline constexpr bool is_slug = false;
template <class Tag>
inline constexpr bool is_slug<ledger::Slug<Tag>> = true;

// Why a cell is no text of at most so many bytes; on one line, whatever is in it.
std::string why_no_text(std::string_view cell, std::size_t most);

class RowCells {
 public:
  // All must outlive the object. `base` is the directory from which `file:` paths start.
  RowCells(const ImportHeader& header, const api::CsvRow& row, const std::filesystem::path& base)
      : header_(header), row_(row), base_(base) {}

  std::uint64_t line() const { return row_.line; }
  bool filled(std::string_view column) const { return !text(column).empty(); }
  std::string_view text(std::string_view column) const { return header_.cell(row_.cells, column); }

  void fault(std::string_view column, std::string_view word, std::string detail);
  const std::vector<RowFault>& faults() const { return faults_; }

  // Complains of every filled column that is not among these or type, author and reference.
  void allow_only(std::span<const std::string_view> columns, std::string_view type);

  // False, and missing_field, for an empty cell.
  bool require(std::string_view column);

  // An empty cell is missing_field, one that is not of the type's grammar bad_value.
  template <crypto::TextLike T>
  T required(std::string_view column);
  template <crypto::TextLike T>
  std::optional<T> optional(std::string_view column);
  template <crypto::WordEnum E>
  E word(std::string_view column);
  ledger::Date date(std::string_view column);
  // unknown_currency if ISO 4217 has no such code.
  ledger::Currency currency(std::string_view column);
  // In major units. amount_out_of_range for zero, unless it may be that, and for too much;
  // ambiguous_amount where a comma or a point may stand between thousands or before the decimal
  // places.
  ledger::Amount amount(std::string_view column, const ledger::Currency& currency,
                        bool may_be_zero = false);
  std::uint64_t number(std::string_view column);

  // 64 hexadecimal digits, in capitals too, or "file:PATH" for the SHA-256 of a file and its size.
  struct FileDigest {
    crypto::Digest digest;
    std::optional<std::uint64_t> size;
  };
  FileDigest digest(std::string_view column);

 private:
  const ImportHeader& header_;
  const api::CsvRow& row_;
  const std::filesystem::path& base_;
  std::vector<RowFault> faults_;
};

template <crypto::TextLike T>
T RowCells::required(std::string_view column) {
  if (!require(column)) return {};
  return optional<T>(column).value_or(T{});
}

template <crypto::TextLike T>
std::optional<T> RowCells::optional(std::string_view column) {
  const std::string_view cell = text(column);
  if (cell.empty()) return std::nullopt;
  if (!T::valid(cell)) {
    std::string detail = fmt::format("'{}' is not a {}", cell, T::format);
    if constexpr (is_slug<T>) detail = no_name(cell);
    // Other formats say it themselves.
    if constexpr (T::format == "text") detail = why_no_text(cell, T::max_size);
    fault(column, "bad_value", std::move(detail));
    return std::nullopt;
  }
  return T{std::string(cell)};
}

template <crypto::WordEnum E>
E RowCells::word(std::string_view column) {
  if (!require(column)) return {};
  constexpr auto words = enum_words(E{});
  const auto found = std::ranges::find(words, text(column));
  if (found == words.end()) {
    fault(column, "bad_value", must_be_one_of(text(column), words));
    return {};
  }
  return static_cast<E>(found - words.begin());
}

}  // namespace centime::program
