// The schemas of what the API answers and reads, for the OpenAPI document.
//
// What is signed or in the log comes from the structs themselves (crypto/schema.h); what the API
// puts around it is listed here, and tested against live answers with nothing allowed besides.
#pragma once

#include <boost/json/object.hpp>

namespace centime::api {

// By name, for "#/components/schemas".
boost::json::object openapi_schemas();

}  // namespace centime::api
