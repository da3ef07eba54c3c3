#include "api/etag.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "crypto/check.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

bool is_tag_character(char c) { return c > 0x20 && c < 0x7f && c != '"'; }

}  // namespace

std::string strong_etag(std::string_view version) {
  crypto::check(std::ranges::all_of(version, is_tag_character), "an etag of visible ASCII");
  std::string tag;
  tag.reserve(version.size() + 2);
  tag += '"';
  tag += version;
  tag += '"';
  return tag;
}

const std::string& this_process() {
  static const std::string mark =
      fmt::format("{:08x}{:08x}", std::random_device{}(), std::random_device{}());
  return mark;
}

std::string content_etag(std::string_view body) {
  const auto digest = crypto::sha256(crypto::as_bytes(body));
  return strong_etag(crypto::to_hex(digest.bytes).substr(0, 32));
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  const auto skip_blanks = [&] {
    const auto first = if_none_match.find_first_not_of(" \t");
    if_none_match.remove_prefix(std::min(first, if_none_match.size()));
  };
  bool found = false;
  for (;;) {
    skip_blanks();
    if (if_none_match == "*") return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (!if_none_match.starts_with('"')) return false;
    const auto close = if_none_match.find('"', 1);
    if (close == std::string_view::npos) return false;
    found = found || if_none_match.substr(0, close + 1) == etag;
    if_none_match.remove_prefix(close + 1);
    skip_blanks();
    if (if_none_match.empty()) return found;
    if (!if_none_match.starts_with(',')) return false;
    if_none_match.remove_prefix(1);
  }
}

}  // namespace centime::api
