// UTF-8, sequence by sequence.
//
// Source: Unicode 15, table 3-7; the same as RFC 3629.
#pragma once

#include <cstddef>
#include <string_view>

namespace centime::crypto {

// Length of the well-formed sequence that a text begins with, or 0: no overlong form, no surrogate,
// nothing above U+10FFFF. Requires a text that is not empty.
std::size_t utf8_sequence(std::string_view text);

}  // namespace centime::crypto
