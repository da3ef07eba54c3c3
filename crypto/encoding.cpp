#include "crypto/encoding.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/utf8.h"

namespace centime::crypto {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}

constexpr auto hex_values = values_of(hex_digits);
constexpr auto base64_values = values_of(base64_digits);

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const auto byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 0x0f];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  const auto digits = as_bytes(text);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_values[digits[i]];
    const auto low = hex_values[digits[i + 1]];
    if (high == no_digit || low == no_digit) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string to_base64(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t present = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < present ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= present ? base64_digits[group >> (18 - 6 * k) & 0x3f] : '=';
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;

  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  const auto digits = as_bytes(text.substr(0, text.size() - padding));
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const auto digit : digits) {
    const auto value = base64_values[digit];
    if (value == no_digit) return std::nullopt;
    bits = (bits << 6 | value) & 0x3fff;  // At most 6 bits wait for the next digit.
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  // What is left over belongs to no byte: other bits there would be a second spelling.
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace centime::crypto
