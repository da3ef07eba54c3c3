#include "explorer/origin.h"

#include <algorithm>

namespace centime::explorer {
namespace {

// What the client sent comes back to it in links and pictures, so nothing but a host may be there.
bool is_host(std::string_view text) {
  constexpr std::size_t longest = 255 + 6;  // A name and a port.
  constexpr std::string_view marks = ".-:[]";
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.contains(c);
  });
}

}  // namespace

std::string origin_of(const api::Request& request, const std::string& public_url) {
  if (!public_url.empty()) return public_url;
  const auto host = request.header("host").value_or("");
  return is_host(host) ? "http://" + std::string(host) : std::string();
}

}  // namespace centime::explorer
