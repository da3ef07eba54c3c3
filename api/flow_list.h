// Whose money went where, added up: of one fund or of one member, as JSON or as CSV.
#pragma once

#include <string>
#include <vector>

#include "api/resource.h"

namespace centime::api {

// Requires the member's flows, in the order of FlowKey. They are of many funds, so each names its
// own.
Response member_flows_response(const Request& request, const ReadView& view, ApiContext& context,
                               const std::string& member, std::vector<storage::Flow> flows);

// Reads only the page, or the piece of the file, that is sent: a fund may have tens of thousands.
Response fund_flows_response(const Request& request, const ReadView& view, ApiContext& context,
                             const ledger::FundId& fund);

}  // namespace centime::api
