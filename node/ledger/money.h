// Amounts in minor units and the currencies they are counted in.
//
// Never floating point, and no arithmetic that can overflow unseen.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace centime::ledger {

// The greatest amount, and the greatest total of one account: what a JSON reader holds exactly.
inline constexpr std::uint64_t amount_max = (std::uint64_t{1} << 53) - 1;

// Minor units of a currency that the context names. A record's amount is 1 to amount_max.
struct Amount {
  using integer_type = std::uint64_t;

  std::uint64_t value = 0;
  auto operator<=>(const Amount&) const = default;

  bool in_range() const { return value >= 1 && value <= amount_max; }
};

// The sum, unless it is above amount_max.
std::optional<Amount> checked_add(Amount left, Amount right);
// The difference, unless `right` is greater.
std::optional<Amount> checked_subtract(Amount left, Amount right);

// Three upper-case letters. Whether ISO 4217 knows them is currency_exponent's to say.
struct Currency {
  static constexpr std::string_view format = "currency code of three capital letters";

  std::array<std::uint8_t, 3> bytes{'X', 'X', 'X'};
  auto operator<=>(const Currency&) const = default;

  bool well_formed() const;
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), 3}; }
  std::string to_text() const { return std::string(text()); }
  static std::optional<Currency> from_text(std::string_view text);
};

// Decimal places of the currency's minor unit (JPY 0, EUR 2, KWD 3, CLF 4); nothing if unknown.
std::optional<int> currency_exponent(const Currency& currency);

// "12,345.60 GBP", with the currency's own number of places.
std::string format_amount(Amount amount, const Currency& currency);

// Reads "12345.60" or "12,345.60" in major units. Nothing if it is not a plain decimal number, has
// more places than the currency, or is out of range.
std::optional<Amount> parse_amount(std::string_view text, const Currency& currency);

}  // namespace centime::ledger
