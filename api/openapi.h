// The OpenAPI 3.1 description of the API, with the records' schemas made from their structs.
//
// tests/api/openapi_test.cpp holds it against the answers of a running node.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace centime::api {

boost::json::object openapi_document(std::string_view version);

}  // namespace centime::api
