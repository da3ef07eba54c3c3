#include "api/page_cursor.h"

#include <algorithm>
#include <charconv>

#include "crypto/check.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

constexpr char cursor_version = 1;
constexpr std::size_t digest_size = 8;
constexpr std::size_t head_size = 1 + digest_size;

// The list is hashed by itself first, so that no list and key can pass for another pair.
std::string digest_of(std::string_view list, std::string_view key) {
  const auto list_digest = crypto::sha256(crypto::as_bytes(list));
  const auto digest = crypto::tagged_hash("page-cursor", crypto::BytesView(list_digest.bytes),
                                          crypto::as_bytes(key));
  return std::string(crypto::as_text(digest.bytes).substr(0, digest_size));
}

std::string to_base64url(std::string_view bytes) {
  std::string text = crypto::to_base64(crypto::as_bytes(bytes));
  text.erase(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<crypto::Bytes> from_base64url(std::string_view url_text) {
  if (url_text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(url_text);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return crypto::from_base64(text);
}

}  // namespace

std::string_view to_word(PageError error) {
  return error == PageError::bad_cursor ? "bad_cursor" : "bad_limit";
}

std::string encode_cursor(std::string_view list, std::string_view key) {
  crypto::check(!key.empty() && key.size() <= cursor_key_max, "a cursor's key of 1 to 256 bytes");
  std::string bytes(1, cursor_version);
  bytes += digest_of(list, key);
  bytes += key;
  return to_base64url(bytes);
}

std::expected<std::string, PageError> decode_cursor(std::string_view list,
                                                    std::string_view cursor) {
  // Measured before it is decoded: four characters for three bytes.
  if (cursor.size() > (head_size + cursor_key_max + 2) / 3 * 4)
    return std::unexpected(PageError::bad_cursor);
  const auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() <= head_size || bytes->size() > head_size + cursor_key_max)
    return std::unexpected(PageError::bad_cursor);
  const auto text = crypto::as_text(*bytes);
  const auto key = text.substr(head_size);
  if (text[0] != cursor_version || text.substr(1, digest_size) != digest_of(list, key))
    return std::unexpected(PageError::bad_cursor);
  return std::string(key);
}

std::expected<Page, PageError> parse_page(const Request& request, std::string_view list) {
  Page page;
  if (const auto text = request.parameter("limit")) {
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, page.limit);
    if (error != std::errc{} || stop != end || page.limit < 1 || page.limit > page_limit_max)
      return std::unexpected(PageError::bad_limit);
  }
  if (const auto text = request.parameter("cursor"); text && !text->empty()) {
    auto key = decode_cursor(list, *text);
    if (!key) return std::unexpected(key.error());
    page.after = std::move(*key);
  }
  return page;
}

}  // namespace centime::api
