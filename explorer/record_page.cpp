#include <algorithm>
#include <optional>
#include <ranges>
#include <span>

#include "api/queries.h"
#include "api/typed_amount.h"
#include "crypto/canonical.h"
#include "crypto/check.h"
#include "crypto/encoding.h"
#include "explorer/doubts.h"
#include "explorer/pages.h"
#include "explorer/record_fields.h"
#include "explorer/record_words.h"
#include "explorer/source_list.h"

namespace centime::explorer {
namespace {

using ledger::EntryIndex;
using storage::Snapshot;

// Intervals of one record that are listed; the API has them all.
constexpr std::size_t shown_segments = 20;
constexpr std::size_t listed_statements = 50;

// The signature over the submission that brought the record, which stands before its records; at
// most so many entries before this one, or nothing comes of it.
std::optional<ledger::SubmissionHead> head_of(const Snapshot& snapshot, EntryIndex record,
                                              std::size_t entries_max) {
  for (auto at = record.value; at-- > 0;) {
    if (entries_max-- == 0) return std::nullopt;
    const auto bytes = snapshot.entry({at});
    if (bytes.front() == ledger::record_entry_tag) continue;
    const auto entry = crypto::decode<ledger::Entry>(bytes);
    crypto::check(entry && std::holds_alternative<ledger::SubmissionHead>(*entry),
                  "a submission's head stands before its records");
    return std::get<ledger::SubmissionHead>(*entry);
  }
  crypto::check_failed("a record has a submission", std::source_location::current());
}

// What stands in the record, and behind it whose name it is.
std::string named(Names& names, const FieldRow& field) {
  if (field.path.starts_with("/m/"))
    return field.value + " (" + names.member(ledger::MemberId{field.value}) + ")";
  if (field.path.starts_with("/f/"))
    return field.value + " (" + names.fund(ledger::FundId{field.value}) + ")";
  return field.value;
}

// Whom a proposal would make a member has no page yet.
bool has_page(const Names& names, const FieldRow& field) {
  if (!field.path.starts_with("/m/")) return !field.path.empty();
  return names.snapshot().member(ledger::MemberId{field.value}) != nullptr;
}

void fill_fields(Page& page, Names& names, const api::RecordView& record) {
  const auto currency = record.money ? std::optional(record.money->currency) : std::nullopt;
  for (const auto& field : record_fields(page.words(), record.content.authored.record, currency)) {
    auto row = page.body().add("FIELD");
    row.set("NAME", field.name);
    if (has_page(names, field))
      row.add("LINKED").set("URL", page.link(field.path)).set("VALUE", named(names, field));
    else
      row.add(field.code ? "CODE" : "PLAIN").set("VALUE", field.value);
  }
}

std::string interval_words(const Catalogue& words, const ledger::Interval& units) {
  return words.text("units", {{"first", words.number(units.lo.value)},
                              {"last", words.number(units.hi.value - 1)}});
}

void add_effect(Page& page, Section& effects, Names& names, const Snapshot& snapshot,
                std::string_view direction, ledger::AccountIndex account,
                const std::vector<ledger::Interval>& segments) {
  const auto& words = page.words();
  const auto& key = snapshot.account(account)->key();
  std::string list;
  // One more than fits takes no more room than a word for the rest.
  const auto shown = segments.size() <= shown_segments + 1 ? segments.size() : shown_segments;
  for (std::size_t i = 0; i < shown; ++i)
    list += (i > 0 ? ", " : "") + interval_words(words, segments[i]);
  if (segments.size() > shown) {
    const auto more = words.number(segments.size() - shown);
    list += ", " + words.text("units_more", {{"count", more}});
  }
  const auto name = words.text(direction, {{"holder", names.member(key.holder)},
                                           {"fund", names.fund(key.fund)},
                                           {"currency", key.currency.text()}});
  effects.add("EFFECT").set("NAME", name).set("VALUE", list);
}

void fill_effects(Page& page, Names& names, const Snapshot& snapshot,
                  const api::RecordView& record) {
  const auto& [spend, fill] = record.content.effects;
  if (!spend && !fill) return;
  auto effects = page.body().add("EFFECTS");
  if (spend)
    add_effect(page, effects, names, snapshot, "effect_out", spend->account, spend->segments.items);
  if (fill) add_effect(page, effects, names, snapshot, "effect_in", fill->account, {fill->units});
}

void fill_log(Page& page, Names& names, const api::RecordView& record,
              const ledger::SubmissionHead& head) {
  auto& body = page.body();
  body.set("ENTRY", page.words().number(record.entry.value));
  body.set("ENTRY_URL", "/v1/entries/" + std::to_string(record.entry.value));
  body.set("PROOF_URL", "/v1/records/" + record.id.hex() + "/proof");
  body.set("BLOCK", page.words().number(record.height.value));
  body.set("BLOCK_URL", page.link("/b/" + std::to_string(record.height.value)));
  body.set("TIME", page.words().instant(record.time)).set("TIME_ISO", record.time.to_iso());
  body.set("AUTHOR", names.member(record.author()));
  body.set("AUTHOR_URL", page.link("/m/" + record.author().value));
  body.set("KEY", crypto::to_hex(head.key.bytes));
  body.set("SIGNATURE", crypto::to_hex(head.signature.bytes));
}

using Statements = std::vector<storage::ListedStatement>;

// What the receiver said last; with the amount, if it saw another than was sent.
std::string hand_over_words(const Catalogue& words, const Snapshot& snapshot,
                            const api::RecordView& sent, const Statements& statements) {
  const auto state = api::hand_over(statements);
  const auto said = "hand_over_" + std::string(crypto::word_of(state));
  if (state != proof::HandOver::acknowledged || !sent.money) return words.text(said);
  const auto newest_first = statements | std::views::reverse;
  const auto last = std::ranges::find(newest_first, ledger::RecordKind::acknowledgement,
                                      &storage::ListedStatement::kind);
  const auto body = snapshot.record(last->entry).authored.record.body;
  const ledger::Amount seen = std::get<ledger::Acknowledgement>(body).amount_seen;
  if (seen == sent.money->amount) return words.text(said);
  return words.text("hand_over_acknowledged_other",
                    {{"seen", words.amount(seen.value, sent.money->currency)},
                     {"total", words.amount(*sent.money)}});
}

std::optional<std::string> doubt_of(const Catalogue& words, ledger::Verdict verdict,
                                    const std::string& auditor) {
  if (verdict == ledger::Verdict::verified) return std::nullopt;
  return words.text("stage_" + std::string(crypto::word_of(verdict)), {{"who", auditor}}) + ".";
}

// The newest of them, oldest first; the API has them all.
void fill_statements(Page& page, Names& names, const Snapshot& snapshot,
                     const api::RecordView& record, const Statements& statements) {
  if (record.kind() == ledger::RecordKind::disbursement)
    page.body()
        .add("HAND_OVER")
        .set("VALUE", hand_over_words(page.words(), snapshot, record, statements));
  if (statements.empty()) return;
  fill_doubts(page, names, snapshot, statements,
              [&](auto verdict, auto& who) { return doubt_of(page.words(), verdict, who); });
  const auto shown = std::span(statements).last(std::min(statements.size(), listed_statements));
  auto section = page.body().add("STATEMENTS");
  fill_records(page, section.include("LIST", "record_list.html"), names,
               api::RecordReader(snapshot).describe(shown));
  set_files(section, "/v1/records/" + record.id.hex() + "/statements");
  if (shown.size() < statements.size())
    add_rest(page, section.add("MORE"), "statements_rest", statements.size() - shown.size());
}

// What is read for a page beside the record itself, all that may be much.
struct Around {
  ledger::SubmissionHead head;
  Statements statements;                // Oldest first.
  std::optional<FoundSources> sources;  // Of a record that took money out of an account.
};

// Nothing when a little is not enough.
std::optional<Around> read_around(const Snapshot& snapshot, const api::RecordView& record,
                                  Effort effort) {
  const bool little = effort == Effort::little;
  Around around;
  auto head = head_of(snapshot, record.entry, little ? little_records : record.entry.value);
  if (!head) return std::nullopt;
  around.head = *head;
  const std::size_t rows = little ? little_records + 1 : storage::all_rows;
  around.statements =
      snapshot.statement_rows(record.id, {storage::Order::oldest_first, std::nullopt, rows});
  if (little && around.statements.size() > little_records) return std::nullopt;
  if (!record.content.effects.spend) return around;
  around.sources =
      api::trace_sources(snapshot, record.entry, little ? little_records : followed_sources);
  if (little && !*around.sources) return std::nullopt;
  return around;
}

}  // namespace

std::optional<api::Response> record_page(const api::Request& request, const LedgerNow& now,
                                         std::string_view id, Effort effort) {
  const auto& snapshot = now.snapshot;
  if (auto elsewhere = by_small_letters(request, "/r/", id)) return *std::move(elsewhere);
  const auto entry = api::find_record(snapshot, api::without_ellipsis(id));
  if (!entry)
    return missing(entry.error() == storage::PrefixError::ambiguous ? "ambiguous_id"
                                                                    : "unknown_record");
  const auto record = api::describe_record(snapshot, *entry);
  const auto around = read_around(snapshot, record, effort);
  if (!around) return std::nullopt;
  Page page(request, "record.html");
  Names names(snapshot);
  const auto& words = page.words();
  const auto sentence = record_sentence(words, names, record);
  page.set_title(sentence);
  page.set_private();
  page.set_state(now);
  page.set_json("/v1/records/" + record.id.hex());
  auto& body = page.body();
  body.set("ID", record.id.hex()).set("SHORT_ID", short_id(record.id)).set("TEXT", sentence);
  body.set("KIND", words.text("kind_" + std::string(crypto::word_of(record.kind()))));
  if (record.money) body.add("AMOUNT").set("VALUE", words.amount(*record.money));
  if (record.kind() == ledger::RecordKind::donation)
    body.add("FOLLOW").set("URL", page.link("/d/" + record.id.hex()));
  fill_fields(page, names, record);
  fill_statements(page, names, snapshot, record, around->statements);
  if (around->sources) fill_sources(page, names, request, snapshot, record, *around->sources);
  fill_effects(page, names, snapshot, record);
  fill_log(page, names, record, around->head);
  return page.response();
}

}  // namespace centime::explorer
