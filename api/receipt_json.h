// What the node answers to a submission, as the API's answer.
#pragma once

#include <string_view>
#include <vector>

#include "api/http_message.h"
#include "node/runtime/node.h"

namespace centime::api {

// 201 for records that are new, 200 for a repeat, or the problem.
Response submit_response(const runtime::SubmitResult& result);

// 202: taken, and not yet final.
Response accepted_response(const ledger::MemberId& author,
                           const std::vector<ledger::Record>& records);

// How long the client wants to wait: `?wait=final` (the default) or `?wait=none`.
enum class Wait { final_, none };
std::expected<Wait, Response> parse_wait(const Request& request);

// Makes the call that submits, with a callback that answers: when it is final or refused, or, with
// Wait::none, at once.
void answer_submission(Wait wait, const ledger::MemberId& author,
                       const std::vector<ledger::Record>& records, Reply reply,
                       const std::function<void(runtime::SubmitCallback)>& submit);

}  // namespace centime::api
