#include "node/ledger/date.h"

#include <fmt/format.h>

namespace centime::ledger {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

std::string Date::to_text() const {
  const year_month_day date{sys_days{days{value}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<Date> Date::from_text(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t count) {
    int result = 0;
    for (const char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return -1;
      result = result * 10 + (c - '0');
    }
    return result;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (year < 1970 || month < 0 || day < 0) return std::nullopt;
  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return Date{static_cast<std::uint32_t>(sys_days{date}.time_since_epoch().count())};
}

std::string TimeMs::to_iso() const {
  const std::uint64_t second = value / 1000 % 86'400;
  return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", day().to_text(), second / 3600,
                     second / 60 % 60, second % 60, value % 1000);
}

}  // namespace centime::ledger
