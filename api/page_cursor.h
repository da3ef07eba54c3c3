// Where the next page of a list begins, as an opaque text that the client hands back.
//
// A cursor is base64url, without padding, of
//   [version 1: u8] [digest of list and key, first 8 bytes] [key: 1..256 bytes]
// so a cursor that was cut, edited or taken from another list is refused instead of starting at
// a wrong place. It is no secret and no permission: a forged one reads what anyone may read.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "api/http_message.h"

namespace centime::api {

enum class PageError { bad_cursor, bad_limit };
std::string_view to_word(PageError error);

inline constexpr std::size_t cursor_key_max = 256;
inline constexpr std::uint32_t page_limit_max = 200;
inline constexpr std::uint32_t page_limit_default = 50;

// `list` names the list with its filters ("funds/well/flows?holder=ngo"), `key` the last item
// given. Requires 1 <= key.size() <= cursor_key_max.
std::string encode_cursor(std::string_view list, std::string_view key);
std::expected<std::string, PageError> decode_cursor(std::string_view list, std::string_view cursor);

struct Page {
  std::string after;  // The key to go on after; empty: from the beginning.
  std::uint32_t limit = page_limit_default;
};

// From the query's `cursor` and `limit` (1..200, decimal). An empty cursor is the beginning.
std::expected<Page, PageError> parse_page(const Request& request, std::string_view list);

}  // namespace centime::api
