// Percent-encoding for URLs. Source: RFC 3986, 2.
#pragma once

#include <string>
#include <string_view>

namespace centime::api {

// Encodes everything but letters, digits and -._~.
std::string url_encode(std::string_view text);

}  // namespace centime::api
