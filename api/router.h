// Which handler answers which path and method.
//
// Filled once, before the server starts, then only read, from all threads. Patterns are made of
// literal segments, parameters and at most one rest, at the end:
//   "/v1/records/{id}"   one segment, never empty
//   "/tile/{path...}"    one or more segments, joined with "/"
// A literal wins over a parameter and a parameter over a rest, from left to right.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_message.h"

namespace centime::api {

// The values of a pattern's parameters, decoded.
class PathParams {
 public:
  // Requires that the pattern has a parameter of this name.
  const std::string& operator[](std::string_view name) const;
  void add(std::string name, std::string value);

 private:
  Fields values_;
};

// Answers through the Reply, at once or later; what it throws becomes a 500. Called on the
// server's threads, concurrently. The Request lives until the call returns: copy what a later
// answer needs.
using Handler = std::function<void(const Request&, PathParams, Reply)>;

// How many bytes the body of a request may have, from its head; or the answer that it may not come.
using BodyLimit = std::function<std::expected<std::size_t, Response>(const Request&)>;

struct RouteOptions {
  BodyLimit body_limit = {};             // Instead of the server's; called like a Handler.
  Format default_format = Format::json;  // When neither path nor Accept say.
  // Pages of other sites may read the answer. Safe for what anyone may read without a token.
  std::optional<bool> cross_origin = {};  // Default: true for GET, false for the others.
  // What the handler reads of the query. The rest is taken off the request before it gets it, so
  // that no answer depends on it, nor is kept once for each. Nothing said: all of it.
  std::optional<std::vector<std::string_view>> parameters = {};
  // Instead of the server's limit for the answer.
  std::optional<std::chrono::milliseconds> reply_timeout = {};
};

struct Route {
  Handler handler;
  RouteOptions options;
};

class Router {
 public:
  // Requires a well-formed pattern that has no handler for this method yet.
  void add(std::string method, std::string_view pattern, Handler handler,
           RouteOptions options = {});
  void get(std::string_view pattern, Handler handler, RouteOptions options = {});
  void post(std::string_view pattern, Handler handler, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;  // Null: 404 when `methods` is empty, else 405.
    PathParams params;
    std::optional<Format> format;      // From the path: ".json" or ".csv", then not part of params.
    std::vector<std::string> methods;  // That the path knows, sorted, HEAD and OPTIONS with them.
    std::vector<std::string> cross_origin_methods;  // Those of them that other sites may use.
    bool cross_origin = false;                      // Whether the route may be.
  };

  // HEAD finds the GET route. A final literal segment wins over the format suffix:
  // "/v1/openapi.json" is found as it stands when it was added as it stands.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

  // "GET /v1/funds/{id}", every route there is.
  std::vector<std::string> routes() const;

 private:
  enum class Kind : std::uint8_t { literal, parameter, rest };
  struct Part {
    Kind kind;
    std::string text;  // The literal, or the parameter's name.
  };
  struct Entry {
    std::vector<Part> parts;
    std::map<std::string, Route, std::less<>> methods;
  };

  static std::vector<Part> parse_pattern(std::string_view pattern);
  static bool precedes(const Entry& a, const Entry& b);
  static bool matches(const Entry& entry, const std::vector<std::string>& segments,
                      std::string_view last, bool whole_last);
  static PathParams bind(const Entry& entry, const std::vector<std::string>& segments,
                         std::string_view last);

  std::vector<Entry> entries_;  // Most specific first.
};

}  // namespace centime::api
