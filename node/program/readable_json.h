// JSON with line breaks and indentation, for files and terminals that people read.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace centime::program {

// Ends in a newline.
std::string readable_json(const boost::json::value& value);

}  // namespace centime::program
