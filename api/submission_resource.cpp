// POST /v1/submissions (signed elsewhere) and POST /v1/records (signed by this node's member).
#include <fmt/format.h>

#include "api/bearer.h"
#include "api/client_limits.h"
#include "api/first_answer.h"
#include "api/receipt_json.h"
#include "api/record_scopes.h"
#include "api/resource.h"
#include "crypto/canonical.h"
#include "crypto/json_archive.h"

namespace centime::api {
namespace {

// Of JSON; the canonical bytes have the ledger's own limit, which the node keeps.
constexpr std::size_t body_bytes_max = 8 * 1024 * 1024;
// JSON up to this is read at once; more takes many milliseconds, and a thread of its own.
constexpr std::size_t quick_json_bytes = 64 * 1024;

enum class Media { json, canonical };

std::expected<Media, Response> media_of(const Request& request) {
  if (request.has_media_type("application/json")) return Media::json;
  if (request.has_media_type("application/octet-stream")) return Media::canonical;
  return std::unexpected(problem_of("unsupported_media_type",
                                    "Content-Type is application/json, or for canonical bytes "
                                    "application/octet-stream."));
}

Response json_problem(const crypto::JsonError& error, boost::json::object more = {}) {
  more["fault"] = crypto::word_of(error.fault);
  if (!error.path.empty()) more["path"] = error.path;
  return problem_of("bad_encoding",
                    error.path.empty() ? error.detail : error.path + ": " + error.detail,
                    std::move(more));
}

std::expected<ledger::Submission, Response> read_submission(const Request& request) {
  const auto media = media_of(request);
  if (!media) return std::unexpected(media.error());
  if (*media == Media::canonical) {
    auto submission = crypto::decode<ledger::Submission>(crypto::as_bytes(request.body));
    if (!submission) {
      return std::unexpected(
          problem_of("bad_encoding", "not the canonical bytes of a submission: " +
                                         std::string(crypto::describe(submission.error()))));
    }
    return std::move(*submission);
  }
  const auto json = crypto::parse_json(request.body);
  if (!json) return std::unexpected(json_problem(json.error()));
  auto submission = crypto::from_json<ledger::Submission>(*json);
  if (!submission) return std::unexpected(json_problem(submission.error()));
  return std::move(*submission);
}

void take_submission(ApiContext& context, const Request& request, Reply reply) {
  const auto wait = parse_wait(request);
  if (!wait) return reply(wait.error());
  auto submission = read_submission(request);
  if (!submission) return reply(std::move(submission.error()));
  const ledger::MemberId author = submission->head.author;
  const std::vector<ledger::Record> records =
      *wait == Wait::none ? submission->records.items : std::vector<ledger::Record>{};
  answer_submission(*wait, author, records, std::move(reply), [&](runtime::SubmitCallback done) {
    context.node.submit(std::move(*submission), std::move(done), sharer_of(request.peer));
  });
}

// {"records": […]} or one record by itself.
std::expected<std::vector<boost::json::value>, Response> record_values(const Request& request) {
  const auto media = media_of(request);
  if (!media) return std::unexpected(media.error());
  if (*media != Media::json) {
    return std::unexpected(
        problem_of("unsupported_media_type", "Records to be signed here are sent as JSON."));
  }
  auto json = crypto::parse_json(request.body);
  if (!json) return std::unexpected(json_problem(json.error()));
  if (!json->is_object())
    return std::unexpected(problem_of("bad_encoding",
                                      "The body is one record, or a list of them "
                                      "under \"records\"."));
  const boost::json::value* list = json->get_object().if_contains("records");
  if (list == nullptr) return std::vector{std::move(*json)};
  if (!list->is_array() || json->get_object().size() != 1 || list->get_array().empty()) {
    return std::unexpected(problem_of(
        "bad_encoding", "\"records\" is a list of one record or more, and stands alone."));
  }
  if (list->get_array().size() > ledger::submission_records_max) {
    return std::unexpected(problem_of(
        "too_large", fmt::format("At most {} records are signed at once; this is {}.",
                                 ledger::submission_records_max, list->get_array().size())));
  }
  return std::vector<boost::json::value>(list->get_array().begin(), list->get_array().end());
}

std::expected<std::vector<ledger::Record>, Response> read_records(const Request& request) {
  const auto values = record_values(request);
  if (!values) return std::unexpected(values.error());
  std::vector<ledger::Record> records;
  boost::json::array bad;
  std::optional<crypto::JsonError> first;
  for (std::size_t i = 0; i < values->size(); ++i) {
    auto record =
        crypto::from_json<ledger::Record>((*values)[i], "records[" + std::to_string(i) + "]");
    if (record) {
      records.push_back(std::move(*record));
      continue;
    }
    bad.push_back(
        boost::json::object{{"index", i},
                            {"code", "bad_encoding"},
                            {"detail", record.error().path + ": " + record.error().detail}});
    if (!first) first = std::move(record.error());
  }
  if (first) return std::unexpected(json_problem(*first, {{"records", std::move(bad)}}));
  return records;
}

// The token of a request, if the node signs anything for it.
std::expected<Token, Response> signing_token(const Request& request, TokenFile& tokens) {
  auto token = find_token(request, tokens);
  if (!token || may_sign(*token)) return token;
  return std::unexpected(scope_missing(
      Scope::record, "This needs a token with the scope `record`, or for some records `attest`."));
}

void take_records(ApiContext& context, const Request& request, Reply reply) {
  const auto token = signing_token(request, context.tokens);
  if (!token) return reply(token.error());
  const auto wait = parse_wait(request);
  if (!wait) return reply(wait.error());
  auto records = read_records(request);
  if (!records) return reply(records.error());
  if (auto refused = refuse_unsigned(*records, *token)) return reply(std::move(*refused));
  answer_submission(*wait, context.node.self(), *records, std::move(reply),
                    [&](runtime::SubmitCallback done) {
                      context.node.record(std::move(*records), std::move(done));
                    });
}

using Take = void(ApiContext&, const Request&, Reply);

void take_in_turn(Take* take, ApiContext& context, Worker& worker, const Request& request,
                  Reply reply) {
  if (request.body.size() <= quick_json_bytes || !request.has_media_type("application/json"))
    return take(context, request, std::move(reply));
  const auto answer = std::make_shared<FirstAnswer>(std::move(reply));
  Worker::Job job = [take, &context, request, answer] {
    try {
      take(context, request, [answer](Response response) { answer->give(std::move(response)); });
    } catch (const std::exception& error) {
      answer->give(internal_error(error.what()));
    }
  };
  if (!worker.take(std::move(job), sharer_of(request.peer)))
    answer->give(busy_problem("Too many large submissions are being read."));
}

// Nobody sends a large body for nothing.
std::expected<std::size_t, Response> records_limit(const Request& request, TokenFile& tokens) {
  auto token = signing_token(request, tokens);
  if (!token) return std::unexpected(std::move(token.error()));
  return body_bytes_max;
}

}  // namespace

void add_submission_routes(Router& router, const SharedContext& context) {
  router.post("/v1/submissions",
              [context](const Request& request, const PathParams&, Reply reply) {
                take_in_turn(take_submission, *context, context->submissions, request,
                             std::move(reply));
              },
              {.body_limit = [](const Request&) { return body_bytes_max; }});
  router.post(
      "/v1/records",
      [context](const Request& request, const PathParams&, Reply reply) {
        // Before it takes a place among the large ones.
        if (auto token = signing_token(request, context->tokens); !token)
          return reply(std::move(token.error()));
        take_in_turn(take_records, *context, context->records, request, std::move(reply));
      },
      {.body_limit = [context](const Request& r) { return records_limit(r, context->tokens); }});
}

}  // namespace centime::api
