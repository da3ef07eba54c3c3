// Whose money went where, added up: of one fund or of one member, as JSON or as CSV.
#pragma once

#include <string>
#include <vector>

#include "api/resource.h"

namespace centime::api {

// Whose flows they are: {"fund", "water"}. A member's are of many funds, so each names its own.
struct FlowOwner {
  std::string kind;  // "fund" or "member".
  std::string name;
};

// Requires flows in the order of FlowKey.
Response flow_list_response(const Request& request, const View& view, const FlowOwner& owner,
                            std::vector<storage::Flow> flows);

}  // namespace centime::api
