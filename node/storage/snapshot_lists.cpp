// The parts of a snapshot that list and search.
#include <algorithm>
#include <ranges>
#include <utility>

#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "node/storage/rows.h"
#include "node/storage/snapshot.h"
#include "node/storage/snapshot_parts.h"

namespace centime::storage {

using crypto::Bytes;
using crypto::BytesView;

namespace {

// To the first row of a list, or to the one behind `after`.
void begin_list(Database::Cursor& cursor, const std::optional<Row>& after) {
  if (!after) return cursor.seek_first();
  cursor.seek(*after);
  if (cursor.valid() && std::ranges::equal(cursor.key(), after->view())) cursor.next();
}

template <class Value>
std::vector<std::shared_ptr<const Value>> registered_list(const Snapshot::Parts& parts,
                                                          RegistryKind kind,
                                                          const std::string* after,
                                                          std::size_t limit) {
  std::vector<std::shared_ptr<const Value>> list;
  auto cursor = parts.cursor(Column::registry, registry_key(kind, ""));
  begin_list(cursor, after == nullptr ? std::nullopt : std::optional(registry_key(kind, *after)));
  for (; cursor.valid() && list.size() < limit; cursor.next()) {
    auto value = crypto::decode<Value>(cursor.value());
    if (!value) parts.bad_row(Column::registry, crypto::as_text(cursor.key().subspan(1)));
    list.push_back(std::make_shared<const Value>(std::move(*value)));
  }
  return list;
}

template <class Id>
const std::string* slug_of(const std::optional<Id>& id) {
  return id ? &id->value : nullptr;
}

Flow flow_in(const Snapshot::Parts& parts, const Database::Cursor& cursor) {
  auto key = decode_flow_key(cursor.key());
  const auto total = decode_flow_value(cursor.value());
  if (!key || !total) parts.bad_row(Column::flows, "a total");
  return {std::move(*key), *total};
}

std::vector<CurrencyTotals> totals_in(const Snapshot::Parts& parts, std::string_view fund) {
  std::vector<CurrencyTotals> totals;
  auto cursor = parts.cursor(Column::totals, name_prefix(fund));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode_totals(cursor.key(), cursor.value());
    if (!row) parts.bad_row(Column::totals, fund);
    totals.push_back(*row);
  }
  return totals;
}

// Walks the rows of one fund, member or day.
class RunWalk {
 public:
  RunWalk(const Snapshot::Parts& parts, Column column, const Row& prefix, const EntryQuery& query)
      : parts_(parts), column_(column), prefix_(prefix), query_(query) {}

  std::vector<ledger::EntryIndex> entries() {
    auto cursor = parts_.cursor(column_, prefix_);
    if (query_.order == Order::oldest_first) {
      begin_oldest(cursor);
      for (; cursor.valid() && !full(); cursor.next())
        for (const auto& run : runs(cursor)) add_ascending(run);
    } else {
      begin_newest(cursor);
      for (; cursor.valid() && !full(); cursor.previous())
        for (const auto& run : runs(cursor) | std::views::reverse) add_descending(run);
    }
    return std::move(found_);
  }

 private:
  bool full() const { return found_.size() >= query_.limit; }

  Row key(ledger::EntryIndex first) const { return Row(prefix_).number(first.value); }

  void begin_oldest(Database::Cursor& cursor) const {
    if (query_.from) {
      // The row that begins before `from` may reach beyond it.
      cursor.seek_at_or_before(key(*query_.from));
      if (cursor.valid()) return;
    }
    cursor.seek_first();
  }

  void begin_newest(Database::Cursor& cursor) const {
    if (query_.from) {
      cursor.seek_at_or_before(key(*query_.from));
    } else {
      cursor.seek_last();
    }
  }

  ledger::EntryRuns runs(const Database::Cursor& cursor) const {
    auto runs = decode_runs(cursor.value());
    if (!runs) parts_.bad_row(column_, "runs of entries");
    return std::move(*runs);
  }

  void add_ascending(const ledger::EntryRun& run) {
    auto entry = query_.from ? std::max(run.first, *query_.from) : run.first;
    for (; entry <= run.last && !full(); entry = entry + 1) found_.push_back(entry);
  }

  void add_descending(const ledger::EntryRun& run) {
    const auto last = query_.from ? std::min(run.last, *query_.from) : run.last;
    if (last < run.first) return;
    for (auto left = last - run.first + 1; left > 0 && !full(); --left)
      found_.push_back(run.first + (left - 1));
  }

  const Snapshot::Parts& parts_;
  Column column_;
  Row prefix_;
  const EntryQuery& query_;
  std::vector<ledger::EntryIndex> found_;
};

// Calls row(entry, value) for the rows that a query asks for, of those whose keys are `prefix` and
// an entry.
template <class OnRow>
void each_entry_row(Database::Cursor cursor, const Row& prefix, const EntryQuery& query,
                    const OnRow& row) {
  const bool oldest_first = query.order == Order::oldest_first;
  if (query.from) {
    const Row from = Row(prefix).number(query.from->value);
    oldest_first ? cursor.seek(from) : cursor.seek_at_or_before(from);
  } else {
    oldest_first ? cursor.seek_first() : cursor.seek_last();
  }
  for (std::size_t count = 0; cursor.valid() && count < query.limit; ++count) {
    row(ledger::EntryIndex{RowReader(cursor.key().last(8)).u64()}, cursor.value());
    oldest_first ? cursor.next() : cursor.previous();
  }
}

// The id of the record in this entry.
std::optional<ledger::RecordId> id_of(BytesView entry) {
  auto decoded = crypto::decode<ledger::Entry>(entry);
  const auto* const record = decoded ? std::get_if<ledger::RecordEntry>(&*decoded) : nullptr;
  if (record == nullptr) return std::nullopt;
  return ledger::record_id(crypto::encode(record->authored));
}

// Calls found(entry, id) for each record whose id begins with these 8 bytes; false stops.
template <class Found>
void each_candidate(const Snapshot& snapshot, const Snapshot::Parts& parts, BytesView first_bytes,
                    const Found& found) {
  auto cursor = parts.database->cursor(
      parts.view, Column::ids,
      {.lower = crypto::to_bytes(Row().raw(first_bytes).number(std::uint64_t{0})),
       .upper = crypto::to_bytes(Row().raw(first_bytes).number(~std::uint64_t{0})),
       .one_prefix = true});
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const ledger::EntryIndex entry{RowReader(cursor.key().last(8)).u64()};
    const auto id = id_of(snapshot.entry(entry));
    if (!id) parts.bad_row(Column::ids, "it names an entry that is not a record");
    if (!found(entry, *id)) return;
  }
}

}  // namespace

std::vector<std::shared_ptr<const ledger::Member>> Snapshot::members() const {
  return registered_list<ledger::Member>(*parts_, RegistryKind::member, nullptr, ~std::size_t{0});
}

std::vector<std::shared_ptr<const ledger::Fund>> Snapshot::funds(
    const ListQuery<ledger::FundId>& query) const {
  return registered_list<ledger::Fund>(*parts_, RegistryKind::fund, slug_of(query.after),
                                       query.limit);
}

std::vector<std::shared_ptr<const ledger::Channel>> Snapshot::channels(
    const ListQuery<ledger::ChannelId>& query) const {
  return registered_list<ledger::Channel>(*parts_, RegistryKind::channel, slug_of(query.after),
                                          query.limit);
}

std::vector<std::shared_ptr<const ledger::Account>> Snapshot::accounts_of(
    const ledger::FundId& fund, const ListQuery<ledger::AccountKey>& query) const {
  std::vector<std::shared_ptr<const ledger::Account>> accounts;
  auto cursor = parts_->cursor(Column::account_keys, name_prefix(fund.value));
  begin_list(cursor, query.after ? std::optional(account_name_key(*query.after)) : std::nullopt);
  for (; cursor.valid() && accounts.size() < query.limit; cursor.next())
    accounts.push_back(account({RowReader(cursor.value()).u32()}));
  return accounts;
}

std::vector<Flow> Snapshot::flows(const ledger::FundId& fund,
                                  const ListQuery<ledger::FlowKey>& query) const {
  std::vector<Flow> flows;
  auto cursor = parts_->cursor(Column::flows, name_prefix(fund.value));
  begin_list(cursor, query.after ? std::optional(flow_key(*query.after)) : std::nullopt);
  for (; cursor.valid() && flows.size() < query.limit; cursor.next())
    flows.push_back(flow_in(*parts_, cursor));
  return flows;
}

std::vector<Flow> Snapshot::flows() const {
  std::vector<Flow> flows;
  auto cursor = parts_->database->cursor(parts_->view, Column::flows, {});
  for (cursor.seek_first(); cursor.valid(); cursor.next())
    flows.push_back(flow_in(*parts_, cursor));
  // Shorter names of funds come first in the store.
  std::ranges::sort(flows, {}, &Flow::key);
  return flows;
}

std::vector<CurrencyTotals> Snapshot::totals(const ledger::FundId& fund) const {
  return totals_in(*parts_, fund.value);
}

std::vector<CurrencyTotals> Snapshot::totals() const { return totals_in(*parts_, ""); }

std::vector<ledger::EntryIndex> Snapshot::entries_by_fund(const ledger::FundId& fund,
                                                          const EntryQuery& query) const {
  return RunWalk(*parts_, Column::by_fund, name_prefix(fund.value), query).entries();
}

std::vector<ledger::EntryIndex> Snapshot::entries_by_member(const ledger::MemberId& member,
                                                            const EntryQuery& query) const {
  return RunWalk(*parts_, Column::by_member, name_prefix(member.value), query).entries();
}

std::vector<ledger::EntryIndex> Snapshot::entries_by_day(ledger::Date day,
                                                         const EntryQuery& query) const {
  return RunWalk(*parts_, Column::by_day, day_prefix(day), query).entries();
}

std::optional<ledger::Date> Snapshot::last_day_with_entries(ledger::Date until) const {
  auto cursor = parts_->database->cursor(parts_->view, Column::by_day, {});
  cursor.seek_at_or_before(day_prefix(until).number(~std::uint64_t{0}));
  if (!cursor.valid()) return std::nullopt;
  return ledger::Date{RowReader(cursor.key()).u32()};
}

std::vector<ledger::EntryIndex> Snapshot::missing(const ledger::FundId& fund, ledger::Missing what,
                                                  const EntryQuery& query) const {
  std::vector<ledger::EntryIndex> found;
  const Row prefix = name_prefix(fund.value).number(static_cast<std::uint8_t>(what));
  each_entry_row(parts_->cursor(Column::missing, prefix), prefix, query,
                 [&](ledger::EntryIndex entry, BytesView) { found.push_back(entry); });
  return found;
}

std::vector<ListedStatement> Snapshot::statement_rows(const ledger::RecordId& subject,
                                                      const EntryQuery& query) const {
  std::vector<ListedStatement> found;
  const Row prefix = Row().raw(subject.bytes);
  const Row end = statement_key(subject, {~std::uint64_t{0}});
  auto rows =
      parts_->database->cursor(parts_->view, Column::statements,
                               {.lower = crypto::to_bytes(prefix), .upper = crypto::to_bytes(end)});
  each_entry_row(std::move(rows), prefix, query, [&](ledger::EntryIndex entry, BytesView value) {
    const auto kind = decode_kind(value);
    if (!kind) parts_->bad_row(Column::statements, "a kind");
    found.push_back({entry, *kind});
  });
  return found;
}

std::optional<ledger::EntryIndex> Snapshot::find_record(const ledger::RecordId& id) const {
  std::optional<ledger::EntryIndex> found;
  each_candidate(*this, *parts_, BytesView(id.bytes).first(8),
                 [&](ledger::EntryIndex entry, const ledger::RecordId& candidate) {
                   if (candidate == id) found = entry;
                   return !found;
                 });
  return found;
}

std::expected<ledger::EntryIndex, PrefixError> Snapshot::find_record_prefix(
    std::string_view hex) const {
  if (hex.size() < 16 || hex.size() > 64) return std::unexpected(PrefixError::bad);
  // An odd last digit is checked with the whole text below, so here any digit may complete it.
  const auto bytes = crypto::from_hex(std::string(hex) + (hex.size() % 2 == 1 ? "0" : ""));
  if (!bytes) return std::unexpected(PrefixError::bad);
  std::vector<ledger::EntryIndex> found;
  each_candidate(*this, *parts_, BytesView(*bytes).first(8),
                 [&](ledger::EntryIndex entry, const ledger::RecordId& candidate) {
                   if (candidate.hex().starts_with(hex)) found.push_back(entry);
                   return found.size() < 2;
                 });
  if (found.empty()) return std::unexpected(PrefixError::unknown);
  if (found.size() > 1) return std::unexpected(PrefixError::ambiguous);
  return found.front();
}

}  // namespace centime::storage
