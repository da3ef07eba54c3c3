#include "api/http_message.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "crypto/encoding.h"
#include "crypto/wire_types.h"

namespace centime::api {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Nothing for a broken escape, NUL or bytes that are not UTF-8.
std::optional<std::string> decode(std::string_view raw, bool plus_is_blank) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '+' && plus_is_blank) {
      text.push_back(' ');
    } else if (raw[i] != '%') {
      text.push_back(raw[i]);
    } else {
      if (raw.size() - i < 3) return std::nullopt;
      const int high = hex_value(raw[i + 1]), low = hex_value(raw[i + 2]);
      if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
      text.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!crypto::is_utf8(text)) return std::nullopt;
  return text;
}

std::expected<void, TargetError> decode_path(std::string_view raw, ParsedTarget& target) {
  raw.remove_prefix(1);
  for (;;) {
    if (target.segments.size() == segments_max) return std::unexpected(TargetError::too_large);
    const auto slash = raw.find('/');
    auto segment = decode(raw.substr(0, slash), false);
    if (!segment || *segment == "." || *segment == ".." || !crypto::is_clean_text(*segment))
      return std::unexpected(TargetError::bad_encoding);
    target.path += '/';
    target.path += *segment;
    target.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return {};
    raw.remove_prefix(slash + 1);
  }
}

std::expected<void, TargetError> decode_query(std::string_view raw, ParsedTarget& target) {
  while (!raw.empty()) {
    const auto end = std::min(raw.find('&'), raw.size());
    const auto pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    if (target.query.size() == parameters_max) return std::unexpected(TargetError::too_large);
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return std::unexpected(TargetError::bad_encoding);
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The q of one Accept element in thousandths; 0 when it is malformed, as if it were refused.
int quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const auto parameter = trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    double q = 0;
    const char* last = parameter.data() + parameter.size();
    const auto [stop, error] =
        std::from_chars(parameter.data() + 2, last, q, std::chars_format::fixed);
    if (error != std::errc{} || stop != last || !(q >= 0 && q <= 1)) return 0;
    return static_cast<int>(q * 1000);
  }
  return 1000;
}

std::optional<Format> format_of(std::string_view media_type) {
  if (equal_names(media_type, "text/html") || equal_names(media_type, "application/xhtml+xml"))
    return Format::html;
  if (equal_names(media_type, "application/json") ||
      equal_names(media_type, "application/problem+json"))
    return Format::json;
  if (equal_names(media_type, "text/csv")) return Format::csv;
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> find_field(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (equal_names(key, name)) return value;
  return std::nullopt;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  return find_field(headers, name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

bool Request::has_media_type(std::string_view name) const {
  const std::string_view type = header("content-type").value_or("");
  return equal_names(trim(type.substr(0, type.find(';'))), name);
}

Response& Response::add(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response&& Response::add(std::string name, std::string value) && {
  return std::move(add(std::move(name), std::move(value)));
}

Response text_response(std::string content_type, std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response json_response(const boost::json::value& value, unsigned status) {
  return text_response("application/json", boost::json::serialize(value), status);
}

std::string_view to_word(TargetError error) {
  switch (error) {
    case TargetError::bad_target:
      return "bad_request";
    case TargetError::bad_encoding:
      return "bad_encoding";
    case TargetError::too_large:
      return "too_large";
  }
  return "bad_request";
}

std::expected<ParsedTarget, TargetError> parse_target(std::string_view raw) {
  // Raw bytes outside visible ASCII would be read differently by each proxy on the way.
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::ranges::all_of(raw, visible)) return std::unexpected(TargetError::bad_encoding);
  if (raw.find('#') != std::string_view::npos) return std::unexpected(TargetError::bad_target);

  ParsedTarget target;
  if (raw == "*") {
    target.path = "*";
    target.segments.emplace_back("*");
    return target;
  }
  if (raw.size() >= 7 && equal_names(raw.substr(0, 7), "http://")) {
    const auto authority_end = std::min(raw.find_first_of("/?", 7), raw.size());
    if (authority_end == 7) return std::unexpected(TargetError::bad_target);
    raw.remove_prefix(authority_end);
    if (raw.empty()) raw = "/";
  }
  const auto question = std::min(raw.find('?'), raw.size());
  const auto path = raw.substr(0, question);
  if (!path.starts_with('/')) return std::unexpected(TargetError::bad_target);
  if (auto done = decode_path(path, target); !done) return std::unexpected(done.error());
  const auto query = raw.substr(std::min(question + 1, raw.size()));
  if (auto done = decode_query(query, target); !done) return std::unexpected(done.error());
  return target;
}

AcceptedCodings accepted_codings(std::string_view accept_encoding) {
  std::optional<bool> gzip, brotli, any;
  while (!accept_encoding.empty()) {
    const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    const auto element = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const auto semicolon = std::min(element.find(';'), element.size());
    const auto coding = trim(element.substr(0, semicolon));
    const bool taken = quality(element.substr(std::min(semicolon + 1, element.size()))) > 0;
    if (equal_names(coding, "gzip") || equal_names(coding, "x-gzip")) gzip = taken;
    if (equal_names(coding, "br")) brotli = taken;
    if (coding == "*") any = taken;
  }
  return {gzip.value_or(any.value_or(false)), brotli.value_or(false)};
}

std::optional<Format> preferred_format(std::string_view accept) {
  std::optional<Format> best;
  int best_quality = 0;
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const auto element = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const auto semicolon = std::min(element.find(';'), element.size());
    const auto format = format_of(trim(element.substr(0, semicolon)));
    const int q = quality(element.substr(std::min(semicolon + 1, element.size())));
    if (!format || q <= best_quality) continue;
    best = format;
    best_quality = q;
  }
  return best;
}

}  // namespace centime::api
