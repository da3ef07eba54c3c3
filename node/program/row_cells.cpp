#include "node/program/row_cells.h"

#include <array>
#include <charconv>
#include <fstream>

#include "crypto/encoding.h"

namespace centime::program {
namespace {

constexpr std::string_view file_prefix = "file:";

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_zero(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  const std::string digits = std::string(text.substr(0, point)) + std::string(fraction);
  return is_digits(digits) && digits.find_first_not_of('0') == std::string::npos;
}

// How amounts are written in one file, and in one currency.
struct AmountForm {
  const ledger::Currency& currency;
  int places;           // Of the currency.
  bool decimal_commas;  // Beside the point, that is.
};

// Where a lone mark stands before just three digits, which thousands may have before it as well as
// decimal places behind it: "1,250" and "1.250". No thousands begin with a 0.
std::optional<std::size_t> mark_of_two_meanings(std::string_view text) {
  const std::size_t mark = text.find_first_of(",.");
  if (mark == std::string_view::npos || mark > 3 || text.size() != mark + 4) return std::nullopt;
  const bool may_be_thousands = is_digits(text.substr(0, mark)) && text.front() != '0';
  if (!may_be_thousands || !is_digits(text.substr(mark + 1))) return std::nullopt;
  return mark;
}

// Whether it may be 1250 and 1.250 both. Spreadsheets that write decimal commas write the point
// between thousands, in any currency; three places are none of those with fewer, and are refused.
bool is_ambiguous(std::string_view text, const AmountForm& form) {
  const auto mark = mark_of_two_meanings(text);
  if (!mark) return false;
  const bool has_three_places = form.places >= 3;
  if (text[*mark] == '.') return form.decimal_commas && has_three_places;
  return form.decimal_commas || has_three_places;
}

// Requires is_ambiguous.
std::string both_ways(std::string_view text, const AmountForm& form) {
  const std::size_t mark = *mark_of_two_meanings(text);
  const auto whole = text.substr(0, mark), rest = text.substr(mark + 1);
  const std::string thousands =
      fmt::format("'{}' can be read in two ways: write {}{} if the {} stands between thousands",
                  text, whole, rest, text[mark] == '.' ? "point" : "comma");
  if (form.places < 3) {
    return fmt::format("{}; if before decimal places, {} has {}", thousands, form.currency.text(),
                       form.places == 0 ? "none" : std::to_string(form.places));
  }
  if (!form.decimal_commas) {
    return fmt::format("{}, {}.{} if before decimal places", thousands, whole, rest);
  }
  return fmt::format(
      "{}; if before decimal places, save the file as comma-separated CSV, where the point is the "
      "decimal mark, and write {}.{}",
      thousands, whole, rest);
}

// "0,500" and "0,500.00", which parse_amount takes for 500.
bool has_thousands_after_zero(std::string_view text) {
  return text.starts_with('0') && text.find(',') != std::string_view::npos;
}

// "12,50" as "12.50"; others as they are.
std::string with_point(std::string_view text) {
  std::string pointed(text);
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos && is_digits(text.substr(0, comma)) &&
      is_digits(text.substr(comma + 1))) {
    pointed[comma] = '.';
  }
  return pointed;
}

// 2026-11-22 in form, whatever day that is.
bool is_written_as_day(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && is_digits(text.substr(0, 4)) &&
         is_digits(text.substr(5, 2)) && is_digits(text.substr(8));
}

std::string why_no_day(std::string_view text) {
  if (!is_written_as_day(text)) {
    return fmt::format("'{}' is not a day such as 2026-11-22; write year-month-day", text);
  }
  if (text < "1970") return fmt::format("'{}' is before 1970; years go from 1970 to 9999", text);
  return fmt::format("'{}': there is no such day", text);
}

// Why parse_amount refused it, when it is a decimal number.
struct Refused {
  std::string_view word;
  std::string detail;
};

// `cell` is what was parsed, `written` what stands in the file.
Refused why_no_amount(std::string_view cell, std::string_view written, const AmountForm& form) {
  const bool negative = cell.starts_with('-');
  const std::string_view number = cell.substr(negative ? 1 : 0);
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  if (!is_digits(number.substr(0, point)) || (point < number.size() && !is_digits(fraction))) {
    return {"bad_value",
            form.decimal_commas
                ? fmt::format("'{}' is not an amount such as 1250,00: digits, nothing between "
                              "thousands, and a comma before the decimal places",
                              written)
                : fmt::format("'{}' is not an amount such as 1250.00: digits, and a point before "
                              "the decimal places",
                              written)};
  }
  if (fraction.size() > static_cast<std::size_t>(form.places)) {
    return {"bad_value",
            fmt::format("'{}' has more than the {} decimal places of {}; between thousands "
                        "stands {}",
                        written, form.places, form.currency.text(),
                        form.decimal_commas ? "nothing, as in 1250"
                                            : "a comma or nothing, as in 1,250 or 1250")};
  }
  if (negative || is_zero(number)) {
    return {"amount_out_of_range", fmt::format("'{}' is not more than zero", written)};
  }
  return {"amount_out_of_range",
          fmt::format("'{}' is more than {}", written,
                      ledger::format_amount({ledger::amount_max}, form.currency))};
}

}  // namespace

std::string with_article(std::string_view word) {
  const bool vowel = !word.empty() && std::string_view("aeiou").contains(word.front());
  return fmt::format("{} {}", vowel ? "an" : "a", word);
}

std::string in_small_letters(std::string_view hex) {
  std::string small(hex);
  for (char& c : small) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

std::string no_name(std::string_view cell) {
  return fmt::format(
      "'{}' is not a name such as water: small letters, digits and hyphens, at most 40", cell);
}

std::string why_no_text(std::string_view cell, std::size_t most) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::string shown(cell);
  std::ranges::replace_if(shown, is_control, ' ');
  if (std::ranges::any_of(cell, is_control)) {
    return fmt::format(
        "'{}' holds a line break, a tab or another sign that can't be seen; write it on one line",
        shown);
  }
  return fmt::format("'{}' is not a text of at most {} bytes", shown, most);
}

std::string must_be_one_of(std::string_view cell, std::span<const std::string_view> words) {
  return fmt::format("'{}' must be one of: {}", cell, fmt::join(words, ", "));
}

void RowCells::fault(std::string_view column, std::string_view word, std::string detail) {
  faults_.push_back({row_.line, std::string(text("reference")), std::string(column),
                     std::string(word), std::move(detail)});
}

bool RowCells::require(std::string_view column) {
  if (filled(column)) return true;
  // Without a type nothing else is known of the row.
  fault(column, "missing_field",
        fmt::format("{} needs {}", filled("type") ? with_article(text("type")) : "each row",
                    with_article(column)));
  return false;
}

void RowCells::allow_only(std::span<const std::string_view> columns, std::string_view type) {
  for (const std::string_view column : import_columns()) {
    if (column == "type" || column == "author" || column == "reference" || !filled(column) ||
        std::ranges::find(columns, column) != columns.end()) {
      continue;
    }
    fault(column, "unknown_field",
          fmt::format("{} has no {}; leave the cell empty", with_article(type), column));
  }
}

ledger::Date RowCells::date(std::string_view column) {
  if (!require(column)) return {};
  const auto day = ledger::Date::from_text(text(column));
  if (!day) {
    fault(column, "bad_value", why_no_day(text(column)));
  }
  return day.value_or(ledger::Date{});
}

ledger::Currency RowCells::currency(std::string_view column) {
  if (!require(column)) return {};
  const auto code = ledger::Currency::from_text(text(column));
  if (!code || !ledger::currency_exponent(*code)) {
    fault(column, "unknown_currency",
          fmt::format("'{}' is not a currency code such as EUR (ISO 4217)", text(column)));
    return {};
  }
  return *code;
}

ledger::Amount RowCells::amount(std::string_view column, const ledger::Currency& currency,
                                bool may_be_zero) {
  // Without its currency, which has been complained of, an amount means nothing.
  const auto places = ledger::currency_exponent(currency);
  if (!require(column) || !places) return {};
  const AmountForm form{currency, *places, header_.decimal_commas()};
  const std::string_view written = text(column);
  if (is_ambiguous(written, form)) {
    fault(column, "ambiguous_amount", both_ways(written, form));
    return {};
  }
  const std::string cell = form.decimal_commas ? with_point(written) : std::string(written);
  if (!has_thousands_after_zero(cell)) {
    if (const auto parsed = ledger::parse_amount(cell, currency)) return *parsed;
  }
  if (may_be_zero && is_zero(cell)) return {};
  auto [word, detail] = why_no_amount(cell, written, form);
  fault(column, word, std::move(detail));
  return {};
}

std::uint64_t RowCells::number(std::string_view column) {
  if (!require(column)) return 0;
  const std::string_view cell = text(column);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) {
    fault(column, "bad_value", fmt::format("'{}' is not a whole number", cell));
  }
  return value;
}

RowCells::FileDigest RowCells::digest(std::string_view column) {
  if (!require(column)) return {};
  const std::string_view cell = text(column);
  if (!cell.starts_with(file_prefix)) {
    const auto bytes = crypto::from_hex(in_small_letters(cell));
    const auto digest = bytes ? crypto::Digest::from(*bytes) : std::nullopt;
    if (!digest) {
      fault(column, "bad_value",
            fmt::format("'{}' is neither 64 hexadecimal digits nor file:PATH", cell));
    }
    return {digest.value_or(crypto::Digest{}), std::nullopt};
  }
  const std::filesystem::path path = base_ / std::string(cell.substr(file_prefix.size()));
  std::ifstream file(path, std::ios::binary);
  crypto::Sha256 hash;
  std::uint64_t size = 0;
  std::array<char, 65'536> buffer;
  while (file) {
    file.read(buffer.data(), buffer.size());
    const auto got = static_cast<std::size_t>(file.gcount());
    hash.update(std::string_view(buffer.data(), got));
    size += got;
  }
  // A directory opens, and then can't be read.
  if (!file.eof()) {
    fault(column, "missing_file", fmt::format("cannot read {}", path.string()));
  }
  return {hash.finish(), size};
}

}  // namespace centime::program
