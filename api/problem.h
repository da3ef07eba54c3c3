// Errors as the API tells them: RFC 9457 problem details with a stable word.
//
// A handler answers `reply(problem(404, "not_found", "…"))`; the server fills in the trace id and
// renders JSON, or a page for browsers when one is installed.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "api/http_message.h"

namespace centime::api {

struct Problem {
  unsigned status = 500;
  std::string code;          // Stable, snake_case: "not_found", or the ledger's own word.
  std::string title;         // Plain words; the same for every occurrence of the code.
  std::string detail;        // What is wrong with this request and what to do.
  boost::json::object more;  // Further members, such as "records": [{index, code, detail}].
  std::string trace_id;      // Filled in by the server.
};

// 16 hex digits, another for each number; those of neighbours look unlike, so that a mistyped id
// finds nothing.
std::string make_trace_id(std::uint64_t number);

// A title made of the code's words: "too_large" -> "Too large".
std::string problem_title(std::string_view code);

// The answer for one problem. Fields such as Retry-After may be added to it.
Response problem(unsigned status, std::string code, std::string detail,
                 boost::json::object more = {});

// 500 internal_error. The cause goes to the operator's log, by the trace id, and to nobody else.
Response internal_error(std::string cause);

// What `make` gives, or an internal error if it throws.
template <class Make>
Response made_or_internal_error(Make&& make) {
  try {
    return make();
  } catch (const std::exception& error) {
    return internal_error(error.what());
  }
}

// {"type": "/docs/errors#<code>", "title", "status", "detail", "code", …more, "trace_id"}. The
// named members win over members of the same name in `more`.
std::string problem_json(const Problem& problem);

// Makes a page of a problem for a request that prefers HTML; nullopt leaves it as JSON. Called on
// the server's threads, concurrently.
using ProblemPage = std::function<std::optional<Response>(const Request&, const Problem&)>;

}  // namespace centime::api
