// The bytes of a QR code: a text with its error correction, in the order in which they are drawn.
//
// Pure. Byte mode, error correction level M, versions 1 to 15. Source: ISO/IEC 18004, 7.4 to 7.6.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace centime::explorer {

inline constexpr unsigned qr_versions = 15;

// The least version that the text fits into; 0 if there is none.
unsigned qr_version_for(std::string_view text);

// Requires a version that the text fits into.
std::vector<std::uint8_t> qr_codewords(std::string_view text, unsigned version);

}  // namespace centime::explorer
