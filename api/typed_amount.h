// Reads what a person typed or copied: the words of it, and amounts as any of the pages writes
// them.
//
// Pure. The pages write 12,345.60 in English, 12 345,60 in French (with blanks that break no line)
// and 12.345,60 in Spanish; a reader may copy any of them into a search.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace centime::api {

// Without the blanks at both ends, those of Unicode too.
std::string_view trim_blanks(std::string_view text);

// The words between blanks. Groups of digits with a blank between them are one word: "12 345,60" is
// "12345,60".
std::vector<std::string> typed_words(std::string_view text);

// "12345.60" of "12,345.60", "12.345,60", "12345,60" and "12345.60"; nothing for what is no amount.
// One comma before three digits groups, one point is decimal.
std::optional<std::string> plain_amount(std::string_view word);

// "12345" of "12.345", where the point can't be decimal; nothing for anything else.
std::optional<std::string> grouped_by_point(std::string_view word);

}  // namespace centime::api
