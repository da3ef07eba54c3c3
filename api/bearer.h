// The bearer token of a request, and what it allows.
//
// Source: RFC 6750.
#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <optional>
#include <string>

#include "api/http_message.h"
#include "api/tokens.h"

namespace centime::api {

// Whether the request brings a token at all, good or not.
bool has_token(const Request& request);

// The token that the request brings; else `token_required`, `bad_token` if it is none of ours, or
// `internal_error` if ours can't be read.
std::expected<Token, Response> find_token(const Request& request, TokenFile& tokens);

// `scope_missing`, which names the scope that would do, if there is one.
Response scope_missing(std::optional<Scope> needed, std::string detail,
                       boost::json::object more = {});

}  // namespace centime::api
