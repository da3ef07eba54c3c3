#include "node/program/record_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "api/url_encode.h"
#include "node/program/json_text.h"
#include "node/program/row_cells.h"

namespace centime::program {
namespace {

// A record as the API shows it, if it has this reference.
struct Named {
  std::string id;
  std::string type;
};

std::optional<Named> record_named(const boost::json::value& json, const std::string& name) {
  const auto* record = json.is_object() ? json.get_object().if_contains("record") : nullptr;
  if (record == nullptr || !record->is_object()) return std::nullopt;
  Named named{text_at(json.get_object(), "id"), text_at(record->get_object(), "type")};
  const std::string author = text_at(json.get_object(), "author");
  const std::string reference = text_at(record->get_object(), "reference");
  if (named.id.empty() || author.empty() || reference.empty()) return std::nullopt;
  if (reference != name && author + "/" + reference != name) return std::nullopt;
  return named;
}

}  // namespace

bool is_record_id(const std::string& name) {
  return name.size() >= 16 && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Expected<std::string> only_donation(const boost::json::array& records, const std::string& name) {
  std::vector<std::string> ids;
  std::string other;  // The type of a record that is no donation.
  for (const auto& record : records) {
    auto named = record_named(record, name);
    if (!named) continue;
    if (named->type == "donation") {
      ids.push_back(std::move(named->id));
    } else {
      other = std::move(named->type);
    }
  }
  if (ids.size() == 1) return ids.front();
  if (ids.empty() && !other.empty()) {
    return fail("wrong_record_kind",
                fmt::format("'{}' is {}, not a donation", name, with_article(other)));
  }
  // Somebody's mail program may write an id in capitals.
  std::string small = in_small_letters(name);
  if (ids.empty() && is_record_id(small)) return small;
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
  const auto found = node.get_json("/v1/search?q=" + api::url_encode(name));
  if (!found) return std::unexpected(found.error());
  const auto* records = found->if_contains("records");
  if (records == nullptr || !records->is_array()) {
    return fail("bad_answer", "the node did not answer a search");
  }
  return only_donation(records->get_array(), name);
}

}  // namespace centime::program
