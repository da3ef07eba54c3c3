#include "explorer/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace centime::explorer {
namespace {

constexpr std::size_t text_max = 400;

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

std::vector<QrRun> runs_of(const unsigned char* modules, std::size_t size) {
  std::vector<QrRun> runs;
  std::size_t skip = 0;
  bool inside = false;
  for (std::size_t i = 0; i < size; ++i) {
    const bool dark = (modules[i] & 1) != 0;  // The other bits say what a module is for.
    if (!dark) {
      ++skip;
    } else if (inside) {
      ++runs.back().width;
    } else {
      runs.push_back({skip, 1});
      skip = 0;
    }
    inside = dark;
  }
  return runs;
}

}  // namespace

std::optional<QrCode> qr_code(const std::string& text) {
  if (text.empty() || text.size() > text_max || text.contains('\0')) return std::nullopt;
  const std::unique_ptr<QRcode, FreeCode> made(
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  if (!made) return std::nullopt;
  QrCode code;
  code.size = static_cast<std::size_t>(made->width);
  for (std::size_t y = 0; y < code.size; ++y)
    code.lines.push_back(runs_of(made->data + y * code.size, code.size));
  return code;
}

}  // namespace centime::explorer
