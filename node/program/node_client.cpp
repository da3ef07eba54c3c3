#include "node/program/node_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "crypto/json_archive.h"
#include "crypto/tiles.h"

namespace centime::program {
namespace {

constexpr int asked_max = 20;  // A second or more lies between.

// What is wrong with the address that was given: what is asked for has a path behind it.
std::string why_bad_url(const std::string& url, std::string_view why) {
  if (!url.contains("://")) {
    return fmt::format("'{0}' is not a URL: write http:// before it, or https://", url);
  }
  const auto parsed = api::parse_http_url(url);
  return fmt::format("{}: {}", url, parsed ? why : std::string_view(parsed.error().detail));
}

std::unexpected<Failure> problem_failure(const api::ClientResponse& response,
                                         const std::string& url) {
  Failure failure{"bad_answer",
                  fmt::format("{} answered with status {} and no reason", url, response.status)};
  // Of a proxy that lost the node, or of a node that waited in vain for others.
  failure.may_be_done = response.status == 502 || response.status == 504;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(response.body, error);
  if (error || !parsed.is_object()) return std::unexpected(failure);
  failure.more = parsed.as_object();
  if (const auto* code = failure.more.if_contains("code"); code != nullptr && code->is_string()) {
    failure.word = code->as_string();
  }
  if (const auto* text = failure.more.if_contains("detail"); text != nullptr && text->is_string()) {
    failure.detail = text->as_string();
  }
  return std::unexpected(failure);
}

void wait_as_told(const api::ClientResponse& response) {
  int seconds = 1;
  const auto after = response.header("retry-after").value_or("1");
  std::from_chars(after.data(), after.data() + after.size(), seconds);
  std::this_thread::sleep_for(std::chrono::seconds(std::clamp(seconds, 1, 5)));
}

Expected<boost::json::object> object_of(const Expected<std::string>& body, const std::string& url) {
  if (!body) return std::unexpected(body.error());
  boost::system::error_code error;
  auto parsed = boost::json::parse(*body, error);
  if (error || !parsed.is_object()) {
    return fail("bad_answer",
                fmt::format("{} did not answer with JSON: is it a Centime node?", url));
  }
  return std::move(parsed.as_object());
}

}  // namespace

NodeClient::NodeClient(std::string url, api::ClientOptions options)
    : url_(std::move(url)), client_(options) {
  while (url_.ends_with('/')) url_.pop_back();
}

Expected<std::string> NodeClient::answer(
    std::expected<api::ClientResponse, api::ClientError> response) {
  if (!response) {
    const bool wrong_call = response.error().code == api::ClientErrorCode::bad_url;
    const std::string& why = response.error().detail;
    Failure failure{std::string(to_word(response.error().code)),
                    wrong_call ? why_bad_url(url_, why) : why,
                    wrong_call ? exit_called_wrongly : exit_failed};
    failure.may_be_done = response.error().sent;
    return std::unexpected(std::move(failure));
  }
  if (response->status < 200 || response->status > 299) return problem_failure(*response, url_);
  return std::move(response->body);
}

// A node that has enough to do says so and when to come back; whoever reads a whole log meets that.
std::expected<api::ClientResponse, api::ClientError> NodeClient::ask(std::string_view path,
                                                                     const api::Fields& headers) {
  for (int asked = 1;; ++asked) {
    auto response = client_.get(url_ + std::string(path), headers);
    const bool later = response && (response->status == 429 || response->status == 503);
    if (!later || asked == asked_max) return response;
    wait_as_told(*response);
  }
}

Expected<std::string> NodeClient::get(std::string_view path) { return answer(ask(path, {})); }

Expected<boost::json::object> NodeClient::get_json(std::string_view path) {
  return object_of(answer(ask(path, {{"Accept", "application/json"}})), url_);
}

Expected<boost::json::object> NodeClient::post(std::string_view path, std::string_view content_type,
                                               std::string_view body) {
  api::Fields headers{{"Accept", "application/json"}, {"Content-Type", std::string(content_type)}};
  if (!token_.empty()) headers.emplace_back("Authorization", "Bearer " + token_);
  for (int asked = 1;; ++asked) {
    auto response = client_.request("POST", url_ + std::string(path), headers, body);
    // Of too many requests none was looked at.
    const bool later = response && response->status == 429;
    if (!later || asked == asked_max) return object_of(answer(std::move(response)), url_);
    wait_as_told(*response);
  }
}

Expected<ledger::Genesis> NodeClient::genesis() {
  const auto bundle = get("/" + crypto::bundle_path({0, 1}));
  if (!bundle) return std::unexpected(bundle.error());
  const auto entries = crypto::decode_bundle(crypto::as_bytes(*bundle), 1);
  if (entries) {
    auto entry = crypto::decode<ledger::Entry>(entries->front());
    if (auto* genesis = entry ? std::get_if<ledger::Genesis>(&*entry) : nullptr;
        genesis != nullptr && !ledger::fault_of(*genesis)) {
      return std::move(*genesis);
    }
  }
  return fail("bad_genesis", fmt::format("the log at {} does not begin with a genesis", url_));
}

}  // namespace centime::program
