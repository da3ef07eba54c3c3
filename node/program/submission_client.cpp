#include "node/program/submission_client.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "node/program/json_text.h"

namespace centime::program {
namespace {

constexpr std::string_view canonical_type = "application/octet-stream";
constexpr int tries_max = 60;
constexpr std::chrono::milliseconds pause{500};

std::uint64_t number_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  boost::system::error_code error;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

// The objects in a list; what is not an object in it is left out.
std::vector<const boost::json::object*> objects_at(const boost::json::object& object,
                                                   std::string_view name) {
  std::vector<const boost::json::object*> objects;
  const auto* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return objects;
  for (const auto& item : list->get_array()) {
    if (item.is_object()) objects.push_back(&item.get_object());
  }
  return objects;
}

}  // namespace

std::vector<BadRecord> bad_records_of(const boost::json::object& refusal) {
  std::vector<BadRecord> bad;
  for (const auto* record : objects_at(refusal, "records")) {
    bad.push_back(
        {0, number_at(*record, "index"), text_at(*record, "code"), text_at(*record, "detail")});
  }
  return bad;
}

Expected<boost::json::object> SubmissionClient::post_patiently(std::string_view path,
                                                               std::string_view body) {
  for (int tries = 1;; ++tries) {
    auto answer = node_.post(path, canonical_type, body);
    if (answer || answer.error().word != "busy" || tries == tries_max) return answer;
    std::this_thread::sleep_for(pause);
  }
}

void CheckBody::add(const ledger::Submission& submission) {
  const std::size_t start = bytes_.size();
  bytes_.resize(start + 4);
  crypto::encode_to(submission, bytes_);
  const std::size_t size = bytes_.size() - start - 4;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes_[start + i] = static_cast<std::uint8_t>(size >> (8 * (3 - i)));
  }
}

Expected<CheckResult> SubmissionClient::check(const CheckBody& body) {
  const auto answer = post_patiently("/v1/submissions/check", body.bytes());
  if (!answer) return std::unexpected(answer.error());
  if (!answer->contains("bad_records")) {
    return fail("bad_answer", "the node did not say which records are bad");
  }
  CheckResult result;
  result.bad_count = number_at(*answer, "bad_records");
  for (const auto* submission : objects_at(*answer, "submissions")) {
    const std::size_t index = number_at(*submission, "index");
    std::vector<BadRecord> bad = bad_records_of(*submission);
    if (bad.empty()) {
      bad.push_back(
          {0, std::nullopt, text_at(*submission, "code"), text_at(*submission, "detail")});
    }
    for (BadRecord& record : bad) {
      record.submission = index;
      result.bad.push_back(std::move(record));
    }
  }
  const auto* complete = answer->if_contains("complete");
  const bool partly = complete != nullptr && complete->is_bool() && !complete->get_bool();
  if (partly && result.bad.size() == result.bad_count) {
    return fail("too_many_reads",
                "the node did not check all of it for somebody without a token; give a token, or "
                "import the file in parts");
  }
  return result;
}

Expected<SubmitResult> SubmissionClient::submit(const ledger::Submission& submission) {
  const crypto::Bytes bytes = crypto::encode(submission);
  const auto answer = post_patiently("/v1/submissions?wait=final", crypto::as_text(bytes));
  if (!answer) {
    Failure failure = answer.error();
    failure.may_be_done |= failure.word == "timeout";
    if (failure.may_be_done)
      failure.detail += fmt::format("; what was sent may yet be recorded. {}", if_recorded_);
    return std::unexpected(std::move(failure));
  }
  SubmitResult result;
  const auto* repeat = answer->if_contains("repeat");
  result.repeat = repeat != nullptr && repeat->is_bool() && repeat->get_bool();
  result.height = number_at(*answer, "height");
  if (const auto* ids = answer->if_contains("ids"); ids != nullptr && ids->is_array()) {
    for (const auto& id : ids->get_array()) {
      if (id.is_string()) result.ids.emplace_back(id.get_string());
    }
  }
  if (result.ids.size() != submission.records.items.size()) {
    return fail("bad_answer", "the node did not confirm the records that were sent");
  }
  return result;
}

}  // namespace centime::program
