// Reads what a person typed or copied: the words of it, and amounts as any of the pages writes
// them.
//
// Pure. The pages write 12,345.60 in English, 12 345,60 in French (with blanks that break no line)
// and 12.345,60 in Spanish; a reader may copy any of them into a search.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace centime::api {

// Without the blanks at both ends, those of Unicode too.
std::string_view trim_blanks(std::string_view text);

// Without the "…" or "..." at its end, by which the pages shorten hashes.
std::string_view without_ellipsis(std::string_view text);

// What stands between blanks.
std::vector<std::string_view> words_of(std::string_view text);

// The words between blanks. Groups of digits with a blank between them are one word: "12 345,60" is
// "12345,60".
std::vector<std::string> typed_words(std::string_view text);

// "12345.60" of "12,345.60", "12.345,60", "12345,60" and "12345.60"; nothing for what is no amount.
// One comma before three digits groups, one point is decimal.
std::optional<std::string> plain_amount(std::string_view word);

// "12.345" of "12,345" and "1234.567" of "1234,567": what the one comma before three digits means
// where the currency has three places; nothing for anything else.
std::optional<std::string> thousandths_by_comma(std::string_view word);

// How a language writes amounts.
struct AmountMarks {
  std::string_view group;    // Between thousands; a blank stands for any blank.
  std::string_view decimal;  // Before the decimals, of which there are four at most.
};

// "12345.60" of "12.345,60" with the marks of Spanish; nothing for what isn't written with these
// marks. What comes back is unmistakable.
std::optional<std::string> amount_with_marks(std::string_view text, const AmountMarks& marks);

// "12.3450" of "12.345", and any other plain amount as it is: with three places, one language
// reads thousands where another reads decimals.
std::string unmistakable(std::string plain);

// "12345" of "12.345", where the point can't be decimal; nothing for anything else.
std::optional<std::string> grouped_by_point(std::string_view word);

// A number without sign or leading zeros, as paths and cursors write it.
std::optional<std::uint64_t> parse_number(std::string_view text);

// "12345" with or without separators of thousands, as any of the pages writes it; nothing for what
// has a sign, leading zeros or anything else.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace centime::api
