#include "api/routing.h"

#include <algorithm>

#include "api/problem.h"
#include "api/url_encode.h"

namespace centime::api {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool is_continue(std::string_view expectation) {
  return std::ranges::equal(expectation, std::string_view("100-continue"), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
  });
}

// The path's format, or else the one that Accept likes best, or else the route's.
void choose_format(Request& request, const Router::Match& match) {
  request.format_in_path = match.format.has_value();
  if (match.format) {
    request.format = *match.format;
    return;
  }
  const auto accept = request.header("accept");
  const auto preferred = accept ? preferred_format(*accept) : std::nullopt;
  request.format =
      preferred.value_or(match.route ? match.route->options.default_format : Format::json);
}

void add_query(std::string& target, const Fields& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    target += separator + url_encode(name) + "=" + url_encode(value);
    separator = '&';
  }
}

void drop_parameters(Request& request, const std::vector<std::string_view>& known) {
  const auto unread = [&](const auto& field) {
    return std::ranges::find(known, std::string_view(field.first)) == known.end();
  };
  if (std::erase_if(request.query, unread) == 0) return;
  request.target.resize(std::min(request.target.find('?'), request.target.size()));
  add_query(request.target, request.query);
}

// To a page, from its address with a slash too many at the end: as people type it, and programs
// that tidy addresses up. Only to what there is, so never to another host. The API's addresses are
// for programs, which have them from its document.
std::optional<Response> without_slash(const Router& router, const Request& request) {
  auto segments = request.segments;
  while (segments.size() > 1 && segments.back().empty()) segments.pop_back();
  if (segments.size() == request.segments.size()) return std::nullopt;
  const auto* route = router.find(request.method, segments).route;
  if (route == nullptr || route->options.default_format != Format::html) return std::nullopt;
  std::string location;
  for (const auto& segment : segments) location += "/" + url_encode(segment);
  add_query(location, request.query);
  Response moved;
  moved.status = 308;
  return std::move(moved).add("Location", std::move(location));
}

}  // namespace

std::optional<Response> route_request(const Router& router, Request& request,
                                      Router::Match& match) {
  match = router.find(request.method, request.segments);
  choose_format(request, match);
  if (match.route && match.route->options.parameters)
    drop_parameters(request, *match.route->options.parameters);
  if (!match.route && match.methods.empty() && request.target != "*") {
    if (auto moved = without_slash(router, request)) return moved;
    return problem(404, "not_found", "There is nothing at this address.");
  }
  if (!match.route && request.method != "OPTIONS")
    return problem(405, "method_not_allowed", "This address takes other methods only.")
        .add("Allow", joined(match.methods));
  const auto expects = request.header("expect");
  if (expects && !is_continue(*expects))
    return problem(417, "bad_request", "Only \"Expect: 100-continue\" is understood.");
  return std::nullopt;
}

Response options_answer(const Router::Match& match) {
  Response response;
  response.status = 204;
  if (!match.methods.empty()) response.add("Allow", joined(match.methods));
  if (match.cross_origin_methods.empty()) return response;
  response.add("Access-Control-Allow-Origin", "*");
  response.add("Access-Control-Allow-Methods", joined(match.cross_origin_methods));
  response.add("Access-Control-Allow-Headers",
               "Accept, Content-Type, If-None-Match, Last-Event-ID");
  response.add("Access-Control-Max-Age", "86400");
  return response;
}

}  // namespace centime::api
