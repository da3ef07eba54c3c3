#include "api/queries.h"

#include <map>
#include <utility>

#include "crypto/canonical.h"
#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/ledger/statement_rules.h"

namespace centime::api {
namespace {

using storage::Snapshot;

std::optional<ledger::RecordId> subject_of(const ledger::Record& record) {
  return std::visit(
      [](const auto& body) -> std::optional<ledger::RecordId> {
        if constexpr (requires { body.donation; }) {
          return body.donation;
        } else if constexpr (requires { body.disbursement; }) {
          return body.disbursement;
        } else if constexpr (requires { body.subject; }) {
          const auto* subject = std::get_if<ledger::RecordSubject>(&body.subject);
          return subject != nullptr ? std::optional(subject->record) : std::nullopt;
        } else {
          return std::nullopt;
        }
      },
      record.body);
}

// As the ledger files it: what is said of a record belongs to that record's fund, and what is said
// of such a statement to none.
std::optional<ledger::FundId> fund_of(const Snapshot& snapshot, const ledger::Record& record) {
  const auto* subject = std::visit(
      [](const auto& body) -> const ledger::Subject* {
        if constexpr (requires { body.subject; }) return &body.subject;
        return nullptr;
      },
      record.body);
  if (subject == nullptr) return ledger::fund_of(snapshot, record);
  if (const auto* fund = std::get_if<ledger::FundSubject>(subject)) return fund->fund;
  const auto entry = snapshot.find_record(std::get<ledger::RecordSubject>(*subject).record);
  crypto::check(entry.has_value(), "a recorded statement's subject is recorded");
  return ledger::fund_of(snapshot, snapshot.record(*entry).authored.record);
}

ledger::Currency currency_of_disbursement(const Snapshot& snapshot, const ledger::RecordId& id) {
  const auto entry = snapshot.find_record(id);
  crypto::check(entry.has_value(), "a recorded statement's subject is recorded");
  const auto record = snapshot.record(*entry);
  return std::get<ledger::Disbursement>(record.authored.record.body).currency;
}

std::optional<Money> money_of(const Snapshot& snapshot, const ledger::RecordEntry& entry) {
  return std::visit(
      [&](const auto& body) -> std::optional<Money> {
        if constexpr (requires { body.amount_seen; }) {
          return Money{body.amount_seen, currency_of_disbursement(snapshot, body.disbursement)};
        } else if constexpr (requires { body.from_amount; }) {
          return Money{body.from_amount, body.from_currency};
        } else if constexpr (requires {
                               body.amount;
                               body.currency;
                             }) {
          return Money{body.amount, body.currency};
        } else if constexpr (requires { body.amount; }) {
          const auto account = snapshot.account(entry.effects.spend->account);
          return Money{body.amount, account->key().currency};
        } else {
          return std::nullopt;
        }
      },
      entry.authored.record.body);
}

std::optional<Money> became_of(const ledger::Record& record) {
  const auto* exchange = std::get_if<ledger::Exchange>(&record.body);
  if (exchange == nullptr) return std::nullopt;
  return Money{exchange->to_amount, exchange->to_currency};
}

ledger::Seal seal_at(const Snapshot& snapshot, ledger::EntryIndex index) {
  auto entry = crypto::decode<ledger::Entry>(snapshot.entry(index));
  crypto::check(entry && std::holds_alternative<ledger::Seal>(*entry), "a block ends with a seal");
  return std::get<ledger::Seal>(std::move(*entry));
}

template <class Totals>
std::vector<Totals> in_order(std::map<ledger::Currency, Totals> by_currency) {
  std::vector<Totals> totals;
  totals.reserve(by_currency.size());
  for (auto& [currency, row] : by_currency) {
    row.currency = currency;
    totals.push_back(std::move(row));
  }
  return totals;
}

ledger::Currency target_of(const ledger::FlowKey& exchange) {
  const auto currency = ledger::Currency::from_text(exchange.to);
  crypto::check(currency.has_value(), "an exchange's flow names the other currency");
  return *currency;
}

std::vector<FundTotals> with_held(const std::vector<storage::CurrencyTotals>& totals) {
  std::vector<FundTotals> rows;
  rows.reserve(totals.size());
  for (const storage::CurrencyTotals& row : totals) {
    const std::uint64_t in = row.donated + row.exchanged_in;
    rows.push_back({.currency = row.currency,
                    .donated = row.donated,
                    .donations = row.donations,
                    .exchanged_in = row.exchanged_in,
                    .spent = row.spent,
                    .refunded = row.refunded,
                    .exchanged_out = row.exchanged_out,
                    .held = in - row.spent - row.refunded - row.exchanged_out});
  }
  return rows;
}

void add_flow(std::map<ledger::Currency, MemberTotals>& totals, const std::string& member,
              const storage::Flow& flow) {
  using ledger::RecordKind;
  const auto& [key, total] = flow;
  const bool out = key.from == member;
  const bool in = key.to == member;
  MemberTotals& row = totals[key.currency];
  switch (key.kind) {
    case RecordKind::donation:
      row.collected += in ? total.amount : 0;
      break;
    case RecordKind::disbursement:
      row.sent += out ? total.amount : 0;
      row.received += in ? total.amount : 0;
      break;
    case RecordKind::return_:
      row.returned += out ? total.amount : 0;
      row.received += in ? total.amount : 0;
      break;
    case RecordKind::expenditure:
      row.spent += total.amount;
      break;
    case RecordKind::refund:
      row.refunded += total.amount;
      break;
    case RecordKind::exchange:
      row.exchanged_out += total.amount;
      totals[target_of(key)].exchanged_in += total.to_amount;
      break;
    default:
      crypto::check(false, "only records that move money have flows");
  }
}

// An expenditure's `to` is a category and an exchange's a currency, not members.
bool takes_part(const ledger::FlowKey& key, const std::string& member) {
  using ledger::RecordKind;
  const bool to_member = key.kind == RecordKind::donation || key.kind == RecordKind::disbursement ||
                         key.kind == RecordKind::return_;
  return key.from == member || (to_member && key.to == member);
}

std::vector<ledger::EntryIndex> entries_about(const Snapshot& snapshot, std::string_view id,
                                              const storage::EntryQuery& query) {
  const auto bytes = crypto::from_hex(id);
  const auto digest = bytes ? crypto::Digest::from(*bytes) : std::nullopt;
  if (!digest) return {};
  std::vector<ledger::EntryIndex> entries;
  for (const auto& row : snapshot.statement_rows({digest->bytes}, query))
    entries.push_back(row.entry);
  return entries;
}

std::vector<ledger::EntryIndex> list_entries(const Snapshot& snapshot, RecordList list,
                                             std::string name, const storage::EntryQuery& query) {
  switch (list) {
    case RecordList::about_record:
      return entries_about(snapshot, name, query);
    case RecordList::of_fund:
      return snapshot.entries_by_fund({std::move(name)}, query);
    case RecordList::of_member:
      return snapshot.entries_by_member({std::move(name)}, query);
    case RecordList::unacknowledged:
      return snapshot.missing({std::move(name)}, ledger::Missing::acknowledgement, query);
    case RecordList::without_evidence:
      return snapshot.missing({std::move(name)}, ledger::Missing::evidence, query);
  }
  return {};
}

}  // namespace

void RecordReader::find_block(ledger::EntryIndex entry) {
  if (block_first_ <= entry && entry < block_end_) return;
  height_ = snapshot_.block_of(entry);
  const auto block = snapshot_.block(height_);
  crypto::check(block.has_value(), "an entry stands in a block");
  block_first_ = block->first_entry;
  block_end_ = block->seal_entry + 1;
  time_ = seal_at(snapshot_, block->seal_entry).time;
}

RecordView RecordReader::describe(ledger::EntryIndex entry) {
  return describe(entry, snapshot_.record(entry));
}

RecordView RecordReader::describe(ledger::EntryIndex entry, ledger::RecordEntry content) {
  find_block(entry);
  RecordView view;
  view.content = std::move(content);
  view.id = ledger::record_id(crypto::encode(view.content.authored));
  view.entry = entry;
  view.height = height_;
  view.time = time_;
  const ledger::Record& record = view.content.authored.record;
  view.fund = fund_of(snapshot_, record);
  view.day = ledger::stated_day(record);
  view.money = money_of(snapshot_, view.content);
  view.became = became_of(record);
  view.subject = subject_of(record);
  return view;
}

std::vector<RecordView> RecordReader::describe(const std::vector<ledger::EntryIndex>& entries) {
  std::vector<RecordView> views;
  views.reserve(entries.size());
  for (const ledger::EntryIndex entry : entries) views.push_back(describe(entry));
  return views;
}

std::vector<RecordView> RecordReader::describe(std::span<const storage::ListedStatement> rows) {
  std::vector<RecordView> views;
  views.reserve(rows.size());
  for (const auto& row : rows) views.push_back(describe(row.entry));
  return views;
}

RecordView describe_record(const Snapshot& snapshot, ledger::EntryIndex entry) {
  return RecordReader(snapshot).describe(entry);
}

std::expected<ledger::EntryIndex, storage::PrefixError> find_record(const Snapshot& snapshot,
                                                                    std::string_view id_or_prefix) {
  return snapshot.find_record_prefix(id_or_prefix);
}

std::string_view to_word(storage::PrefixError error) {
  switch (error) {
    case storage::PrefixError::unknown:
      return "unknown_record";
    case storage::PrefixError::ambiguous:
      return "ambiguous_id";
    case storage::PrefixError::bad:
      return "bad_id";
  }
  return "bad_id";
}

std::vector<storage::ListedStatement> statements_about(const Snapshot& snapshot,
                                                       const ledger::RecordId& subject) {
  return snapshot.statement_rows(subject,
                                 {storage::Order::oldest_first, std::nullopt, storage::all_rows});
}

proof::HandOver hand_over(const std::vector<storage::ListedStatement>& statements) {
  auto state = proof::HandOver::sent;
  for (const auto& statement : statements) {
    if (statement.kind == ledger::RecordKind::acknowledgement)
      state = proof::HandOver::acknowledged;
    if (statement.kind == ledger::RecordKind::dispute) state = proof::HandOver::disputed;
  }
  return state;
}

std::vector<FundTotals> fund_totals(const Snapshot& snapshot, const ledger::FundId& fund) {
  return with_held(snapshot.totals(fund));
}

std::vector<FundTotals> network_totals(const Snapshot& snapshot) {
  return with_held(snapshot.totals());
}

std::uint64_t account_count(const Snapshot& snapshot, const ledger::FundId& fund) {
  std::uint64_t count = 0;
  for (const auto& row : snapshot.totals(fund)) count += row.accounts;
  return count;
}

std::uint64_t flow_count(const Snapshot& snapshot, const ledger::FundId& fund) {
  std::uint64_t count = 0;
  for (const auto& row : snapshot.totals(fund)) count += row.flows;
  return count;
}

std::vector<storage::Flow> member_flows(const Snapshot& snapshot, const ledger::MemberId& member) {
  auto flows = snapshot.flows();
  std::erase_if(flows,
                [&](const storage::Flow& flow) { return !takes_part(flow.key, member.value); });
  return flows;
}

std::vector<MemberTotals> member_totals(const std::vector<storage::Flow>& flows,
                                        const ledger::MemberId& member) {
  std::map<ledger::Currency, MemberTotals> totals;
  for (const storage::Flow& flow : flows) add_flow(totals, member.value, flow);
  for (auto& [currency, row] : totals) {
    const std::uint64_t in = row.collected + row.received + row.exchanged_in;
    row.held = in - row.sent - row.returned - row.spent - row.refunded - row.exchanged_out;
  }
  return in_order(std::move(totals));
}

std::optional<BlockView> describe_block(const Snapshot& snapshot, ledger::Height height) {
  auto row = snapshot.block(height);
  if (!row) return std::nullopt;
  BlockView view;
  view.height = height;
  view.seal_entry = row->seal_entry;
  view.certificate = std::move(row->certificate);
  const crypto::Bytes bytes = snapshot.entry(row->seal_entry);
  view.hash = crypto::hash_leaf(bytes);
  view.seal = seal_at(snapshot, row->seal_entry);
  return view;
}

RecordPage records_page(const Snapshot& snapshot, RecordList list, std::string_view name,
                        const storage::EntryQuery& query) {
  crypto::check(query.limit >= 1, "a page has room for one record");
  // One more than wanted says where the next page begins, and whether there is one.
  storage::EntryQuery wider = query;
  wider.limit = query.limit + 1;
  auto entries = list_entries(snapshot, list, std::string(name), wider);
  RecordPage page;
  if (entries.size() > query.limit) {
    page.next = entries.back();
    entries.pop_back();
  }
  page.records = RecordReader(snapshot).describe(entries);
  return page;
}

}  // namespace centime::api
