#include "node/program/import_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "node/program/nearest_word.h"

namespace centime::program {
namespace {

using Columns = std::span<const std::string_view>;

template <class... Names>
constexpr auto columns(Names... names) {
  return std::array<std::string_view, sizeof...(Names)>{names...};
}

constexpr auto all =
    columns("type", "author", "reference", "fund", "amount", "currency", "date", "to", "channel",
            "donor", "commitment", "earmark", "purpose", "payee", "payee_org_id", "category",
            "description", "for_donation", "donation", "disbursement", "reason", "to_amount",
            "to_currency", "rate_source", "amount_seen", "note", "subject", "verdict", "statement",
            "title", "goal_amount", "goal_currency", "agreement", "due_diligence", "company",
            "kind", "media_type", "size", "sha256", "caption");

constexpr auto donation =
    columns("fund", "amount", "currency", "date", "channel", "donor", "commitment", "earmark");
constexpr auto disbursement = columns("fund", "to", "amount", "currency", "date", "purpose", "kind",
                                      "media_type", "size", "sha256", "caption");
constexpr auto expenditure =
    columns("fund", "amount", "currency", "date", "payee", "payee_org_id", "category",
            "description", "for_donation", "kind", "media_type", "size", "sha256", "caption");
constexpr auto refund = columns("donation", "amount", "currency", "date", "reason");
constexpr auto return_ = columns("disbursement", "amount", "currency", "date", "reason");
constexpr auto exchange =
    columns("fund", "amount", "currency", "to_amount", "to_currency", "rate_source", "date");
constexpr auto acknowledgement = columns("disbursement", "amount_seen", "currency", "date", "note");
constexpr auto dispute = columns("disbursement", "amount_seen", "currency", "date", "reason");
constexpr auto attestation = columns("subject", "fund", "verdict", "statement", "note");
constexpr auto evidence =
    columns("subject", "fund", "kind", "media_type", "size", "sha256", "caption");
constexpr auto fund_proposal =
    columns("fund", "title", "purpose", "goal_amount", "goal_currency", "agreement");
constexpr auto fund_approval = columns("fund", "due_diligence");
constexpr auto fund_closure = columns("fund", "reason");
constexpr auto channel = columns("channel", "kind", "company");

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::span<const std::string_view> import_columns() { return all; }

std::span<const std::string_view> columns_of(ledger::RecordKind kind) {
  static constexpr std::array<Columns, std::variant_size_v<ledger::RecordBody>> of_kind = {
      donation,      disbursement,    expenditure,  refund,      return_,
      exchange,      acknowledgement, dispute,      attestation, evidence,
      fund_proposal, fund_approval,   fund_closure, channel};  // Others have none.
  return of_kind[static_cast<std::size_t>(kind)];
}

Expected<ImportHeader> ImportHeader::from(const std::vector<std::string>& names) {
  ImportHeader header;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.size() == 1 && names[i].find_first_of(";\t") != std::string::npos) {
      return fail("unknown_column",
                  fmt::format("line 1: the columns are separated by {}, as some spreadsheets do; "
                              "save the file as CSV with commas",
                              names[i].find(';') != std::string::npos ? "semicolons" : "tabs"));
    }
    if (std::ranges::find(all, std::string_view(names[i])) == all.end()) {
      return fail("unknown_column", fmt::format("line 1: there is no column '{}'{}", names[i],
                                                did_you_mean(names[i], all)));
    }
    header.places_.emplace(names[i], i);
  }
  for (const std::string_view needed : {"type", "reference"}) {
    if (!header.has(needed)) {
      return fail("missing_column", fmt::format("line 1: the file needs a column '{}'", needed));
    }
  }
  return header;
}

std::string_view ImportHeader::cell(const std::vector<std::string>& cells,
                                    std::string_view column) const {
  const auto place = places_.find(column);
  return place == places_.end() ? std::string_view{} : trimmed(cells[place->second]);
}

}  // namespace centime::program
