// Shows a donation's trace, as the API gives it, as a tree that a person can follow.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "node/program/outcome.h"

namespace centime::program {

// Fails with bad_answer if this is no trace, and with wrong_sum if its parts are not the gift.
Expected<std::string> trace_text(const boost::json::object& trace);

}  // namespace centime::program
