#include "api/typed_amount.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace centime::api {
namespace {

// UTF-8: of ASCII; no-break space, figure space, thin space, narrow no-break space.
constexpr auto blanks = std::to_array<std::string_view>(
    {" ", "\t", "\r", "\n", "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\x89", "\xe2\x80\xaf"});

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::ranges::all_of(text, is_digit); }

// How many bytes of a blank the text begins with.
std::size_t blank_at_begin(std::string_view text) {
  for (const auto blank : blanks)
    if (text.starts_with(blank)) return blank.size();
  return 0;
}

// Whether "345", "345,60" and so on may go on a number before a blank.
bool goes_on(std::string_view word) {
  const auto end = std::min(word.find_first_of(".,"), word.size());
  return end == 3 && all_digits(word.substr(0, end));
}

// The digits of "12<mark>345<mark>678", or of digits without a mark.
std::optional<std::string> ungrouped(std::string_view text, char mark) {
  std::string digits;
  auto group = text.substr(0, text.find(mark));
  if (group.empty() || !all_digits(group)) return std::nullopt;
  if (group.size() == text.size()) return std::string(text);
  if (group.size() > 3) return std::nullopt;
  for (;;) {
    digits += group;
    if (group.size() == text.size()) return digits;
    text.remove_prefix(group.size() + 1);
    group = text.substr(0, text.find(mark));
    if (group.size() != 3 || !all_digits(group)) return std::nullopt;
  }
}

// The digits of "12<mark>345<mark>678" for a mark of any length, or of digits without a mark.
std::optional<std::string> digits_of(std::string_view whole, std::string_view mark) {
  const bool any_blank = blank_at_begin(mark) > 0;
  std::string with_commas;
  while (!whole.empty()) {
    const bool marked = !mark.empty() && whole.starts_with(mark);
    const auto size = any_blank ? blank_at_begin(whole) : marked ? mark.size() : 0;
    if (size == 0 && !is_digit(whole.front())) return std::nullopt;
    with_commas += size > 0 ? ',' : whole.front();
    whole.remove_prefix(size > 0 ? size : 1);
  }
  // "0.500" has a point that is no mark of thousands, whatever the language.
  if (with_commas.starts_with('0') && with_commas.contains(',')) return std::nullopt;
  return ungrouped(with_commas, ',');
}

}  // namespace

std::string_view trim_blanks(std::string_view text) {
  while (const auto size = blank_at_begin(text)) text.remove_prefix(size);
  const auto ends_blank = [&](std::string_view blank) { return text.ends_with(blank); };
  for (auto at = std::ranges::find_if(blanks, ends_blank); at != blanks.end();
       at = std::ranges::find_if(blanks, ends_blank))
    text.remove_suffix(at->size());
  return text;
}

std::string_view without_ellipsis(std::string_view text) {
  for (const std::string_view ending : {"…", "..."})
    if (text.ends_with(ending)) text.remove_suffix(ending.size());
  return text;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trim_blanks(text); !text.empty(); text = trim_blanks(text)) {
    std::size_t end = 0;
    while (end < text.size() && blank_at_begin(text.substr(end)) == 0) ++end;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::vector<std::string> typed_words(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;  // The last word is the beginning of a number that may go on.
  for (const std::string_view word : words_of(text)) {
    const bool joins = open && goes_on(word);
    if (joins)
      words.back() += word;
    else
      words.emplace_back(word);
    open = all_digits(word) && (joins || word.size() <= 3);
  }
  return words;
}

std::optional<std::string> plain_amount(std::string_view word) {
  const auto last = word.find_last_of(".,");
  if (last == std::string_view::npos) return ungrouped(word, ',');
  const char mark = word[last];
  const char other = mark == '.' ? ',' : '.';
  const auto whole = word.substr(0, last);
  const auto places = word.substr(last + 1);
  const bool repeated = whole.contains(mark);
  const bool groups = repeated || (mark == ',' && !whole.contains(other) && places.size() == 3);
  if (groups) return ungrouped(word, mark);
  const auto digits = ungrouped(whole, other);
  if (!digits || places.empty() || !all_digits(places)) return std::nullopt;
  return *digits + "." + std::string(places);
}

std::optional<std::string> thousandths_by_comma(std::string_view word) {
  const auto comma = word.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto whole = word.substr(0, comma);
  const auto places = word.substr(comma + 1);
  if (whole.empty() || !all_digits(whole)) return std::nullopt;
  if (places.size() != 3 || !all_digits(places)) return std::nullopt;
  return std::string(whole) + "." + std::string(places);
}

std::optional<std::string> amount_with_marks(std::string_view text, const AmountMarks& marks) {
  text = trim_blanks(text);
  const auto decimal = marks.decimal.empty() ? text.npos : text.find(marks.decimal);
  const auto digits = digits_of(text.substr(0, decimal), marks.group);
  if (!digits || decimal == text.npos) return digits;
  const auto places = text.substr(decimal + marks.decimal.size());
  if (places.empty() || places.size() > 4 || !all_digits(places)) return std::nullopt;
  return unmistakable(*digits + "." + std::string(places));
}

std::string unmistakable(std::string plain) {
  const auto point = plain.find('.');
  if (point != std::string::npos && plain.size() - point == 4) plain += '0';
  return plain;
}

std::optional<std::string> grouped_by_point(std::string_view word) {
  return word.contains('.') ? ungrouped(word, '.') : std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::to_string(value) == text ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  const auto words = typed_words(text);
  if (words.size() != 1) return std::nullopt;
  const auto& word = words.front();
  const auto digits = ungrouped(word, word.contains('.') ? '.' : ',');
  return digits ? parse_number(*digits) : std::nullopt;
}

}  // namespace centime::api
