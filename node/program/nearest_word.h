// Which known name somebody probably meant, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace centime::program {

// Insertions, deletions and replacements of one byte that lead from one text to the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

// The known word with the least edit distance, the first of equals; empty if there is none within
// half of the longer one's length. Two neighbours that only changed places count as one edit.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

// ": did you mean 'amount'?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace centime::program
