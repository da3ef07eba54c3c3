// Compares names as a reader does who types them: without regard to the case of letters, nor to
// how many blanks part the words.
//
// Pure. Knows the letters of ASCII, Latin-1 and Latin Extended-A, which write the languages of the
// pages and most others of Latin script; accents stay, so "ecole" is not "école".
#pragma once

#include <string>
#include <string_view>

namespace centime::api {

// The letters of ASCII in one case; all other bytes as they are.
std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);

// In small letters, one space between words and none at the ends. Bytes that are no UTF-8 stay.
std::string folded(std::string_view text);

}  // namespace centime::api
