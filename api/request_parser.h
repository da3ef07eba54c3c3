// Turns the bytes of one request into a Request, or into the problem to answer instead.
//
// Pure: no sockets, no clock. Beast does the grammar, here only; what it lets pass and proxies read
// in different ways (folded lines, two lengths, a length beside chunks, two hosts) is refused.
// Source: RFC 9112.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "api/problem.h"

namespace centime::api {

class RequestParser {
 public:
  RequestParser();
  ~RequestParser();

  // Reads a whole head, the empty line included, into the request's method, target, path, query
  // and headers; `format` is what Accept says, or JSON. Called once, first.
  std::expected<void, Response> read_head(std::string_view head, std::size_t fields_max,
                                          Request& request);

  // All below: after read_head() succeeded.
  bool http_1_0() const;
  bool keep_alive() const;  // The client wants the connection kept.
  bool done() const;        // The body, if there is one, was read to its end.

  // Before the first byte of a body: refuses one that says it is larger.
  std::expected<void, Response> limit_body(std::size_t bytes_max);

  // Reads on, and says how many of the bytes were used; the rest belongs to the next call or, when
  // done(), to the next request.
  std::expected<std::size_t, Response> read_body(std::string_view bytes);
  std::size_t body_size() const;  // Read so far.
  std::string take_body();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace centime::api
