// Reads days as the pages write them in words, in any of their languages.
//
// Pure: the words are those of the catalogues.
#pragma once

#include <string>
#include <string_view>

namespace centime::explorer {

// The text with "28 September 2015", "28 septembre 2015" and "28 de septiembre de 2015" written as
// 2015-09-28, letters in either case; the text itself if there is no such day in it.
std::string with_days_in_digits(std::string_view text);

}  // namespace centime::explorer
