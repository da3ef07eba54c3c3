#include "explorer/record_fields.h"

#include <boost/json.hpp>

#include "crypto/json_archive.h"

namespace centime::explorer {
namespace {

namespace json = boost::json;

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

// Flattens the record's JSON, which comes from the same list of fields as its canonical bytes.
class Flattener {
 public:
  Flattener(const Catalogue& words, std::optional<ledger::Currency> currency)
      : words_(words), currency_(currency) {}

  void add_object(const json::object& object, const std::string& prefix) {
    for (const auto& [name, value] : object)
      add(object, std::string_view(name.data(), name.size()), value, prefix);
  }

  std::vector<FieldRow> take() { return std::move(rows_); }

 private:
  void add(const json::object& parent, std::string_view name, const json::value& value,
           const std::string& prefix) {
    const auto label = prefix + words_.text("field_" + std::string(name));
    if (value.is_object()) return add_object(value.get_object(), label + " › ");
    if (value.is_array()) {
      std::size_t number = 0;
      for (const auto& item : value.get_array()) {
        if (item.is_string()) {
          rows_.push_back(row(parent, "member", item, label + " " + std::to_string(++number)));
          continue;
        }
        add_object(item.get_object(), label + " " + std::to_string(++number) + " › ");
      }
      return;
    }
    rows_.push_back(row(parent, name, value, label));
  }

  FieldRow row(const json::object& parent, std::string_view name, const json::value& value,
               const std::string& label) const {
    if (!value.is_string()) return {label, number(parent, name, value), {}, false};
    const auto text = view_of(value.get_string());
    if (name == "member" || name == "to")
      return {label, std::string(text), "/m/" + std::string(text), false};
    if (name == "fund") return {label, std::string(text), "/f/" + std::string(text), false};
    if (name == "disbursement" || name == "donation" || name == "for_donation" ||
        name == "record" || name == "proposal")
      return {label, std::string(text), "/r/" + std::string(text), false};
    if (const auto day = ledger::Date::from_text(text); day && name.ends_with("_on"))
      return {label, words_.date(*day), {}, false};
    const bool code = name == "commitment" || name == "digest" || name == "agreement" ||
                      name == "due_diligence" || name == "statement" || name == "key" ||
                      name == "proof";
    return {label, word_or_text(name, text), {}, code};
  }

  // Enumerators are shown in the reader's language, texts of people as they are.
  std::string word_or_text(std::string_view name, std::string_view text) const {
    if (name == "type") return words_.text("kind_" + std::string(text));
    if (name == "category") return words_.text("category_" + std::string(text));
    if (name == "role") return words_.text("role_" + std::string(text));
    if (name == "status") return words_.text("member_status_" + std::string(text));
    if (name == "verdict") return words_.text("verdict_" + std::string(text));
    if (name == "kind")
      for (const auto* list : {"evidence_", "channel_"})
        if (words_.has(list + std::string(text))) return words_.text(list + std::string(text));
    return std::string(text);
  }

  std::string number(const json::object& parent, std::string_view name,
                     const json::value& value) const {
    const auto units = value.to_number<std::uint64_t>();
    if (!name.contains("amount")) return words_.number(units);
    auto currency = currency_;
    const auto its_currency = name == "from_amount" ? "from_currency"
                              : name == "to_amount" ? "to_currency"
                                                    : "currency";
    if (const auto* stated = parent.if_contains(its_currency); stated && stated->is_string())
      currency = ledger::Currency::from_text(view_of(stated->get_string()));
    return currency ? words_.amount(units, *currency) : words_.number(units);
  }

  const Catalogue& words_;
  std::optional<ledger::Currency> currency_;
  std::vector<FieldRow> rows_;
};

}  // namespace

std::vector<FieldRow> record_fields(const Catalogue& words, const ledger::Record& record,
                                    const std::optional<ledger::Currency>& currency) {
  Flattener flattener(words, currency);
  flattener.add_object(crypto::to_json(record).get_object(), {});
  return flattener.take();
}

}  // namespace centime::explorer
