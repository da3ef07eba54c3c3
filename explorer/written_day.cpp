#include "explorer/written_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "api/letter_case.h"
#include "api/typed_amount.h"
#include "explorer/site.h"

namespace centime::explorer {
namespace {

// How a catalogue writes the days of one month: its words, with "{day}" and "{year}" among them.
struct WrittenMonth {
  unsigned month;
  std::vector<std::string> words;
};

std::vector<WrittenMonth> written_months() {
  std::vector<WrittenMonth> all;
  for (const Catalogue& catalogue : site().catalogues()) {
    for (unsigned month = 1; month <= 12; ++month) {
      const auto& name = catalogue.text(fmt::format("month_{}", month));
      for (const auto* key : {"date", "date_first"}) {
        const auto text =
            catalogue.text(key, {{"day", "{day}"}, {"month", name}, {"year", "{year}"}});
        WrittenMonth written{month, {}};
        for (const auto word : api::words_of(text)) written.words.push_back(api::folded(word));
        all.push_back(std::move(written));
      }
    }
  }
  return all;
}

// Whether the word is what the pattern has here; a number is taken.
bool fits(const std::string& pattern, const std::string& word, std::uint64_t& day,
          std::uint64_t& year) {
  if (pattern != "{day}" && pattern != "{year}") return pattern == word;
  const auto number = api::parse_number(word);
  if (number) (pattern == "{day}" ? day : year) = *number;
  return number.has_value();
}

std::optional<ledger::Date> day_at(const WrittenMonth& written,
                                   std::span<const std::string> words) {
  if (words.size() < written.words.size()) return std::nullopt;
  std::uint64_t day = 1, year = 0;
  for (std::size_t i = 0; i < written.words.size(); ++i)
    if (!fits(written.words[i], words[i], day, year)) return std::nullopt;
  if (day > 31 || year < 1000 || year > 9999) return std::nullopt;
  return ledger::Date::from_text(fmt::format("{:04}-{:02}-{:02}", year, written.month, day));
}

}  // namespace

std::string with_days_in_digits(std::string_view text) {
  static const std::vector<WrittenMonth> months = written_months();
  const auto words = api::words_of(text);
  std::vector<std::string> small;
  for (const auto word : words) small.push_back(api::folded(word));
  std::string rewritten;
  bool found = false;
  for (std::size_t i = 0; i < words.size();) {
    std::string word(words[i]);
    std::size_t taken = 1;
    for (const WrittenMonth& month : months) {
      const auto day = day_at(month, std::span(small).subspan(i));
      if (!day) continue;
      word = day->to_text();
      taken = month.words.size();
      found = true;
      break;
    }
    if (!rewritten.empty()) rewritten += ' ';
    rewritten += word;
    i += taken;
  }
  return found ? rewritten : std::string(text);
}

}  // namespace centime::explorer
