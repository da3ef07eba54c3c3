// Every endpoint of a real node, with any target, header and body: an answer of the documented
// kind, and after a refusal the same log as before.
//
// Input: the first line is "METHOD TARGET", the second a header "name: value" or empty, the rest
// the body. Requests carry a good token, so that what stands behind it is reached too.
#include <stdlib.h>

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>

#include "api/api.h"
#include "api/problem.h"
#include "api/problem_words.h"
#include "api/routing.h"
#include "api/tokens.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/ledger_samples.h"
#include "tests/support/ledger_world.h"

using namespace centime;

namespace {

// A node with a fund, a donation and what became of it, in a directory of its own.
class World {
 public:
  World() {
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
  ~World() {
    node_.reset();
    std::filesystem::remove_all(directory_);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const api::Router& router() const { return router_; }
  const std::string& bearer() const { return bearer_; }
  std::uint64_t log_size() const { return node_->published()->snapshot->head().size; }

 private:
  void state(const ledger::MemberId& author, ledger::RecordBody body) {
    auto submission =
        ledger::sign_submission(node_->network(), author, test::fixed_key(author.value),
                                {{{"fuzz-" + std::to_string(++references_)}, std::move(body)}});
    crypto::check(node_->submit_and_wait(std::move(submission)).has_value(), "a record");
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
  int references_ = 0;
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

api::Response answer(const api::Router& router, api::Request& request) {
  api::Router::Match match;
  if (auto refusal = api::route_request(router, request, match)) return std::move(*refusal);
  if (!match.route) return api::options_answer(match);
  std::promise<api::Response> promise;
  auto response = promise.get_future();
  match.route->handler(request, std::move(match.params),
                       [&promise](api::Response given) { promise.set_value(std::move(given)); });
  crypto::check(response.wait_for(std::chrono::seconds(30)) == std::future_status::ready,
                "every request is answered");
  return response.get();
}

void check_problem(const api::Problem& problem) {
  bool known = false;
  for (const auto& word : api::problem_words()) known = known || word.word == problem.code;
  crypto::check(known, "a refusal has a documented word");
  crypto::check(!problem.detail.empty(), "a refusal says what is wrong");
  boost::json::parse(api::problem_json(problem));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view line = take_line(text);
  const std::string_view field = take_line(text);
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;

  api::Request request;
  request.method = line.substr(0, blank);
  request.target = line.substr(blank + 1);
  auto target = api::parse_target(request.target);
  if (!target) return 0;
  request.path = std::move(target->path);
  request.segments = std::move(target->segments);
  request.query = std::move(target->query);
  request.headers.emplace_back("authorization", world.bearer());
  if (const std::size_t colon = field.find(": "); colon != std::string_view::npos)
    request.headers.emplace_back(field.substr(0, colon), field.substr(colon + 2));
  request.body = text;
  request.peer = "127.0.0.1";

  const std::uint64_t before = world.log_size();
  api::Response response = answer(world.router(), request);
  crypto::check(response.status >= 200 && response.status < 500, "no request breaks the node");
  if (response.status >= 400) {
    crypto::check(response.problem != nullptr, "a refusal has its word");
    check_problem(*response.problem);
    crypto::check(world.log_size() == before, "a refusal changes nothing");
  }
  for (bool more = response.finite; more;) {
    std::promise<bool> told;
    response.live([&](std::optional<std::string> chunk) { told.set_value(chunk.has_value()); });
    more = told.get_future().get();
  }
  for (int chunk = 0; response.stream && chunk < 1000; ++chunk) {
    if (!response.stream()) break;
  }
  if (response.content_type == "application/json" && !response.stream)
    boost::json::parse(response.body);
  return 0;
}
