#include "explorer/explorer.h"

#include <algorithm>
#include <array>

#include "explorer/origin.h"
#include "explorer/page.h"
#include "explorer/pages.h"

namespace centime::explorer {
namespace {

using SnapshotPage = std::function<api::Response(const api::Request&, const storage::Snapshot&,
                                                 const api::PathParams&)>;

const api::RouteOptions html{.default_format = api::Format::html, .cross_origin = false};

// Pages that show nothing but the snapshot, in the words that the request asks for: the server may
// give them again until the next block. Not those that tell what this node alone knows.
constexpr std::array<std::string_view, 8> repeatable{
    "/", "/funds", "/search", "/rule", "/docs/errors", "/d/{id}", "/r/{record}", "/f/{fund}"};

// Who asks a page for JSON is sent to the API, which tells the same.
api::Response redirect_to(std::string location) {
  api::Response response;
  response.status = 307;
  return std::move(response).add("Location", std::move(location)).add("Vary", "Accept");
}

// `json` is the API's path, with the pattern's parameter at its "*".
void add_page(api::Router& router, const runtime::Node& node, std::string_view pattern,
              std::string_view parameter, std::string_view json, SnapshotPage page) {
  router.get(
      pattern,
      [&node, again = std::ranges::find(repeatable, pattern) != repeatable.end(),
       parameter = std::string(parameter), json = std::string(json), page = std::move(page)](
          const api::Request& request, api::PathParams params, api::Reply reply) {
        if (request.format != api::Format::html && !json.empty()) {
          const auto star = json.find('*');
          if (star == std::string::npos) return reply(redirect_to(json));
          return reply(redirect_to(json.substr(0, star) + url_encode(params[parameter]) +
                                   json.substr(star + 1)));
        }
        const auto published = node.published();
        auto response = page(request, *published->snapshot, params);
        if (again) response.made_at = published->snapshot->head().height.value;
        reply(std::move(response));
      },
      html);
}

}  // namespace

void add_pages(api::Router& router, const runtime::Node& node, PagesOptions options) {
  using api::PathParams;
  using api::Request;
  using storage::Snapshot;
  add_page(router, node, "/", "", "/v1/status",
           [](const Request& request, const Snapshot& snapshot, const PathParams&) {
             return home_page(request, snapshot);
           });
  add_page(router, node, "/funds", "", "/v1/funds",
           [](const Request& request, const Snapshot& snapshot, const PathParams&) {
             return funds_page(request, snapshot);
           });
  add_page(router, node, "/search", "", "",
           [](const Request& request, const Snapshot& snapshot, const PathParams&) {
             return search_page(request, snapshot);
           });
  add_page(router, node, "/rule", "", "",
           [](const Request& request, const Snapshot&, const PathParams&) {
             return rule_page(request);
           });
  add_page(router, node, "/docs/errors", "", "",
           [](const Request& request, const Snapshot&, const PathParams&) {
             return errors_page(request);
           });
  add_page(router, node, "/d/{id}", "id", "/v1/donations/*/trace",
           [options](const Request& request, const Snapshot& snapshot, const PathParams& params) {
             return donation_page(request, snapshot, params["id"],
                                  origin_of(request, options.public_url));
           });
  add_page(router, node, "/r/{record}", "record", "/v1/records/*",
           [](const Request& request, const Snapshot& snapshot, const PathParams& params) {
             return record_page(request, snapshot, params["record"]);
           });
  add_page(router, node, "/f/{fund}", "fund", "/v1/funds/*",
           [options](const Request& request, const Snapshot& snapshot, const PathParams& params) {
             return fund_page(request, snapshot, params["fund"],
                              origin_of(request, options.public_url));
           });
  add_page(router, node, "/m/{member}", "member", "/v1/members/*",
           [&node](const Request& request, const Snapshot& snapshot, const PathParams& params) {
             return member_page(request, snapshot, params["member"], node.agreement()->evidence);
           });
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
  return page.response(problem.status);
}

}  // namespace centime::explorer
