#include "explorer/catalogue.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "crypto/check.h"

namespace centime::explorer {
namespace {

constexpr std::string_view no_break_space = "\u00a0";

}  // namespace

Catalogue::Catalogue(std::string language, std::string_view json) : language_(std::move(language)) {
  boost::system::error_code error;
  const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
  crypto::check(!error && value.is_object(), "a catalogue is a JSON object");
  for (const auto& [key, text] : value.get_object()) {
    crypto::check(text.is_string(), "a catalogue holds texts");
    texts_.emplace(std::string_view(key.data(), key.size()), text.get_string().c_str());
  }
  const auto text_or_none = [&](std::string_view key) { return has(key) ? text(key) : ""; };
  group_ = text_or_none("number_group");
  decimal_ = text_or_none("number_decimal");
  const auto stated = text_or_none("number_group_from_digits");
  std::from_chars(stated.data(), stated.data() + stated.size(), group_from_digits_);
}

const std::string& Catalogue::text(std::string_view key) const {
  const auto found = texts_.find(key);
  crypto::check(found != texts_.end(), key);
  return found->second;
}

std::string Catalogue::text(std::string_view key, std::span<const Argument> arguments) const {
  std::string_view rest = text(key);
  std::string out;
  out.reserve(rest.size() + 48);
  // In one pass, so that braces inside an argument stay what they are.
  while (!rest.empty()) {
    const auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    crypto::check(close != std::string_view::npos, key);
    const auto name = rest.substr(open + 1, close - open - 1);
    const auto given =
        std::ranges::find(arguments, name, [](const auto& pair) { return pair.first; });
    crypto::check(given != arguments.end(), key);
    out += given->second;
    rest.remove_prefix(close + 1);
  }
  return out;
}

void Catalogue::append_grouped(std::string& out, std::string_view digits) const {
  if (digits.size() < group_from_digits_) {
    out += digits;
    return;
  }
  auto next = digits.size() % 3 == 0 ? 3 : digits.size() % 3;
  out += digits.substr(0, next);
  for (; next < digits.size(); next += 3) {
    out += group_;
    out += digits.substr(next, 3);
  }
}

std::string Catalogue::number(std::uint64_t count) const {
  std::string out;
  append_grouped(out, std::to_string(count));
  return out;
}

std::string Catalogue::amount(std::uint64_t minor_units, const ledger::Currency& currency) const {
  const auto places = static_cast<std::size_t>(ledger::currency_exponent(currency).value_or(0));
  auto digits = std::to_string(minor_units);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const auto whole = std::string_view(digits).substr(0, digits.size() - places);
  std::string out;
  out.reserve(2 * digits.size() + 8);
  append_grouped(out, whole);
  if (places > 0) {
    out += decimal_;
    out += std::string_view(digits).substr(whole.size());
  }
  out += no_break_space;
  out += currency.text();
  return out;
}

std::string Catalogue::date(ledger::Date day) const {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{day.value}}};
  const auto of_month = static_cast<unsigned>(ymd.day());
  const auto& month = text("month_" + std::to_string(static_cast<unsigned>(ymd.month())));
  const auto year = std::to_string(static_cast<int>(ymd.year()));
  if (of_month == 1) return text("date_first", {{"month", month}, {"year", year}});
  return text("date", {{"day", std::to_string(of_month)}, {"month", month}, {"year", year}});
}

std::string Catalogue::instant(ledger::TimeMs time) const {
  return text("instant", {{"date", date(time.day())}, {"time", time.to_iso().substr(11, 5)}});
}

std::string Catalogue::duration(std::chrono::milliseconds span) const {
  using namespace std::chrono;
  const auto say = [&](std::string_view key, auto count) {
    return text(key, {{"count", number(static_cast<std::uint64_t>(count))}});
  };
  if (span >= days(2)) return say("duration_days", floor<days>(span).count());
  if (span >= hours(2)) return say("duration_hours", floor<hours>(span).count());
  if (span >= minutes(2)) return say("duration_minutes", floor<minutes>(span).count());
  return say("duration_seconds", floor<seconds>(span).count());
}

}  // namespace centime::explorer
