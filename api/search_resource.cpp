// GET /v1/search?q=: whatever a person may type.
#include "api/fund_json.h"
#include "api/record_json.h"
#include "api/resource.h"
#include "api/search.h"

namespace centime::api {
namespace {

Response show_results(const Request& request, const PathParams&, const View& view, ApiContext&) {
  const auto text = request.parameter("q");
  if (!text || text->empty() || text->size() > search_text_max) {
    return read_problem("bad_parameter", "q is 1 to " + std::to_string(search_text_max) +
                                             " bytes of what is looked for.");
  }
  const SearchResults results = search(view.snapshot(), *text);
  boost::json::array funds, members, channels;
  for (const auto& fund : results.funds) funds.push_back(fund_json(*fund));
  for (const auto& member : results.members)
    members.push_back(member_json(*member, *view.snapshot().governance()));
  for (const auto& channel : results.channels) channels.push_back(channel_json(*channel));
  return growing_json(view, boost::json::object{{"q", *text},
                                                {"records", records_json(results.records)},
                                                {"funds", std::move(funds)},
                                                {"members", std::move(members)},
                                                {"channels", std::move(channels)},
                                                {"complete", results.complete}});
}

}  // namespace

void add_search_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/search", show_results);
}

}  // namespace centime::api
