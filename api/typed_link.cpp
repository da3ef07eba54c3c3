#include "api/typed_link.h"

#include <algorithm>

#include "api/letter_case.h"

namespace centime::api {
namespace {

constexpr std::string_view pages = "drfmb";

// Whether a path may begin behind this: nothing, "https://host/below", or "host.example:8080".
bool may_come_before(std::string_view text) {
  if (text.empty()) return true;
  for (const std::string_view scheme : {"https://", "http://"})
    if (ascii_lower(text.substr(0, scheme.size())) == scheme) return text.size() > scheme.size();
  return text.find_first_of("/ ") == std::string_view::npos && text.find_first_of(".:") != 0 &&
         text.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

std::optional<TypedLink> typed_link(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos || slash < 2 || text[slash - 2] != '/') return std::nullopt;
  const TypedLink link{text[slash - 1], text.substr(slash + 1)};
  if (!pages.contains(link.page) || link.id.empty()) return std::nullopt;
  if (!may_come_before(text.substr(0, slash - 2))) return std::nullopt;
  return link;
}

}  // namespace centime::api
