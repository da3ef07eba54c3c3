// Makes a handler's answer ready to send: problems rendered, 304 decided, fields filled in.
//
// Pure but for the date. Used by the server for every answer. Source: RFC 9110, RFC 9112.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"
#include "api/problem.h"

namespace centime::api {

// Renders the problem, if it is one, as a page for a client that prefers HTML or else as JSON.
void render_problem(const Request& request, Response& response, const ProblemPage& page);

// Adds ETag, Cache-Control, Vary, cross-origin and security fields that the handler did not set.
void complete_fields(const Request& request, Response& response, bool cross_origin);

// Whether the client says that it has what this tag, which may be empty, stands for.
bool is_known(const Request& request, std::string_view etag);

// Makes it a 304 if the client has it already.
void heed_condition(const Request& request, Response& response);

// False when a field would break out of its line, or belongs to the server.
bool well_formed(const Response& response);

struct Framing {
  enum class Body { none, length, chunked, until_close };
  Body body = Body::none;
  std::uint64_t length = 0;  // With Body::length.
  bool close = false;        // Tells the client that the connection ends here.
  bool http_1_0 = false;     // Which must be told that it does not.
};

// The lines of the header that the answer itself determines; first those that tell of the body, in
// body_fields_bytes(). Requires well_formed(response).
std::string response_fields(const Response& response);

// How much of them a 304 does without: Content-Type and Content-Encoding.
std::size_t body_fields_bytes(const Response& response, std::string_view fields);

// Appends status line and header with these fields, and the empty line.
void append_head(std::string& head, unsigned status, std::string_view fields,
                 const Framing& framing);

// One chunk of a chunked body. Requires bytes: an empty chunk would end it.
std::string in_chunk(const std::string& bytes);

}  // namespace centime::api
