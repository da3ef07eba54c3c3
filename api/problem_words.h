// Every word that an answer's `code` can be, with its HTTP status; docs/errors.md says what to do.
//
// The ledger's own words come first, in the order of ledger::Word; the API's follow.
#pragma once

#include <span>
#include <string_view>

#include "api/problem.h"
#include "node/ledger/rejection.h"

namespace centime::api {

struct ProblemWord {
  std::string_view word;
  unsigned status;       // When it refuses something that was sent.
  unsigned read_status;  // When it is why something can't be shown; 0: never.
  std::string_view meaning;
};

std::span<const ProblemWord> problem_words();

// The answer for a word of the table, with the table's status.
Response problem_of(std::string_view word, std::string detail, boost::json::object more = {});

// The same, with its status for reads. Requires a word that has one.
Response read_problem(std::string_view word, std::string detail);

// {"index", "code", "detail"}
boost::json::object refusal_json(const ledger::RecordRefusal& refused);

// A refused submission: its word, and "records": [{index, code, detail}] when records are bad.
Response rejection_problem(const ledger::Rejection& rejection);

}  // namespace centime::api
