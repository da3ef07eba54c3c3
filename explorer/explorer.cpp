#include "explorer/explorer.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "api/client_limits.h"
#include "api/openapi.h"
#include "api/problem_words.h"
#include "api/worker.h"
#include "explorer/origin.h"
#include "explorer/page.h"
#include "explorer/pages.h"
#include "explorer/policy_print.h"
#include "node/runtime/epochs.h"

namespace centime::explorer {
namespace {

using LedgerPage =
    std::function<api::Response(const api::Request&, const LedgerNow&, const api::PathParams&)>;
// Nothing when a little is not enough.
using LongPage = std::function<std::optional<api::Response>(const api::Request&, const LedgerNow&,
                                                            const api::PathParams&, Effort)>;

NodeStanding standing_now(const runtime::Node& node, const storage::Snapshot& snapshot) {
  return api::standing_of(*node.agreement(), snapshot.head().height.value);
}

std::optional<std::map<ledger::MemberId, std::chrono::milliseconds>> heard_by(
    const runtime::Node& node) {
  const auto links = node.links();
  if (!links) return std::nullopt;
  std::map<ledger::MemberId, std::chrono::milliseconds> heard;
  for (const auto& peer : links->peers)
    if (peer.heard_ago) heard[{peer.name}] = *peer.heard_ago;
  return heard;
}

const api::RouteOptions html{.default_format = api::Format::html, .cross_origin = false};
// Of pages of a gift or a record: links to them are shared, and get parameters on the way.
const api::RouteOptions shared_html{.default_format = api::Format::html,
                                    .cross_origin = false,
                                    .parameters = {{"lang", "group", "sources"}}};

// Pages that show nothing but the snapshot, in the words that the request asks for: the server may
// give them again until the next block. Not those that tell what this node alone knows.
constexpr auto repeatable =
    std::to_array<std::string_view>({"/", "/funds", "/proposals", "/rule", "/api", "/api/schemas",
                                     "/docs/errors", "/d/{id}", "/r/{record}", "/f/{fund}"});

// Who asks a page for JSON is sent to the API, which tells the same.
api::Response redirect_to(std::string location) {
  api::Response response;
  response.status = 307;
  return std::move(response).add("Location", std::move(location)).add("Vary", "Accept");
}

// Where the API tells the same as a page.
struct ApiTwin {
  std::string_view path;  // With the pattern's parameter at its "*"; empty if it has nothing.
  bool csv = false;       // It answers as CSV too.
};

// For who wants no page: the API's answer in the format that was asked for. A format that stands in
// the path has to be one that the API has; what only stands in Accept is a wish.
api::Response elsewhere(const api::Request& request, const ApiTwin& twin,
                        std::string_view parameter) {
  const bool csv = request.format == api::Format::csv;
  if (request.format_in_path && csv && !twin.csv)
    return api::read_problem("not_acceptable", "The API has this address in JSON only.");
  const auto star = std::min(twin.path.find('*'), twin.path.size());
  std::string location(twin.path.substr(0, star));
  if (star < twin.path.size()) {
    location += url_encode(parameter);
    location += twin.path.substr(star + 1);
  }
  if (csv && twin.csv)
    location += ".csv";
  else if (request.format_in_path && !location.ends_with(".json"))
    location += ".json";
  return redirect_to(std::move(location));
}

// The thread that makes pages which look through much, one at a time: no thread of the server is
// kept by them. Search, which is quick, does not wait for those that are not.
constexpr std::size_t pages_waiting_max = 32;
constexpr std::size_t pages_of_one_max = 8;
using SharedWorker = std::shared_ptr<api::Worker>;
SharedWorker page_worker() {
  return std::make_shared<api::Worker>(pages_waiting_max, pages_of_one_max);
}

// Makes a page there.
template <class MakePage>
void make_later(api::Worker& worker, const api::Request& request, api::Reply reply, MakePage make) {
  const auto shared_reply = std::make_shared<api::Reply>(std::move(reply));
  api::Worker::Job job = [make = std::move(make), shared_reply] {
    (*shared_reply)(api::made_or_internal_error(make));
  };
  if (!worker.take(std::move(job), api::sharer_of(request.peer)))
    (*shared_reply)(api::problem_of("busy", "Too many wait.").add("Retry-After", "1"));
}

// Where pages have their state from.
struct PageSource {
  const runtime::Node& node;
  std::string public_url;

  // `published` has to outlive what is given.
  LedgerNow now(const api::Request& request, const runtime::Published& published) const {
    const auto& snapshot = *published.snapshot;
    return {snapshot, standing_now(node, snapshot), origin_of(request, public_url)};
  }
};

// Made at once where a little is enough, and else on the worker: a page of a small gift, which is
// most of them, waits for nobody.
void add_long_page(api::Router& router, const PageSource& source, std::string_view pattern,
                   std::string_view parameter, ApiTwin twin, LongPage page, SharedWorker worker,
                   const api::RouteOptions& options = shared_html) {
  const bool again = std::ranges::find(repeatable, pattern) != repeatable.end();
  const auto make = std::make_shared<const LongPage>(std::move(page));
  const auto show = [source, again, make](const api::Request& request,
                                          const api::PathParams& params, Effort effort) {
    const auto published = source.node.published();
    const LedgerNow now = source.now(request, *published);
    auto response = (*make)(request, now, params, effort);
    if (response && again && now.standing.word == Standing::current)
      response->made_at = now.snapshot.head().height.value;
    return response;
  };
  router.get(
      pattern,
      [show, worker = std::move(worker), parameter = std::string(parameter), twin](
          const api::Request& request, api::PathParams params, api::Reply reply) {
        const bool html_wanted = request.format == api::Format::html;
        if (!html_wanted && !twin.path.empty())
          return reply(elsewhere(request, twin, parameter.empty() ? "" : params[parameter]));
        if (!html_wanted && request.format_in_path)
          return reply(api::read_problem("not_acceptable", "This address is a page only."));
        if (auto response = show(request, params, Effort::little))
          return reply(std::move(*response));
        make_later(*worker, request, std::move(reply), [show, request, params = std::move(params)] {
          return show(request, params, Effort::all).value();
        });
      },
      options);
}

// Made on the worker, if one is given.
void add_page(api::Router& router, const PageSource& source, std::string_view pattern,
              std::string_view parameter, ApiTwin twin, LedgerPage page,
              SharedWorker worker = nullptr) {
  const bool later = worker != nullptr;
  add_long_page(
      router, source, pattern, parameter, twin,
      [page = std::move(page), later](const api::Request& request, const LedgerNow& now,
                                      const api::PathParams& params, Effort effort) {
        return later && effort == Effort::little ? std::nullopt
                                                 : std::optional(page(request, now, params));
      },
      std::move(worker), html);
}

// The query as it was sent, but for the language, which a program needs not: "?kind=donation".
std::string query_of(const api::Request& request) {
  std::string query;
  for (const auto& [name, value] : request.query) {
    if (name == "lang") continue;
    query += query.empty() ? "?" : "&";
    query += url_encode(name) + "=" + url_encode(value);
  }
  return query;
}

// A page of what a query finds. The API has the same, as JSON and as CSV, of the same query.
void add_query_page(api::Router& router, std::string_view pattern, std::string api_path,
                    api::Handler page) {
  router.get(
      pattern,
      [api_path = std::move(api_path), page = std::move(page)](
          const api::Request& request, api::PathParams params, api::Reply reply) {
        if (request.format == api::Format::html)
          return page(request, std::move(params), std::move(reply));
        // Without an ending, JSON comes in pages.
        const auto* suffix = request.format == api::Format::csv ? ".csv"
                             : request.format_in_path           ? ".json"
                                                                : "";
        reply(redirect_to(api_path + suffix + query_of(request)));
      },
      html);
}

api::Response found_page(const api::Request& request, const LedgerNow& now) {
  return search_page(request, now);
}

api::Handler later(const PageSource& source, SharedWorker worker,
                   api::Response (*page)(const api::Request&, const LedgerNow&)) {
  return [source, worker = std::move(worker), page](const api::Request& request,
                                                    const api::PathParams&, api::Reply reply) {
    make_later(*worker, request, std::move(reply), [source, request, page] {
      const auto published = source.node.published();
      return page(request, source.now(request, *published));
    });
  };
}

}  // namespace

void add_pages(api::Router& router, const runtime::Node& node, PagesOptions options) {
  const PageSource source{node, options.public_url};
  using api::PathParams;
  using api::Request;
  add_page(router, source, "/", "", {"/v1/status"},
           [](const Request& request, const LedgerNow& now, const PathParams&) {
             return home_page(request, now);
           });
  add_page(router, source, "/funds", "", {"/v1/funds", true},
           [](const Request& request, const LedgerNow& now, const PathParams&) {
             return funds_page(request, now);
           });
  const auto quick = page_worker();  // Some milliseconds each: a search reads 512 tiles at most.
  add_query_page(router, "/search", "/v1/search", later(source, quick, found_page));
  add_query_page(router, "/explore", "/v1/records", later(source, page_worker(), explore_page));
  add_page(router, source, "/b/{height}", "height", {"/v1/blocks/*"},
           [](const Request& request, const LedgerNow& now, const PathParams& params) {
             return block_page(request, now, params["height"]);
           });
  add_page(router, source, "/status", "", {"/v1/consensus", true},
           [&node](const Request& request, const LedgerNow& now, const PathParams&) {
             const auto certified = node.certified_or_newest();
             return status_page(
                 request, now,
                 {node.genesis().origin, node.self(), node.agreement(), certified->checkpoint(),
                  runtime::sealing_epoch(*certified->snapshot), heard_by(node)});
           });
  add_page(router, source, "/proposals", "", {"/v1/proposals", true},
           [](const Request& request, const LedgerNow& now, const PathParams&) {
             return proposals_page(request, now);
           });
  add_page(router, source, "/verify", "", {},
           [&node](const Request& request, const LedgerNow& now, const PathParams&) {
             return verify_page(request, now, node.genesis());
           });
  // Written once: it has hundreds of schemas.
  const auto document =
      std::make_shared<const boost::json::object>(api::openapi_document(options.version));
  add_page(router, source, "/api", "", {"/v1/openapi.json"},
           [document](const Request& request, const LedgerNow&, const PathParams&) {
             return api_page(request, *document);
           });
  add_page(router, source, "/api/schemas", "", {"/v1/openapi.json"},
           [document](const Request& request, const LedgerNow&, const PathParams&) {
             return api_schemas_page(request, *document);
           });
  add_page(router, source, "/rule", "", {},
           [](const Request& request, const LedgerNow&, const PathParams&) {
             return rule_page(request);
           });
  add_page(router, source, "/docs/errors", "", {},
           [](const Request& request, const LedgerNow&, const PathParams&) {
             return errors_page(request);
           });
  const auto traces = page_worker();  // Up to some tenths of a second each.
  add_long_page(
      router, source, "/d/{id}", "id", {"/v1/donations/*/trace", true},
      [print = std::make_shared<PolicyPrint>(node.genesis().origin)](
          const Request& request, const LedgerNow& now, const PathParams& params, Effort effort) {
        return donation_page(request, now, params["id"], print->of(now.snapshot), effort);
      },
      traces);
  add_long_page(
      router, source, "/r/{record}", "record", {"/v1/records/*"},
      [](const Request& request, const LedgerNow& now, const PathParams& params, Effort effort) {
        return record_page(request, now, params["record"], effort);
      },
      traces);
  add_page(router, source, "/f/{fund}", "fund", {"/v1/funds/*"},
           [](const Request& request, const LedgerNow& now, const PathParams& params) {
             return fund_page(request, now, params["fund"]);
           });
  add_page(
      router, source, "/m/{member}", "member", {"/v1/members/*"},
      [&node](const Request& request, const LedgerNow& now, const PathParams& params) {
        return member_page(request, now, params["member"], node.agreement()->evidence);
      },
      quick);
  router.get(
      "/verify.html",
      [](const api::Request&, api::PathParams, api::Reply reply) {
        reply(site().static_files().standalone("verify.html"));
      },
      html);
  router.get(
      "/assets/{file}",
      [](const api::Request&, api::PathParams params, api::Reply reply) {
        auto answer = site().static_files().answer(params["file"]);
        reply(answer ? std::move(*answer) : missing("not_found"));
      },
      html);
}

std::function<std::optional<std::uint64_t>()> page_state(const runtime::Node& node) {
  return [&node]() -> std::optional<std::uint64_t> {
    const auto published = node.published();
    const storage::Snapshot& snapshot = *published->snapshot;
    // Alone, a node always shows the newest.
    if (!node.alone() && standing_now(node, snapshot).word != Standing::current)
      return std::nullopt;
    return snapshot.head().height.value;
  };
}

std::optional<api::Response> problem_page(const api::Request& request,
                                          const api::Problem& problem) {
  Page page(request, "problem.html");
  const auto& words = page.words();
  const auto known = [&](const std::string& name) { return words.has("problem_" + name); };
  std::string name = problem.code;
  if (!known(name)) name = std::to_string(problem.status);
  if (!known(name)) name = problem.status < 500 ? "4xx" : "5xx";
  const auto heading = words.text("problem_" + name + "_title");
  page.set_title(heading);
  page.body().set("STATUS", std::to_string(problem.status)).set("HEADING", heading);
  page.body().set("TEXT", words.text("problem_" + name));
  page.body().set("HOME_URL", page.link("/")).set("TRACE_ID", problem.trace_id);
  // The reason in the API's words, which are English, unless the page says the same by itself.
  const auto& english = site().catalogues().front();
  const bool is_said = problem.detail == english.text("problem_" + name) ||
                       problem.detail == english.text("problem_" + name + "_title") + ".";
  if (!problem.detail.empty() && !is_said) page.body().add("REASON").set("DETAIL", problem.detail);
  const auto known_words = api::problem_words();
  if (std::ranges::find(known_words, std::string_view(problem.code), &api::ProblemWord::word) !=
      known_words.end())
    page.body()
        .add("WORD")
        .set("CODE", problem.code)
        .set("URL", page.link("/docs/errors#" + problem.code));
  if (problem.status >= 500) page.body().add("OURS").set("URL", page.link("/status"));
  return page.response(problem.status);
}

}  // namespace centime::explorer
