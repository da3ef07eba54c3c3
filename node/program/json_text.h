// Texts in what a node answers.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace centime::program {

// Empty if the object has no member of this name that is a string.
inline std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace centime::program
