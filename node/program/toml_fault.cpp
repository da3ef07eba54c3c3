#include "node/program/toml_fault.h"

#include <algorithm>

namespace centime::program {
namespace {

std::string_view line_of(std::string_view content, std::size_t number) {
  for (; number > 1; --number)
    content.remove_prefix(std::min(content.find('\n'), content.size() - 1) + 1);
  return content.substr(0, content.find('\n'));
}

bool begins_without_quotes(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  const std::size_t first = line.find_first_not_of(" \t\r", equals + 1);
  return first != std::string_view::npos && !std::string_view("\"'[{#").contains(line[first]);
}

}  // namespace

std::string toml_fault(const toml::parse_error& error, std::string_view content) {
  std::string fault(error.description());
  // Given twice, it is well written both times.
  if (fault.contains("redefine")) return fault;
  if (begins_without_quotes(line_of(content, error.source().begin.line)))
    fault += "; text stands in quotes, such as listen = \"127.0.0.1:8080\"";
  return fault;
}

}  // namespace centime::program
