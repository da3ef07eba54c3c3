#include "api/letter_case.h"

#include "api/typed_amount.h"

namespace centime::api {
namespace {

// The small letter of a code point below U+0180.
unsigned small(unsigned code) {
  const bool latin_1 = code >= 0xc0 && code <= 0xde && code != 0xd7;  // Not the sign of times.
  if (latin_1) return code + 0x20;
  if (code == 0x130) return 'i';   // İ
  if (code == 0x178) return 0xff;  // Ÿ
  // Pairs of a capital and its small letter: the capital is even in these, odd in those.
  const bool even = (code >= 0x100 && code <= 0x137) || (code >= 0x14a && code <= 0x177);
  const bool odd = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
  const bool capital = (even && code % 2 == 0) || (odd && code % 2 == 1);
  return capital ? code + 1 : code;
}

void append(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  out += static_cast<char>(0xc0 | (code >> 6));
  out += static_cast<char>(0x80 | (code & 0x3f));
}

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

}  // namespace

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string ascii_upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::string folded(std::string_view text) {
  std::string result;
  for (const std::string_view word : words_of(text)) {
    if (!result.empty()) result += ' ';
    const std::string lower = ascii_lower(word);
    for (std::size_t i = 0; i < lower.size(); ++i) {
      // Two bytes that begin with C3, C4 or C5 are U+00C0 to U+017F.
      const bool letter = byte_of(lower[i]) >= 0xc3 && byte_of(lower[i]) <= 0xc5 &&
                          i + 1 < lower.size() && (byte_of(lower[i + 1]) & 0xc0) == 0x80;
      if (!letter) {
        result += lower[i];
        continue;
      }
      append(result, small(((byte_of(lower[i]) & 0x1f) << 6) | (byte_of(lower[i + 1]) & 0x3f)));
      ++i;
    }
  }
  return result;
}

}  // namespace centime::api
