// The donation that somebody means by an id, the beginning of one, or a reference.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "node/program/node_client.h"

namespace centime::program {

// 16 to 64 hexadecimal digits: an id or its beginning. A reference may look like that too; then it
// is found as AUTHOR/REFERENCE.
bool is_record_id(const std::string& name);

// The id of the one donation among records as the API shows them, or `name` in small letters if it
// can be an id. Fails with unknown_record, wrong_record_kind if another record has the name, or
// ambiguous_id with the ids.
Expected<std::string> only_donation(const boost::json::array& records, const std::string& name);

// An id, or what the node's search finds. Fails as only_donation.
Expected<std::string> donation_id(NodeClient& node, const std::string& name);

}  // namespace centime::program
