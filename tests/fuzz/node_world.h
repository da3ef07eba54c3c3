// A real node with a fund, a donation and what became of it, its API, and how a request reaches it.
#pragma once

#include <stdlib.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "api/problem.h"
#include "api/problem_words.h"
#include "api/routing.h"
#include "api/tokens.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/ledger_samples.h"
#include "tests/support/ledger_world.h"

namespace centime::fuzz {

// In a directory of its own.
class NodeWorld {
 public:
  NodeWorld() {
    std::string name = (std::filesystem::temp_directory_path() / "centime-fuzz-XXXXXX").string();
    crypto::check(::mkdtemp(name.data()) != nullptr, "a temporary directory");
    directory_ = name;
    ledger::Genesis genesis = test::world_genesis();
    genesis.validators.items = {test::open_giving};
    crypto::check(runtime::create_node(directory_, genesis).has_value(), "a node");
    auto opened = runtime::Node::open({.directory = directory_, .self = test::open_giving},
                                      test::fixed_key(test::open_giving.value));
    crypto::check(opened.has_value(), "the node opens");
    node_ = std::move(*opened);
    const auto tokens = directory_ / "tokens";
    const auto token = api::create_token(tokens, {"fuzz", {api::Scope::record}, {}});
    crypto::check(token.has_value(), "a token");
    bearer_ = "Bearer " + token->secret;
    api::add_api(router_, {*node_, tokens});
    tell_story();
  }
  ~NodeWorld() {
    node_.reset();
    std::filesystem::remove_all(directory_);
  }
  NodeWorld(const NodeWorld&) = delete;
  NodeWorld& operator=(const NodeWorld&) = delete;

  api::Router& router() { return router_; }
  const runtime::Node& node() const { return *node_; }
  // Of each kind one, in the order of the story.
  const std::vector<std::string>& ids() const { return ids_; }
  const std::string& bearer() const { return bearer_; }
  std::uint64_t log_size() const { return node_->published()->snapshot->head().size; }

 private:
  void state(const ledger::MemberId& author, ledger::RecordBody body) {
    auto submission =
        ledger::sign_submission(node_->network(), author, test::fixed_key(author.value),
                                {{{"fuzz-" + std::to_string(++references_)}, std::move(body)}});
    const auto done = node_->submit_and_wait(std::move(submission));
    crypto::check(done.has_value(), "a record");
    ids_.push_back(done->ids.front().hex());
  }

  void tell_story() {
    state(test::open_giving, test::channel_of(test::web));
    state(test::red_aid, test::proposal_of(test::relief));
    state(test::tender, test::approval_of(test::relief));
    state(test::open_giving, test::donation_of(5000));
    state(test::open_giving, test::disbursement_of(test::red_aid, 4000));
    state(test::red_aid, test::expenditure_of(3000));
  }

  std::filesystem::path directory_;
  std::unique_ptr<runtime::Node> node_;
  api::Router router_;
  std::string bearer_;
  std::vector<std::string> ids_;
  int references_ = 0;
};

// Takes the text up to the next line break, and the break.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// A GET request of this target; nothing if no server would let it through.
inline std::optional<api::Request> request_of(std::string_view target) {
  auto parsed = api::parse_target(target);
  if (!parsed) return std::nullopt;
  api::Request request;
  request.method = "GET";
  request.target = target;
  request.path = std::move(parsed->path);
  request.segments = std::move(parsed->segments);
  request.query = std::move(parsed->query);
  request.peer = "127.0.0.1";
  return request;
}

// What a callback is told. A fault if it is told nothing within 30 s, or dropped: then the promise,
// which the callback alone holds, is broken.
template <class T>
T told(std::future<T> future, std::string_view what) {
  crypto::check(future.wait_for(std::chrono::seconds(30)) == std::future_status::ready, what);
  try {
    return future.get();
  } catch (const std::future_error&) {
    crypto::check(false, what);
    throw;
  }
}

inline api::Response answer(const api::Router& router, api::Request& request) {
  api::Router::Match match;
  if (auto refusal = api::route_request(router, request, match)) return std::move(*refusal);
  if (!match.route) return api::options_answer(match);
  auto promise = std::make_shared<std::promise<api::Response>>();
  auto response = promise->get_future();
  match.route->handler(request, std::move(match.params),
                       [promise = std::move(promise)](api::Response given) {
                         promise->set_value(std::move(given));
                       });
  return told(std::move(response), "every request is answered");
}

inline void check_problem(const api::Problem& problem) {
  bool known = false;
  for (const auto& word : api::problem_words()) known = known || word.word == problem.code;
  crypto::check(known, "a refusal has a documented word");
  crypto::check(!problem.detail.empty(), "a refusal says what is wrong");
  boost::json::parse(api::problem_json(problem));
}

// Reads a body that comes in pieces to its end.
inline void read_body(api::Response& response) {
  for (bool more = response.finite; more;) {
    auto promise = std::make_shared<std::promise<std::optional<std::string>>>();
    auto future = promise->get_future();
    response.live([promise = std::move(promise)](std::optional<std::string> chunk) {
      promise->set_value(std::move(chunk));
    });
    const auto chunk = told(std::move(future), "a body goes on or ends");
    more = chunk.has_value();
    if (more) response.body += *chunk;
  }
  for (int chunk = 0; response.stream && chunk < 1000; ++chunk) {
    if (!response.stream()) break;
  }
}

}  // namespace centime::fuzz
