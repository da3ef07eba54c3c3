#include "node/program/readable_json.h"

namespace centime::program {
namespace {

void append(const boost::json::value& value, std::string& out, std::size_t depth) {
  const auto line = [&](std::size_t indent) { out += "\n" + std::string(2 * indent, ' '); };
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    const char* separator = "";
    for (const auto& [name, member] : value.get_object()) {
      out += separator;
      separator = ",";
      line(depth + 1);
      out += boost::json::serialize(boost::json::string(name)) + ": ";
      append(member, out, depth + 1);
    }
    line(depth);
    out += '}';
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    const char* separator = "";
    for (const auto& item : value.get_array()) {
      out += separator;
      separator = ",";
      line(depth + 1);
      append(item, out, depth + 1);
    }
    line(depth);
    out += ']';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string readable_json(const boost::json::value& value) {
  std::string out;
  append(value, out, 0);
  out += '\n';
  return out;
}

}  // namespace centime::program
