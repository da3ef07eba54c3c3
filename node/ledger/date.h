// Days and instants: what records carry, and what seals carry.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace centime::ledger {

// A calendar day of the proleptic Gregorian calendar, without time zone.
struct Date {
  using integer_type = std::uint32_t;
  static constexpr std::string_view format = "date (YYYY-MM-DD)";

  std::uint32_t value = 0;  // Days since 1970-01-01.
  auto operator<=>(const Date&) const = default;

  std::string to_text() const;
  static std::optional<Date> from_text(std::string_view text);
};

// Milliseconds since 1970-01-01T00:00:00Z.
struct TimeMs {
  using integer_type = std::uint64_t;

  std::uint64_t value = 0;
  auto operator<=>(const TimeMs&) const = default;

  Date day() const { return {static_cast<std::uint32_t>(value / 86'400'000)}; }
  std::string to_iso() const;  // "2026-11-22T10:15:30.125Z"
};

}  // namespace centime::ledger
