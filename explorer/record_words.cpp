#include "explorer/record_words.h"

#include <algorithm>
#include <charconv>

#include "crypto/canonical.h"
#include "crypto/check.h"

namespace centime::explorer {
namespace {

// "the transfer of 20.00 EUR from Open Giving to Red Aid".
std::string record_in_sentence(const Catalogue& words, Names& names,
                               const api::RecordView& record) {
  const auto& body = record.content.authored.record.body;
  const auto kind = std::string(crypto::word_of(record.kind()));
  const auto amount = record.money ? words.amount(*record.money) : std::string();
  const auto author = names.member(record.author());
  std::vector<Catalogue::Argument> values{{"amount", amount}, {"author", author}};
  std::string key = "what_" + kind;
  std::string named;
  if (const auto* sent = std::get_if<ledger::Disbursement>(&body)) {
    named = names.member(sent->to);
    values.emplace_back("to", named);
  } else if (const auto* paid = std::get_if<ledger::Expenditure>(&body)) {
    named = payee_words(words, *paid);
    values.emplace_back(paid->payee ? "payee" : "category", named);
    if (!paid->payee) key += "_unnamed";
  } else if (const auto* fund = std::get_if<ledger::FundProposal>(&body)) {
    named = names.fund(fund->fund);
    values.emplace_back("fund", named);
    key = "what_fund";
  } else if (!words.has(key)) {
    named = words.text("kind_" + kind);
    values.emplace_back("kind", named);
    key = "what_other";
  }
  return words.text(key, values);
}

// Says what a record of each kind did; the subject of the sentence is the record's author.
class SentenceMaker {
 public:
  SentenceMaker(const Catalogue& words, Names& names, const api::RecordView& record)
      : words_(words), names_(names), record_(record), author_(names.member(record.author())) {}

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
  std::string operator()(const ledger::Refund&) { return say_of_subject("says_refund"); }
  std::string operator()(const ledger::Return& back) {
    const auto sent = subject();
    const auto to = sent ? names_.member(sent->author()) : back.disbursement.hex();
    return say("says_return", {{"to", to}, {"what", what()}});
  }
  std::string operator()(const ledger::Exchange& exchange) {
    return say("says_exchange",
               {{"became", words_.amount(exchange.to_amount.value, exchange.to_currency)}});
  }
  std::string operator()(const ledger::Acknowledgement&) {
    return say_of_subject("says_acknowledgement");
  }
  std::string operator()(const ledger::Dispute&) { return say_of_subject("says_dispute"); }
  std::string operator()(const ledger::Attestation& attestation) {
    return say_of_subject("says_attestation_" + word(attestation.verdict));
  }
  std::string operator()(const ledger::EvidenceRecord& evidence) {
    const auto& [kind, media_type, size, digest, caption] = evidence.file;
    const auto kind_word = words_.text("evidence_" + word(kind));
    if (!caption) return say("says_evidence", {{"kind", kind_word}, {"what", what()}});
    return say("says_evidence_captioned",
               {{"kind", kind_word}, {"caption", in_sentence(caption->value)}, {"what", what()}});
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
  std::string operator()(const ledger::Approval& approval) {
    const auto proposal = find(approval.proposal);
    const auto what = proposal ? record_in_sentence(words_, names_, *proposal) : "";
    return say("says_approval", {{"what", what}});
  }
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
    const std::size_t count = change.validators.items.size();
    if (count == 1) return say("says_validator_change_one", {});
    return say("says_validator_change", {{"count", std::to_string(count)}});
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

  std::string say_of_subject(const std::string& key) { return say(key, {{"what", what()}}); }

  // The record that this one is about; nothing if that is a fund.
  std::optional<api::RecordView> subject() const {
    return record_.subject ? find(*record_.subject) : std::nullopt;
  }

  std::optional<api::RecordView> find(const ledger::RecordId& id) const {
    const auto entry = names_.snapshot().find_record(id);
    if (!entry) return std::nullopt;
    return api::describe_record(names_.snapshot(), *entry);
  }

  std::string what() {
    if (const auto about = subject()) return record_in_sentence(words_, names_, *about);
    return words_.text("what_fund", {{"fund", record_.fund ? names_.fund(*record_.fund) : ""}});
  }

  const Catalogue& words_;
  Names& names_;
  const api::RecordView& record_;
  std::string author_;
};

// What the receiver says of a hand-over, if not all of it arrived (or more); else what was moved.
std::string amount_words(const Catalogue& words, Names& names, const api::RecordView& record) {
  const auto& seen = *record.money;
  const auto& body = record.content.authored.record.body;
  const bool says = std::holds_alternative<ledger::Acknowledgement>(body) ||
                    std::holds_alternative<ledger::Dispute>(body);
  if (!says) return words.amount(seen);
  const auto entry = names.snapshot().find_record(*record.subject);
  const auto sent = entry ? api::describe_record(names.snapshot(), *entry).money : std::nullopt;
  if (!sent || sent->amount == seen.amount) return words.amount(seen);
  return words.text("arrived_of", {{"seen", words.amount(seen)}, {"total", words.amount(*sent)}});
}

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

bool is_record(const storage::Snapshot& snapshot, ledger::EntryIndex entry) {
  const auto bytes = snapshot.entry(entry);
  return !bytes.empty() && bytes.front() == ledger::record_entry_tag;
}

std::string entry_sentence(const Catalogue& words, Names& names, const storage::Snapshot& snapshot,
                           ledger::EntryIndex index) {
  const auto entry = crypto::decode<ledger::Entry>(snapshot.entry(index));
  crypto::check(entry.has_value(), "an entry of the log is an entry");
  if (std::holds_alternative<ledger::RecordEntry>(*entry))
    return record_sentence(words, names, api::describe_record(snapshot, index));
  if (const auto* head = std::get_if<ledger::SubmissionHead>(&*entry))
    return words.text(head->count == 1 ? "entry_submission_one" : "entry_submission",
                      {{"who", names.member(head->author)}, {"count", words.number(head->count)}});
  return words.text(std::holds_alternative<ledger::Seal>(*entry) ? "entry_seal" : "entry_genesis");
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
                  const std::vector<api::RecordView>& records, const RecordNote& note) {
  const auto& words = page.words();
  for (const auto& record : records) {
    auto row = list.add("RECORD");
    row.set("URL", page.link(record_path(record)));
    row.set("TEXT", record_sentence(page.words(), names, record));
    if (record.money) row.set("AMOUNT", amount_words(words, names, record));
    const auto recorded = record.time.day();
    const auto day = record.day.value_or(recorded);
    row.add("WHEN").set("ISO", day.to_text()).set("DAY", words.date(day));
    // Lists are in the order of the log, which is not that of the days that records state.
    if (day != recorded)
      row.add("NOTE").set("TEXT", words.text("recorded_on", {{"day", words.date(recorded)}}));
    if (note) row.add("NOTE").set("TEXT", note(record));
  }
}

void fill_funds(Page& page, Section list, Names& names, const storage::Snapshot& snapshot,
                const std::vector<std::shared_ptr<const ledger::Fund>>& funds) {
  for (const auto& fund : funds) {
    auto row = list.add("FUND");
    row.set("URL", page.link("/f/" + fund->proposal.fund.value));
    row.set("TITLE", in_sentence(fund->proposal.title.value)).set("NGO", names.member(fund->ngo));
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

void add_rest(Page& page, Section where, std::string_view key, std::uint64_t count) {
  where.set("TEXT", page.words().text(key, {{"count", page.words().number(count)}}));
}

void fill_totals(Page& page, const std::string& path, const std::vector<api::FundTotals>& totals) {
  auto section = page.body().add("TOTALS");
  set_files(section, path);
  auto table = section.include("TABLE", "totals.html");
  using Row = api::FundTotals;
  fill_columns(
      page, table, currencies_of(totals),
      {column_of("donated", totals, &Row::donated), column_of("spent", totals, &Row::spent),
       column_of("held", totals, &Row::held), column_of("refunded", totals, &Row::refunded),
       column_of("exchanged_in", totals, &Row::exchanged_in),
       column_of("exchanged_out", totals, &Row::exchanged_out)});
}

void fill_totals(Page& page, const std::string& path,
                 const std::vector<api::MemberTotals>& totals) {
  auto section = page.body().add("TOTALS");
  set_files(section, path);
  auto table = section.include("TABLE", "totals.html");
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

std::optional<ledger::EntryIndex> asked_entry(const api::Request& request, std::string_view name) {
  const auto from = request.parameter(name);
  if (!from) return std::nullopt;
  ledger::EntryIndex entry;
  const auto [end, error] = std::from_chars(from->data(), from->data() + from->size(), entry.value);
  if (error != std::errc{} || end != from->data() + from->size()) return std::nullopt;
  return entry;
}

}  // namespace centime::explorer
