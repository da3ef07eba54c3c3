#include "crypto/wire_types.h"

#include "crypto/utf8.h"

namespace centime::crypto {

bool is_clean_text(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x20 || first == 0x7F) return false;
    const std::size_t length = first < 0x80 ? 1 : utf8_sequence(text);
    if (length == 0) return false;
    // U+0080 to U+009F are controls too.
    if (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace centime::crypto
