// The bearer token of a request, and what it allows.
//
// Source: RFC 6750.
#pragma once

#include <expected>
#include <optional>

#include "api/http_message.h"
#include "api/tokens.h"

namespace centime::api {

// Whether the request brings a token at all, good or not.
bool has_token(const Request& request);

// The token that the request brings; else `token_required`, `bad_token` if it is none of ours, or
// `internal_error` if ours can't be read.
std::expected<Token, Response> find_token(const Request& request, TokenFile& tokens);

// The problem, unless the request has a token with this scope: those of find_token, or
// `scope_missing`.
std::optional<Response> refuse_without(Scope scope, const Request& request, TokenFile& tokens);

}  // namespace centime::api
