// Reads pages as strictly as no browser does: every element closed, every attribute quoted.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace centime::explorer {

// The first thing wrong with the markup, or nothing.
inline std::optional<std::string> fault_of_html(std::string_view html) {
  static const std::set<std::string, std::less<>> empty_elements{"meta", "link", "input",
                                                                 "br",   "rect", "circle"};
  constexpr std::string_view doctype = "<!doctype html>";
  if (!html.starts_with(doctype)) return "no doctype";
  std::vector<std::string> open;
  std::set<std::string, std::less<>> ids;
  for (auto at = html.find('<', doctype.size()); at != std::string_view::npos;
       at = html.find('<', at)) {
    const bool closing = html.substr(at + 1, 1) == "/";
    at += closing ? 2 : 1;
    const auto name_end = html.find_first_of(" />", at);
    if (name_end == std::string_view::npos || name_end == at) return "a stray <";
    const std::string name(html.substr(at, name_end - at));
    at = name_end;
    if (closing) {
      if (open.empty() || open.back() != name)
        return "</" + name + "> closes " + (open.empty() ? "nothing" : "<" + open.back() + ">");
      open.pop_back();
      continue;
    }
    bool own_script = false;
    while (html[at] == ' ') {
      const auto end = html.find_first_of(" =/>", ++at);
      const auto attribute = html.substr(at, end - at);
      at = end;
      if (html[at] != '=') continue;
      if (html[at + 1] != '"') return "an unquoted attribute in <" + name + ">";
      const auto quote = html.find('"', at + 2);
      if (attribute == "id" && !ids.emplace(html.substr(at + 2, quote - at - 2)).second)
        return "an id twice: " + std::string(html.substr(at + 2, quote - at - 2));
      own_script = own_script ||
                   (attribute == "src" && (html.substr(at + 2).starts_with("/assets/check.") ||
                                           html.substr(at + 2).starts_with("/assets/check-file.") ||
                                           html.substr(at + 2).starts_with("/assets/live.") ||
                                           html.substr(at + 2).starts_with("/assets/zoom.")));
      if (attribute == "style" || attribute.starts_with("on"))
        return "an attribute that the policy forbids: " + std::string(attribute);
      at = quote + 1;
    }
    const bool closed = html[at] == '/';
    if (html[at + (closed ? 1 : 0)] != '>') return "a broken <" + name + ">";
    if ((name == "script" && !(own_script && html.substr(at).starts_with("></script>"))) ||
        name == "style")
      return "an element that the policy forbids: " + name;
    if (!closed && !empty_elements.contains(name)) open.push_back(name);
  }
  if (!open.empty()) return "<" + open.back() + "> is never closed";
  return std::nullopt;
}

// All stretches of text between the two marks, in order.
inline std::vector<std::string> between(std::string_view html, std::string_view before,
                                        std::string_view after) {
  std::vector<std::string> found;
  for (auto at = html.find(before); at != std::string_view::npos; at = html.find(before, at)) {
    at += before.size();
    const auto end = html.find(after, at);
    if (end == std::string_view::npos) break;
    found.emplace_back(html.substr(at, end - at));
    at = end;
  }
  return found;
}

// The digits of "12,345.60 EUR" as a number.
inline std::uint64_t minor_units(std::string_view amount) {
  std::uint64_t units = 0;
  for (const char c : amount)
    if (c >= '0' && c <= '9') units = 10 * units + static_cast<std::uint64_t>(c - '0');
  return units;
}

// What the table of a donation's page says.
struct ShownParts {
  std::vector<std::uint64_t> parts;
  std::uint64_t sum = 0;
  std::uint64_t parts_sum() const {
    std::uint64_t total = 0;
    for (const auto part : parts) total += part;
    return total;
  }
};

inline ShownParts shown_parts(std::string_view html) {
  ShownParts shown;
  const auto tables = between(html, "<table class=\"parts\">", "</table>");
  if (tables.empty()) return shown;
  for (const auto& cell : between(tables.front(), "<td>", "</td>"))
    shown.parts.push_back(minor_units(cell));
  if (shown.parts.empty()) return shown;
  shown.sum = shown.parts.back();
  shown.parts.pop_back();
  return shown;
}

// Words without the markup around them; entities stay.
inline std::string text_of(std::string_view html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') {
      inside = false;
      text += ' ';
    }
  }
  return text;
}

}  // namespace centime::explorer
