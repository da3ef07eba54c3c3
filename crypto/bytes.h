// The two byte types that every interface speaks, and the way to and from text.
//
// Header only; a view never outlives the bytes it was made from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace centime::crypto {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The same bytes seen as text, whatever they are: UTF-8 is the reader's to check.
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

inline std::string to_text(BytesView bytes) { return std::string(as_text(bytes)); }

}  // namespace centime::crypto
