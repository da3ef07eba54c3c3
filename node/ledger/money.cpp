#include "node/ledger/money.h"

#include <algorithm>

namespace centime::ledger {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits with commas in groups of three from the right; a text without commas is one group.
bool groups_are_right(std::string_view whole) {
  if (whole.find(',') == std::string_view::npos) return true;
  const std::size_t first = whole.find(',');
  if (first == 0 || first > 3 || (whole.size() - first) % 4 != 0) return false;
  for (std::size_t i = first; i < whole.size(); ++i) {
    if ((whole[i] == ',') != ((i - first) % 4 == 0)) return false;
  }
  return true;
}

}  // namespace

std::optional<Amount> checked_add(Amount left, Amount right) {
  if (left.value > amount_max || right.value > amount_max - left.value) return std::nullopt;
  return Amount{left.value + right.value};
}

std::optional<Amount> checked_subtract(Amount left, Amount right) {
  if (right.value > left.value) return std::nullopt;
  return Amount{left.value - right.value};
}

bool Currency::well_formed() const {
  return std::ranges::all_of(bytes, [](std::uint8_t c) { return c >= 'A' && c <= 'Z'; });
}

std::optional<Currency> Currency::from_text(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  Currency currency;
  std::ranges::copy(text, currency.bytes.begin());
  return currency.well_formed() ? std::optional(currency) : std::nullopt;
}

std::string format_amount(Amount amount, const Currency& currency) {
  const auto places = static_cast<std::size_t>(currency_exponent(currency).value_or(0));
  std::string digits = std::to_string(amount.value);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const std::string fraction = digits.substr(digits.size() - places);
  digits.resize(digits.size() - places);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  if (places > 0) digits += "." + fraction;
  return digits + " " + currency.to_text();
}

std::optional<Amount> parse_amount(std::string_view text, const Currency& currency) {
  const auto places = currency_exponent(currency);
  if (!places) return std::nullopt;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || !groups_are_right(whole)) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  // Zeros too: where the point stands between thousands, "1.250" is a thousand times 1.25.
  if (fraction.size() > static_cast<std::size_t>(*places)) return std::nullopt;
  std::uint64_t value = 0;
  const auto push = [&](char c) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value <= amount_max;
  };
  for (const char c : whole) {
    if (c != ',' && !push(c)) return std::nullopt;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(*places); ++i) {
    if (!push(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  }
  if (!std::ranges::all_of(fraction, is_digit)) return std::nullopt;
  const Amount amount{value};
  return amount.in_range() ? std::optional(amount) : std::nullopt;
}

}  // namespace centime::ledger
