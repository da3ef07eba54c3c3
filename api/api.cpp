#include "api/api.h"

#include "api/resource.h"

namespace centime::api {

void add_api(Router& router, const ApiOptions& options) {
  const auto context = std::make_shared<ApiContext>(options);
  add_status_routes(router, context);
  add_consensus_routes(router, context);
  add_governance_routes(router, context);
  add_member_routes(router, context);
  add_fund_routes(router, context);
  add_account_routes(router, context);
  add_totals_routes(router, context);
  add_record_routes(router, context);
  add_records_routes(router, context);
  add_source_routes(router, context);
  add_donation_routes(router, context);
  add_proof_routes(router, context);
  add_block_routes(router, context);
  add_event_routes(router, context, options.events);
  add_search_routes(router, context);
  add_submission_routes(router, context);
  add_check_routes(router, context);
  add_tile_routes(router, context);
  add_document_routes(router, context);
}

std::function<std::uint64_t()> ledger_state(const runtime::Node& node) {
  return [&node] { return node.published()->snapshot->head().height.value; };
}

std::function<void(const Request&, Response&)> height_decorator(runtime::Node& node) {
  return [&node](const Request&, Response& response) {
    if (find_field(response.headers, "Centime-Height")) return;
    const auto published = node.published();
    response.add("Centime-Height", std::to_string(published->snapshot->head().height.value));
  };
}

}  // namespace centime::api
