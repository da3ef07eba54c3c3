// Finds the handler for an understood request, or the answer when there is none.
//
// Pure. Source: RFC 9110 (9.3.7 OPTIONS, 10.1.1 Expect), the Fetch standard (CORS preflight).
#pragma once

#include <optional>

#include "api/router.h"

namespace centime::api {

// Fills in the match and the request's format, and takes off the query what the route does not read
// (RouteOptions::parameters). Gives the answer when no handler takes it: 308 to a
// page whose address has slashes too many at the end, 404, 405, 417. OPTIONS is never refused for
// its method; then match.route may be null.
std::optional<Response> route_request(const Router& router, Request& request, Router::Match& match);

// What the address takes, and what pages of other sites may send to it.
Response options_answer(const Router::Match& match);

}  // namespace centime::api
