#include "api/etag.h"

#include <algorithm>

#include "crypto/check.h"

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
