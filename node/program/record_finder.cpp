#include "node/program/record_finder.h"

#include <fmt/format.h>

#include "api/url_encode.h"
#include "crypto/encoding.h"
#include "node/program/row_cells.h"

namespace centime::program {
namespace {

// A record as the API shows it; nothing if it does not look like one.
std::optional<FoundRecord> read_record(const boost::json::object& json) {
  const auto* id = json.if_contains("id");
  if (id == nullptr || !id->is_string()) return std::nullopt;
  const auto bytes = crypto::from_hex(id->get_string());
  const auto digest = bytes ? crypto::Digest::from(*bytes) : std::nullopt;
  if (!digest) return std::nullopt;
  FoundRecord found{ledger::RecordId::from(*digest), std::nullopt};
  const auto* money = json.if_contains("money");
  if (money != nullptr && money->is_object()) {
    const auto* currency = money->get_object().if_contains("currency");
    if (currency != nullptr && currency->is_string()) {
      found.currency = ledger::Currency::from_text(currency->get_string());
    }
  }
  return found;
}

bool has_text(const boost::json::object& json, std::string_view name, std::string_view text) {
  const auto* value = json.if_contains(name);
  return value != nullptr && value->is_string() && value->get_string() == text;
}

bool is_named(const boost::json::object& json, std::string_view author,
              std::string_view reference) {
  const auto* record = json.if_contains("record");
  return has_text(json, "author", author) && record != nullptr && record->is_object() &&
         has_text(record->get_object(), "reference", reference);
}

}  // namespace

std::string refused_itself(const std::string& key, std::uint64_t line) {
  return fmt::format("{} (line {}) is refused itself", key, line);
}

void RecordFinder::add(const ledger::MemberId& author, const ledger::Reference& reference,
                       const FoundRecord& record) {
  in_file_.emplace(author.value + "/" + reference.value, record);
  by_hex_.emplace(record.id.hex(), record);
}

void RecordFinder::add_refused(const ledger::MemberId& author, const std::string& reference,
                               std::uint64_t line) {
  refused_.emplace(author.value + "/" + reference, line);
}

const FoundRecord* RecordFinder::in_file(const ledger::RecordId& id) const {
  const auto known = by_hex_.find(id.hex());
  return known == by_hex_.end() ? nullptr : &known->second;
}

Expected<FoundRecord> RecordFinder::find(const ledger::MemberId& author, const std::string& name) {
  const std::string id = in_small_letters(name);
  if (id.size() == 64 && crypto::from_hex(id)) {
    auto found = by_id(id);
    if (!found) return std::unexpected(found.error());
    if (*found) return **found;
    // In capitals it may be a reference as well.
    if (id == name) return fail("unknown_record", fmt::format("no record has the id {}", name));
  }
  auto found = by_reference(author.value, name);
  if (!found) return std::unexpected(found.error());
  const std::size_t slash = name.find('/');
  if (!*found && slash != std::string::npos && ledger::MemberId::valid(name.substr(0, slash))) {
    found = by_reference(name.substr(0, slash), name.substr(slash + 1));
    if (!found) return std::unexpected(found.error());
  }
  if (*found) return **found;
  for (const std::string& key : {author.value + "/" + name, name}) {
    if (const auto refused = refused_.find(key); refused != refused_.end())
      return fail("unknown_record", refused_itself(key, refused->second));
  }
  return fail("unknown_record",
              fmt::format("'{}' is no record above in the file or on the ledger; name it by its "
                          "id, by {}'s own reference, or as AUTHOR/REFERENCE",
                          name, author.value));
}

Expected<RecordFinder::Answer> RecordFinder::by_id(const std::string& hex) {
  if (const auto known = by_hex_.find(hex); known != by_hex_.end()) return Answer(known->second);
  if (const auto known = asked_.find(hex); known != asked_.end()) return known->second;
  const auto json = node_.get_json("/v1/records/" + hex);
  if (!json && json.error().word != "unknown_record") return std::unexpected(json.error());
  const Answer answer = json ? read_record(*json) : std::nullopt;
  asked_.emplace(hex, answer);
  return answer;
}

Expected<RecordFinder::Answer> RecordFinder::by_reference(const std::string& author,
                                                          const std::string& reference) {
  const std::string key = author + "/" + reference;
  if (const auto known = in_file_.find(key); known != in_file_.end()) return Answer(known->second);
  if (const auto known = asked_.find(key); known != asked_.end()) return known->second;
  auto answer = ask_for_reference(author, reference);
  if (answer) asked_.emplace(key, *answer);
  return answer;
}

Expected<RecordFinder::Answer> RecordFinder::ask_for_reference(const std::string& author,
                                                               const std::string& reference) {
  if (!ledger::Reference::valid(reference)) return Answer();
  const auto json = node_.get_json("/v1/search?q=" + api::url_encode(author + "/" + reference));
  if (!json) return std::unexpected(json.error());
  const auto* records = json->if_contains("records");
  if (records == nullptr || !records->is_array()) return Answer();
  for (const auto& record : records->get_array()) {
    if (record.is_object() && is_named(record.get_object(), author, reference)) {
      return read_record(record.get_object());
    }
  }
  return Answer();
}

}  // namespace centime::program
