#include "api/bearer.h"

#include <algorithm>

#include "api/problem_words.h"
#include "crypto/wire_types.h"

namespace centime::api {
namespace {

constexpr std::string_view scheme = "bearer ";

}  // namespace

bool has_token(const Request& request) {
  const std::string_view header = request.header("authorization").value_or("");
  return std::ranges::equal(header.substr(0, scheme.size()), scheme, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
  });
}

std::expected<Token, Response> find_token(const Request& request, TokenFile& tokens) {
  if (!has_token(request)) {
    return std::unexpected(
        problem_of("token_required",
                   "Send `Authorization: Bearer centime_…`; `centime token new` makes one.")
            .add("WWW-Authenticate", "Bearer"));
  }
  auto token = tokens.find(request.header("authorization")->substr(scheme.size()));
  if (!token) {
    return std::unexpected(problem_of(
        "internal_error", "This node can't read its tokens. Its operator finds why in its log."));
  }
  if (!*token) {
    return std::unexpected(problem_of("bad_token", "This token is unknown here, or was revoked.")
                               .add("WWW-Authenticate", "Bearer error=\"invalid_token\""));
  }
  return std::move(**token);
}

Response scope_missing(std::optional<Scope> needed, std::string detail, boost::json::object more) {
  std::string challenge = "Bearer error=\"insufficient_scope\"";
  if (needed) challenge += ", scope=\"" + std::string(crypto::word_of(*needed)) + "\"";
  return problem_of("scope_missing", std::move(detail), std::move(more))
      .add("WWW-Authenticate", std::move(challenge));
}

}  // namespace centime::api
