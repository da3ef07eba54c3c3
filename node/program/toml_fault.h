// What is wrong with a file that is not TOML.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace centime::program {

// The parser's sentence; where the faulty line gives a setting a value that is text without quotes,
// which the parser takes for a number or a time, that too.
std::string toml_fault(const toml::parse_error& error, std::string_view content);

}  // namespace centime::program
