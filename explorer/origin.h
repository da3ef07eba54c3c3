// Under which address a reader sees this node.
#pragma once

#include <string>

#include "api/http_message.h"

namespace centime::explorer {

// "https://ledger.example.org", without a slash at the end: `public_url` if it is not empty, else
// what the request calls its host, over plain HTTP. Empty if the request names no sane host.
std::string origin_of(const api::Request& request, const std::string& public_url);

}  // namespace centime::explorer
