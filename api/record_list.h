// The records of a fund or a member, or about a record: a page of them as JSON, or the whole list
// as CSV. (Whole as JSON it is made of pages: ReadOptions::list.)
#pragma once

#include "api/queries.h"
#include "api/resource.h"

namespace centime::api {

Response record_list_response(const Request& request, const ReadView& view, ApiContext& context,
                              RecordList list, const std::string& name);

// Adds the first of the statements as `statements`, and how many there are as `statement_count`:
// who wants more asks for the list about the record.
void add_statements(boost::json::object& json, const ReadView& view,
                    const std::vector<storage::ListedStatement>& statements);

}  // namespace centime::api
