// The records of a fund or a member: a page of them as JSON, or the whole list as CSV.
#pragma once

#include "api/queries.h"
#include "api/resource.h"

namespace centime::api {

Response record_list_response(const Request& request, const View& view, ApiContext& context,
                              RecordList list, const std::string& name);

}  // namespace centime::api
