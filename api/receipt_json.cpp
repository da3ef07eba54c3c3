#include "api/receipt_json.h"

#include <boost/json.hpp>
#include <memory>
#include <thread>
#include <utility>

#include "api/first_answer.h"
#include "api/problem_words.h"
#include "crypto/canonical.h"

namespace centime::api {
namespace {

Response unavailable_problem(runtime::Unavailable why) {
  const bool busy = why == runtime::Unavailable::busy;
  return problem_of(crypto::word_of(why),
                    busy ? "Too many submissions are waiting. Send it again in a moment."
                         : "The node is shutting down; what other validators have by now may yet "
                           "be recorded.")
      .add("Retry-After", busy ? "1" : "30");
}

}  // namespace

Response submit_response(const runtime::SubmitResult& result) {
  if (!result) {
    const auto& error = result.error();
    if (const auto* why = std::get_if<runtime::Unavailable>(&error))
      return unavailable_problem(*why);
    return rejection_problem(std::get<ledger::Rejection>(error));
  }
  boost::json::array ids, entries;
  for (const ledger::RecordId& id : result->ids) ids.emplace_back(id.hex());
  for (const ledger::EntryIndex entry : result->entries) entries.emplace_back(entry.value);
  const std::string height = std::to_string(result->height.value);
  Response response = json_response(boost::json::object{{"status", "final"},
                                                        {"repeat", result->repeat},
                                                        {"height", result->height.value},
                                                        {"ids", std::move(ids)},
                                                        {"entries", std::move(entries)}},
                                    result->repeat ? 200 : 201);
  response.tells_what_was_done = true;
  response.add("Centime-Height", height);
  if (result->ids.size() == 1) response.add("Location", "/v1/records/" + result->ids[0].hex());
  return response;
}

Response accepted_response(const ledger::MemberId& author,
                           const std::vector<ledger::Record>& records) {
  boost::json::array ids;
  for (const ledger::Record& record : records)
    ids.emplace_back(
        ledger::record_id(crypto::encode(ledger::AuthoredRecord{author, record})).hex());
  Response response =
      json_response(boost::json::object{{"status", "accepted"}, {"ids", std::move(ids)}}, 202);
  response.tells_what_was_done = true;
  return response;
}

std::expected<Wait, Response> parse_wait(const Request& request) {
  const std::string_view wait = request.parameter("wait").value_or("final");
  if (wait == "final") return Wait::final_;
  if (wait == "none") return Wait::none;
  return std::unexpected(problem_of("bad_parameter", "wait is final or none"));
}

void answer_submission(Wait wait, const ledger::MemberId& author,
                       const std::vector<ledger::Record>& records, Reply reply,
                       const std::function<void(runtime::SubmitCallback)>& submit) {
  if (wait == Wait::final_) {
    return submit([reply = std::move(reply)](runtime::SubmitResult result) mutable {
      reply(submit_response(result));
    });
  }
  // A submission that the node does not even take is refused here, while `submit` runs; what the
  // ledger says of it later is not waited for, even if it is known by the time this answers.
  Response accepted = accepted_response(author, records);
  const auto answer = std::make_shared<FirstAnswer>(std::move(reply));
  submit([answer, here = std::this_thread::get_id()](runtime::SubmitResult result) {
    const bool not_taken =
        std::this_thread::get_id() == here ||
        (!result && std::holds_alternative<runtime::Unavailable>(result.error()));
    if (!result && not_taken) answer->give(submit_response(result));
  });
  answer->give(std::move(accepted));
}

}  // namespace centime::api
