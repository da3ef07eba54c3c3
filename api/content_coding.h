// Which coding an answer's body is sent in, and gzip.
//
// What everyone may read is compressed for clients that say they take it. An answer to a request
// with credentials never is: no body holds a secret beside text of a stranger's, and so none can be
// guessed from its length (BREACH). Pure. Sources: RFC 9110 (8.4, 8.8.3, 12.5.3), RFC 1952.
#pragma once

#include <string>
#include <string_view>

#include "api/http_message.h"

namespace centime::api {

// A shorter body fits into the packets that its header needs anyway.
inline constexpr std::size_t compressed_bytes_min = 1024;

// Sets response.coding, Vary, and the tag of the body in that coding, which is another. Leaves the
// body alone. Requires an answer that has no coding yet and no ETag among its fields.
void choose_coding(const Request& request, Response& response);

// Puts the body into response.coding; once.
void encode_body(Response& response);

// One gzip member, the same for the same bytes.
std::string gzip(std::string_view bytes);

}  // namespace centime::api
