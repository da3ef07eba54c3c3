// Hexadecimal, base64 and UTF-8, each with exactly one spelling per value.
//
// Decoders are strict, so that what is hashed or signed can't be respelled: a text decodes only if
// encoding its bytes gives the same text again. Source: RFC 4648 (3.5, canonical encoding), RFC
// 3629.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace centime::crypto {

// Lower case, two digits a byte.
std::string to_hex(BytesView bytes);

// Nothing for an odd length or any character outside [0-9a-f].
std::optional<Bytes> from_hex(std::string_view text);

// Standard alphabet (+ and /), always padded.
std::string to_base64(BytesView bytes);

// Nothing for white space, missing or surplus padding, the URL alphabet, or bits set after the last
// byte.
std::optional<Bytes> from_base64(std::string_view text);

// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. NUL is well-formed.
bool is_utf8(std::string_view text);

}  // namespace centime::crypto
