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

std::string_view trimmed(std::string_view text, std::string_view blanks = " \t") {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

constexpr std::string_view names_wanted =
    "line 1: the first line must name the columns, such as type,reference,amount";

bool names_a_column(std::string_view line, char separator) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(separator), line.size());
    const auto name = trimmed(line.substr(0, end), " \t\"\r");
    if (std::ranges::find(all, name) != all.end()) return true;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return false;
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

Expected<char> separator_of(std::string_view first_line) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (first_line.starts_with(byte_order_mark)) first_line.remove_prefix(byte_order_mark.size());
  const std::string_view text = trimmed(first_line, " \t\r\",;");
  if (text.empty()) return fail("bad_csv", fmt::format("{}; it is blank", names_wanted));
  if (text.starts_with("sep=")) {
    return fail("bad_csv", fmt::format("{}; delete the line '{}'", names_wanted,
                                       trimmed(first_line, " \t\r\"")));
  }
  constexpr std::string_view separators = ",;\t";
  const auto most = std::ranges::max_element(
      separators, {}, [&](char c) { return std::ranges::count(first_line, c); });
  if (!names_a_column(first_line, *most)) {
    return fail("unknown_column", fmt::format("{}; there is no column '{}'", names_wanted,
                                              trimmed(text.substr(0, text.find(*most)), " \t\"")));
  }
  return *most;
}

Expected<ImportHeader> ImportHeader::from(const std::vector<std::string>& names, char separator) {
  ImportHeader header;
  header.decimal_commas_ = separator != ',';
  for (std::size_t i = 0; i < names.size(); ++i) {
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
