// A short text as a QR code (ISO/IEC 18004), as runs of dark modules for drawing.
//
// Pure. Lines of modules are bit sets, so that the eight masks are compared by a few operations a
// line: going through the modules one by one took longer than the whole rest of a donor's page
// (docs/decisions/0013).
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

// The `d` of an SVG path whose stroke, one wide, draws the code with its quiet zone at 0, 0.
std::string qr_path(const QrCode& code);

}  // namespace centime::explorer
