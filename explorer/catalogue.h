// The words of the pages in one language, and how that language writes amounts and dates.
//
// Read from templates/text.<language>.json when the program starts; no other file holds words that
// a reader sees. All three languages have the same keys, which a test checks.
#pragma once

#include <chrono>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "api/queries.h"

namespace centime::explorer {

class Catalogue {
 public:
  using Argument = std::pair<std::string_view, std::string_view>;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Texts = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

  // Requires a JSON object of strings.
  Catalogue(std::string language, std::string_view json);

  const std::string& language() const { return language_; }  // "en"
  const Texts& texts() const { return texts_; }

  bool has(std::string_view key) const { return texts_.contains(key); }
  const std::string& text(std::string_view key) const;  // Requires has(key).
  // The text with each "{name}" replaced. Requires has(key).
  std::string text(std::string_view key, std::span<const Argument> arguments) const;
  std::string text(std::string_view key, std::initializer_list<Argument> arguments) const {
    return text(key, std::span(arguments.begin(), arguments.size()));
  }

  // "12,345.60 EUR", with the language's separators and no line break inside.
  std::string amount(std::uint64_t minor_units, const ledger::Currency& currency) const;
  std::string amount(const api::Money& money) const {
    return amount(money.amount.value, money.currency);
  }
  std::string number(std::uint64_t count) const;
  std::string date(ledger::Date day) const;        // "22 November 2026"
  std::string instant(ledger::TimeMs time) const;  // "22 November 2026, 10:15 UTC"
  // "3 days": of what takes days nobody wants the seconds. Rounded down.
  std::string duration(std::chrono::milliseconds span) const;

 private:
  void append_grouped(std::string& out, std::string_view digits) const;

  std::string language_;
  Texts texts_;
  // Of the texts: a page has a hundred numbers.
  std::string group_, decimal_;
  std::size_t group_from_digits_ = 4;
};

}  // namespace centime::explorer
