// A short text as a QR code (ISO/IEC 18004), as runs of dark modules for drawing.
//
// Pure. libqrencode does the work, and is included nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace centime::explorer {

struct QrRun {
  std::size_t skip = 0;   // Light modules since the last run, or since the left edge.
  std::size_t width = 0;  // Dark ones; at least 1.
};

struct QrCode {
  std::size_t size = 0;                   // Modules on each side, without the quiet zone.
  std::vector<std::vector<QrRun>> lines;  // From the top down; `size` of them.
};

inline constexpr std::size_t qr_quiet_zone = 4;  // Light modules that must surround it.

// With error correction level M. Nothing if the text is empty, holds a NUL or is too long for a
// code that a phone can read from paper: more than 400 bytes.
std::optional<QrCode> qr_code(const std::string& text);

}  // namespace centime::explorer
