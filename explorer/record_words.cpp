#include "explorer/record_words.h"

#include <algorithm>
#include <charconv>

namespace centime::explorer {
namespace {

// Says what a record of each kind did; the subject of the sentence is the record's author.
class SentenceMaker {
 public:
  SentenceMaker(const Catalogue& words, Names& names, const api::RecordView& record)
      : words_(words), names_(names), author_(names.member(record.author())) {}

  std::string operator()(const ledger::Donation& donation) {
    return say("says_donation", {{"fund", names_.fund(donation.fund)}});
  }
  std::string operator()(const ledger::Disbursement& disbursement) {
    return say("says_disbursement", {{"to", names_.member(disbursement.to)}});
  }
  std::string operator()(const ledger::Expenditure& expenditure) {
    const auto category = words_.text("category_" + word(expenditure.category));
    if (!expenditure.payee) return say("says_expenditure_unnamed", {{"category", category}});
    return say("says_expenditure",
               {{"payee", in_sentence(expenditure.payee->name.value)}, {"category", category}});
  }
  std::string operator()(const ledger::Refund&) { return say("says_refund", {}); }
  std::string operator()(const ledger::Return&) { return say("says_return", {}); }
  std::string operator()(const ledger::Exchange& exchange) {
    return say("says_exchange",
               {{"became", words_.amount(exchange.to_amount.value, exchange.to_currency)}});
  }
  std::string operator()(const ledger::Acknowledgement&) { return say("says_acknowledgement", {}); }
  std::string operator()(const ledger::Dispute&) { return say("says_dispute", {}); }
  std::string operator()(const ledger::Attestation& attestation) {
    return say("says_attestation_" + word(attestation.verdict), {});
  }
  std::string operator()(const ledger::EvidenceRecord& evidence) {
    return say("says_evidence", {{"kind", words_.text("evidence_" + word(evidence.file.kind))}});
  }
  std::string operator()(const ledger::FundProposal& proposal) {
    return say("says_fund_proposal", {{"fund", names_.fund(proposal.fund)}});
  }
  std::string operator()(const ledger::FundApproval& approval) {
    return say("says_fund_approval", {{"fund", names_.fund(approval.fund)}});
  }
  std::string operator()(const ledger::FundClosure& closure) {
    return say("says_fund_closure", {{"fund", names_.fund(closure.fund)}});
  }
  std::string operator()(const ledger::ChannelRecord& channel) {
    return say("says_channel", {{"channel", in_sentence(channel.company.value)}});
  }
  std::string operator()(const ledger::MemberProposal& proposal) {
    return say("says_member_proposal", {{"title", in_sentence(proposal.title.value)},
                                        {"role", words_.text("role_" + word(proposal.role))}});
  }
  std::string operator()(const ledger::Approval&) { return say("says_approval", {}); }
  std::string operator()(const ledger::KeyRotation& rotation) {
    const std::string member = names_.member(rotation.member);
    if (member == author_) return say("says_key_rotation", {});
    return say("says_key_replacement", {{"member", member}});
  }
  std::string operator()(const ledger::MemberSuspension& suspension) {
    return say("says_member_" + word(suspension.status),
               {{"member", names_.member(suspension.member)}});
  }
  std::string operator()(const ledger::ValidatorChange& change) {
    return say("says_validator_change",
               {{"count", std::to_string(change.validators.items.size())}});
  }

 private:
  template <class E>
  static std::string word(E value) {
    return std::string(crypto::word_of(value));
  }

  std::string say(std::string_view key,
                  std::vector<std::pair<std::string_view, std::string_view>> arguments) {
    arguments.emplace_back("author", author_);
    return words_.text(key, arguments);
  }

  const Catalogue& words_;
  Names& names_;
  std::string author_;
};

struct Column {
  std::string_view name;
  std::vector<std::uint64_t> values;  // One a row.
};

void fill_columns(Page& page, Section table, const std::vector<ledger::Currency>& currencies,
                  std::vector<Column> columns) {
  std::erase_if(columns, [](const Column& column) {
    return std::ranges::all_of(column.values, [](std::uint64_t value) { return value == 0; });
  });
  for (const auto& column : columns)
    table.add("COLUMN").set("NAME", page.words().text("total_" + std::string(column.name)));
  for (std::size_t i = 0; i < currencies.size(); ++i) {
    auto row = table.add("ROW");
    row.set("CURRENCY", currencies[i].text());
    for (const auto& column : columns)
      row.add("CELL")
          .set("NAME", page.words().text("total_" + std::string(column.name)))
          .set("VALUE", page.words().amount(column.values[i], currencies[i]));
  }
}

template <class Row>
Column column_of(std::string_view name, const std::vector<Row>& rows, std::uint64_t Row::* field) {
  Column column{name, {}};
  for (const auto& row : rows) column.values.push_back(row.*field);
  return column;
}

template <class Row>
std::vector<ledger::Currency> currencies_of(const std::vector<Row>& rows) {
  std::vector<ledger::Currency> currencies;
  for (const auto& row : rows) currencies.push_back(row.currency);
  return currencies;
}

}  // namespace

std::string record_sentence(const Catalogue& words, Names& names, const api::RecordView& record) {
  return std::visit(SentenceMaker(words, names, record), record.content.authored.record.body);
}

std::string payee_words(const Catalogue& words, const ledger::Expenditure& expenditure) {
  if (expenditure.payee) return in_sentence(expenditure.payee->name.value);
  return words.text("category_" + std::string(crypto::word_of(expenditure.category)));
}

std::string record_path(const api::RecordView& record) {
  const bool donation = record.kind() == ledger::RecordKind::donation;
  return (donation ? "/d/" : "/r/") + record.id.hex();
}

void fill_records(Page& page, Section list, Names& names,
                  const std::vector<api::RecordView>& records) {
  for (const auto& record : records) {
    auto row = list.add("RECORD");
    row.set("URL", page.link(record_path(record)));
    row.set("TEXT", record_sentence(page.words(), names, record));
    if (record.money) row.set("AMOUNT", page.words().amount(*record.money));
    const auto day = record.day.value_or(record.time.day());
    row.add("WHEN").set("ISO", day.to_text()).set("DAY", page.words().date(day));
  }
}

void fill_funds(Page& page, Section list, Names& names, const storage::Snapshot& snapshot,
                const std::vector<std::shared_ptr<const ledger::Fund>>& funds) {
  for (const auto& fund : funds) {
    auto row = list.add("FUND");
    row.set("URL", page.link("/f/" + fund->proposal.fund.value));
    row.set("TITLE", fund->proposal.title.value).set("NGO", names.member(fund->ngo));
    row.set("STATUS", page.words().text("fund_" + std::string(crypto::word_of(fund->status))));
    std::string donated;
    for (const auto& total : api::fund_totals(snapshot, fund->proposal.fund)) {
      if (total.donated == 0) continue;
      if (!donated.empty()) donated += " · ";
      donated += page.words().amount(total.donated, total.currency);
    }
    if (!donated.empty())
      row.add("DONATED").set("TEXT", page.words().text("fund_donated", {{"amounts", donated}}));
  }
}

void add_rest(Page& page, Section where, std::string_view key, std::uint64_t count,
              const std::string& path) {
  where.set("TEXT", page.words().text(key, {{"count", page.words().number(count)}}));
  where.set("CSV_URL", path + ".csv").set("JSON_URL", path);
}

void fill_totals(Page& page, Section table, const std::vector<api::FundTotals>& totals) {
  using Row = api::FundTotals;
  fill_columns(
      page, table, currencies_of(totals),
      {column_of("donated", totals, &Row::donated), column_of("spent", totals, &Row::spent),
       column_of("held", totals, &Row::held), column_of("refunded", totals, &Row::refunded),
       column_of("exchanged_in", totals, &Row::exchanged_in),
       column_of("exchanged_out", totals, &Row::exchanged_out)});
}

void fill_totals(Page& page, Section table, const std::vector<api::MemberTotals>& totals) {
  using Row = api::MemberTotals;
  fill_columns(
      page, table, currencies_of(totals),
      {column_of("collected", totals, &Row::collected),
       column_of("received", totals, &Row::received), column_of("sent", totals, &Row::sent),
       column_of("spent", totals, &Row::spent), column_of("held", totals, &Row::held),
       column_of("returned", totals, &Row::returned), column_of("refunded", totals, &Row::refunded),
       column_of("exchanged_in", totals, &Row::exchanged_in),
       column_of("exchanged_out", totals, &Row::exchanged_out)});
}

std::optional<ledger::EntryIndex> asked_entry(const api::Request& request) {
  const auto from = request.parameter("from");
  if (!from) return std::nullopt;
  ledger::EntryIndex entry;
  const auto [end, error] = std::from_chars(from->data(), from->data() + from->size(), entry.value);
  if (error != std::errc{} || end != from->data() + from->size()) return std::nullopt;
  return entry;
}

}  // namespace centime::explorer
