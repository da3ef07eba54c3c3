// Types that carry their own limits, so that a decoder can refuse before it allocates.
//
// A struct of these lists its fields once, in `serialize`; canonical bytes, JSON and schema come
// from that list (canonical.h, json_archive.h, schema.h). Never use a bare std::string or
// std::vector in a struct that is hashed, signed, stored or sent.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace centime::crypto {

// True for well-formed UTF-8 without control characters: below U+0020, and U+007F to U+009F.
bool is_clean_text(std::string_view text);

// UTF-8 text of Min to Max bytes, without control characters.
template <std::size_t Min, std::size_t Max>
struct Text {
  static_assert(Min <= Max && Max <= 65535);
  static constexpr std::size_t min_size = Min;
  static constexpr std::size_t max_size = Max;
  static constexpr std::string_view format = "text";
  static bool valid(std::string_view text) {
    return text.size() >= Min && text.size() <= Max && is_clean_text(text);
  }

  std::string value;
  auto operator<=>(const Text&) const = default;
};

// Any bytes, at most Max of them.
template <std::size_t Max>
struct Blob {
  static constexpr std::size_t max_size = Max;

  Bytes value;
  auto operator<=>(const Blob&) const = default;
};

// At most Max items.
template <class T, std::size_t Max>
struct List {
  using item_type = T;
  static constexpr std::size_t max_size = Max;

  std::vector<T> items;
  bool operator==(const List&) const = default;
};

// A type that is text on the wire with a grammar of its own: Text, slugs, references.
template <class T>
concept TextLike = requires(std::string_view text) {
  { T::valid(text) } -> std::same_as<bool>;
  { T::max_size } -> std::convertible_to<std::size_t>;
  { T::format } -> std::convertible_to<std::string_view>;
};

// A type that is one integer on the wire: Amount, Position, EntryIndex and so on.
template <class T>
concept IntegerLike = requires { typename T::integer_type; };

// A type that is a fixed number of bytes on the wire and hex in JSON: digests, keys, signatures.
template <class T>
concept FixedBytes = requires(T value) {
  { value.bytes.data() } -> std::convertible_to<std::uint8_t*>;
  value.bytes.size();
} && !IntegerLike<T> && !TextLike<T>;

// An enumeration with a `constexpr` overload `enum_words(E)` that returns an array of its words in
// the order of their values, from 0.
template <class T>
concept WordEnum = std::is_enum_v<T> && requires(T value) { enum_words(value).size(); };

// The word of an enumerator. Requires a value inside the enumeration.
template <WordEnum E>
constexpr std::string_view word_of(E value) {
  return enum_words(value)[static_cast<std::size_t>(value)];
}

}  // namespace centime::crypto
