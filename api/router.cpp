#include "api/router.h"

#include <algorithm>
#include <set>
#include <utility>

#include "crypto/check.h"

namespace centime::api {
namespace {

struct Suffix {
  Format format;
  std::string_view stem;  // The segment without it.
};

// Nothing when nothing would be left.
std::optional<Suffix> format_suffix(std::string_view segment) {
  for (const auto& [ending, format] :
       {std::pair{std::string_view(".json"), Format::json}, {".csv", Format::csv}})
    if (segment.size() > ending.size() && segment.ends_with(ending))
      return Suffix{format, segment.substr(0, segment.size() - ending.size())};
  return std::nullopt;
}

bool allows_cross_origin(std::string_view method, const Route& route) {
  return route.options.cross_origin.value_or(method == "GET");
}

}  // namespace

const std::string& PathParams::operator[](std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &Fields::value_type::first);
  crypto::check(found != values_.end(), "a parameter that the pattern has");
  return found->second;
}

void PathParams::add(std::string name, std::string value) {
  values_.emplace_back(std::move(name), std::move(value));
}

std::vector<Router::Part> Router::parse_pattern(std::string_view pattern) {
  crypto::check(pattern.starts_with('/'), "a pattern begins with a slash");
  std::vector<Part> parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    crypto::check(parts.empty() || parts.back().kind != Kind::rest, "nothing follows a rest");
    const auto end = std::min(pattern.find('/'), pattern.size());
    auto text = pattern.substr(0, end);
    pattern.remove_prefix(end);
    if (!text.starts_with('{')) {
      crypto::check(text.find_first_of("{}") == std::string_view::npos,
                    "a whole segment is {name}");
      parts.push_back({Kind::literal, std::string(text)});
      continue;
    }
    crypto::check(text.ends_with('}'), "a whole segment is {name}");
    text = text.substr(1, text.size() - 2);
    const bool rest = text.ends_with("...");
    if (rest) text.remove_suffix(3);
    crypto::check(!text.empty(), "a parameter has a name");
    parts.push_back({rest ? Kind::rest : Kind::parameter, std::string(text)});
  }
  return parts;
}

bool Router::precedes(const Entry& a, const Entry& b) {
  return std::ranges::lexicographical_compare(a.parts, b.parts, {}, &Part::kind, &Part::kind);
}

void Router::add(std::string method, std::string_view pattern, Handler handler,
                 RouteOptions options) {
  crypto::check(method != "HEAD" && method != "OPTIONS", "HEAD and OPTIONS answer themselves");
  auto parts = parse_pattern(pattern);
  // "/a/{x}" and "/a/{y}" are one pattern, but their handlers would ask for different names.
  const auto same = [&](const Entry& entry) {
    return std::ranges::equal(entry.parts, parts, [](const Part& a, const Part& b) {
      return a.kind == b.kind && a.text == b.text;
    });
  };
  auto entry = std::ranges::find_if(entries_, same);
  if (entry == entries_.end()) {
    Entry added{std::move(parts), {}};
    const auto place = std::ranges::upper_bound(entries_, added, precedes);
    entry = entries_.insert(place, std::move(added));
  }
  const bool fresh =
      entry->methods.emplace(std::move(method), Route{std::move(handler), options}).second;
  crypto::check(fresh, "one handler for a pattern and method");
}

std::vector<std::string> Router::routes() const {
  std::vector<std::string> routes;
  for (const Entry& entry : entries_) {
    std::string pattern;
    for (const Part& part : entry.parts) {
      pattern += '/';
      if (part.kind == Kind::literal) pattern += part.text;
      if (part.kind == Kind::parameter) pattern += "{" + part.text + "}";
      if (part.kind == Kind::rest) pattern += "{" + part.text + "...}";
    }
    for (const auto& [method, route] : entry.methods) routes.push_back(method + " " + pattern);
  }
  return routes;
}

void Router::get(std::string_view pattern, Handler handler, RouteOptions options) {
  add("GET", pattern, std::move(handler), options);
}

void Router::post(std::string_view pattern, Handler handler, RouteOptions options) {
  add("POST", pattern, std::move(handler), options);
}

// `whole_last`: the last segment is as it was sent, so only a literal may take it.
bool Router::matches(const Entry& entry, const std::vector<std::string>& segments,
                     std::string_view last, bool whole_last) {
  const auto& parts = entry.parts;
  const bool rest = parts.back().kind == Kind::rest;
  if (rest ? segments.size() < parts.size() : segments.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind == Kind::rest) return !whole_last;
    const bool is_last = i + 1 == segments.size();
    const std::string_view segment = is_last ? last : std::string_view(segments[i]);
    if (parts[i].kind == Kind::literal ? parts[i].text != segment
                                       : segment.empty() || (is_last && whole_last))
      return false;
  }
  return true;
}

PathParams Router::bind(const Entry& entry, const std::vector<std::string>& segments,
                        std::string_view last) {
  PathParams params;
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    const auto& part = entry.parts[i];
    if (part.kind == Kind::parameter)
      params.add(part.text, std::string(i + 1 == segments.size() ? last : segments[i]));
    if (part.kind != Kind::rest) continue;
    // A rest is a name of its own ("x001/067.csv"): nothing is taken off its end.
    std::string joined = segments[i];
    for (std::size_t j = i + 1; j < segments.size(); ++j) joined += "/" + segments[j];
    params.add(part.text, std::move(joined));
  }
  return params;
}

Router::Match Router::find(std::string_view method,
                           const std::vector<std::string>& segments) const {
  Match match;
  if (segments.empty()) return match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::set<std::string> methods;

  const auto search = [&](std::string_view last, std::optional<Format> format, bool whole_last) {
    for (const auto& entry : entries_) {
      if (!matches(entry, segments, last, whole_last)) continue;
      for (const auto& [known, its_route] : entry.methods) {
        methods.insert(known);
        if (allows_cross_origin(known, its_route) &&
            std::ranges::find(match.cross_origin_methods, known) ==
                match.cross_origin_methods.end())
          match.cross_origin_methods.push_back(known);
      }
      const auto route = entry.methods.find(wanted);
      if (route == entry.methods.end()) continue;
      match.route = &route->second;
      match.params = bind(entry, segments, last);
      if (entry.parts.back().kind != Kind::rest) match.format = format;
      match.cross_origin = allows_cross_origin(wanted, route->second);
      return true;
    }
    return false;
  };

  const auto suffix = format_suffix(segments.back());
  const bool found = (suffix && search(segments.back(), std::nullopt, true)) ||
                     search(suffix ? suffix->stem : std::string_view(segments.back()),
                            suffix ? std::optional(suffix->format) : std::nullopt, false);
  if (found || methods.empty()) return match;
  if (methods.contains("GET")) methods.insert("HEAD");
  methods.insert("OPTIONS");
  match.methods.assign(methods.begin(), methods.end());
  return match;
}

}  // namespace centime::api
