#include "node/program/record_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace centime::program {
namespace {

// The id of a record that is a donation and has been found by its reference.
std::optional<std::string> donation_named(const boost::json::value& json, const std::string& name) {
  const auto* record = json.is_object() ? json.get_object().if_contains("record") : nullptr;
  const auto* id = json.is_object() ? json.get_object().if_contains("id") : nullptr;
  const auto* author = json.is_object() ? json.get_object().if_contains("author") : nullptr;
  if (record == nullptr || !record->is_object() || id == nullptr || !id->is_string() ||
      author == nullptr || !author->is_string()) {
    return std::nullopt;
  }
  const auto* type = record->get_object().if_contains("type");
  const auto* reference = record->get_object().if_contains("reference");
  if (type == nullptr || *type != "donation" || reference == nullptr || !reference->is_string()) {
    return std::nullopt;
  }
  const std::string text(reference->get_string());
  if (text != name && std::string(author->get_string()) + "/" + text != name) return std::nullopt;
  return std::string(id->get_string());
}

}  // namespace

bool is_record_id(const std::string& name) {
  return name.size() >= 16 && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Expected<std::string> only_donation(const boost::json::array& records, const std::string& name) {
  std::vector<std::string> ids;
  for (const auto& record : records) {
    if (auto id = donation_named(record, name)) ids.push_back(*std::move(id));
  }
  if (ids.size() == 1) return ids.front();
  if (ids.empty()) {
    return fail("unknown_record",
                fmt::format("'{}' is neither a record id of 16 digits or more nor the reference of "
                            "a donation",
                            name));
  }
  return fail("ambiguous_id",
              fmt::format("'{}' names more than one donation: {}", name, fmt::join(ids, ", ")));
}

Expected<std::string> donation_id(NodeClient& node, const std::string& name) {
  if (is_record_id(name)) return name;
  const auto found = node.get_json("/v1/search?q=" + url_part(name));
  if (!found) return std::unexpected(found.error());
  const auto* records = found->if_contains("records");
  if (records == nullptr || !records->is_array()) {
    return fail("bad_answer", "the node did not answer a search");
  }
  return only_donation(records->get_array(), name);
}

}  // namespace centime::program
