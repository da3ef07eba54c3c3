#include "node/storage/snapshot.h"

#include <fmt/format.h>

#include <utility>

#include "crypto/canonical.h"
#include "crypto/check.h"
#include "node/storage/rows.h"
#include "node/storage/snapshot_parts.h"

namespace centime::storage {

using crypto::Bytes;
using crypto::BytesView;
using crypto::check;

namespace {

// Reads a row through the cache: members, funds and channels.
template <class Value, class Cache>
std::shared_ptr<const Value> registered(const Snapshot::Parts& parts, Cache& cache,
                                        RegistryKind kind, const std::string& slug) {
  if (auto hot = cache.find(slug, parts.version())) return hot;
  Bytes row;
  if (!parts.get(Column::registry, registry_key(kind, slug), row)) return nullptr;
  auto value = crypto::decode<Value>(row);
  if (!value) parts.bad_row(Column::registry, slug);
  auto shared = std::make_shared<const Value>(std::move(*value));
  cache.fill(slug, shared, parts.version());
  return shared;
}

// The inflows or outflows that overlap `within`.
template <class Part>
std::vector<Part> overlapping(const Snapshot::Parts& parts, Column column,
                              ledger::AccountIndex account, const ledger::Interval& within,
                              std::size_t max) {
  std::vector<Part> found;
  if (within.empty()) return found;
  auto cursor =
      parts.database->cursor(parts.view, column,
                             {.lower = crypto::to_bytes(position_key(account, within.lo + 1)),
                              .upper = after_prefix(account_prefix(account))});
  // Parts are disjoint, so in the order of their ends, too: the first that ends above `lo` is the
  // first that may overlap, and none comes after one that reaches `hi`.
  for (cursor.seek_first(); cursor.valid() && found.size() < max; cursor.next()) {
    RowReader key(cursor.key());
    RowReader value(cursor.value());
    key.u32();
    Part part;
    part.units.hi.value = key.u64();
    part.units.lo.value = value.u64();
    part.entry.value = value.u64();
    if (!key.complete() || !value.complete()) parts.bad_row(column, "positions");
    if (part.units.lo >= within.hi) break;
    found.push_back(part);
    if (part.units.hi >= within.hi) break;
  }
  return found;
}

}  // namespace

Database::Cursor Snapshot::Parts::cursor(Column column, BytesView prefix) const {
  return database->cursor(view, column,
                          {.lower = crypto::to_bytes(prefix), .upper = after_prefix(prefix)});
}

void Snapshot::Parts::bad_row(Column column, std::string_view what) const {
  database->fail(fmt::format("a row of {} makes no sense: {}", crypto::word_of(column), what));
}

Snapshot::Snapshot(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Snapshot::~Snapshot() = default;

const Head& Snapshot::head() const { return parts_->head; }

std::shared_ptr<const ledger::Member> Snapshot::member(const ledger::MemberId& id) const {
  return registered<ledger::Member>(*parts_, parts_->hot->members, RegistryKind::member, id.value);
}

std::shared_ptr<const ledger::Fund> Snapshot::fund(const ledger::FundId& id) const {
  return registered<ledger::Fund>(*parts_, parts_->hot->funds, RegistryKind::fund, id.value);
}

std::shared_ptr<const ledger::Channel> Snapshot::channel(const ledger::ChannelId& id) const {
  return registered<ledger::Channel>(*parts_, parts_->hot->channels, RegistryKind::channel,
                                     id.value);
}

std::shared_ptr<const ledger::Governance> Snapshot::governance() const {
  auto& cache = parts_->hot->governance;
  if (auto hot = cache.find(0, parts_->version())) return hot;
  Bytes row;
  if (!parts_->get(Column::registry, registry_key(RegistryKind::governance, ""), row))
    return nullptr;
  auto governance = crypto::decode<ledger::Governance>(row);
  if (!governance) parts_->bad_row(Column::registry, "governance");
  auto shared = std::make_shared<const ledger::Governance>(std::move(*governance));
  cache.fill(0, shared, parts_->version());
  return shared;
}

std::optional<ledger::EpochStart> Snapshot::epoch(std::uint64_t epoch) const {
  Bytes row;
  if (!parts_->get(Column::registry, epoch_key(epoch), row)) return std::nullopt;
  auto start = crypto::decode<ledger::EpochStart>(row);
  if (!start) parts_->bad_row(Column::registry, fmt::format("epoch {}", epoch));
  return std::move(*start);
}

std::optional<ledger::AccountIndex> Snapshot::find_account(const ledger::AccountKey& key) const {
  auto& cache = parts_->hot->account_indexes;
  if (const auto hot = cache.find(key, parts_->version())) return *hot;
  Bytes row;
  if (!parts_->get(Column::account_keys, account_name_key(key), row)) return std::nullopt;
  RowReader reader(row);
  const ledger::AccountIndex index{reader.u32()};
  if (!reader.complete()) parts_->bad_row(Column::account_keys, key.fund.value);
  cache.fill(key, std::make_shared<const ledger::AccountIndex>(index), parts_->version());
  return index;
}

std::optional<ledger::EntryIndex> Snapshot::find_reference(
    const ledger::MemberId& author, const ledger::Reference& reference) const {
  Bytes row;
  if (!parts_->get(Column::refs, reference_key(author, reference), row)) return std::nullopt;
  RowReader reader(row);
  const ledger::EntryIndex entry{reader.u64()};
  if (!reader.complete()) parts_->bad_row(Column::refs, reference.value);
  return entry;
}

std::shared_ptr<const ledger::Account> Snapshot::account(ledger::AccountIndex index) const {
  check(index.value < account_count(), "an account asked for exists");
  auto& cache = parts_->hot->accounts;
  if (auto hot = cache.find(index.value, parts_->version())) return hot;
  Bytes row;
  if (!parts_->get(Column::accounts, account_key(index), row))
    parts_->bad_row(Column::accounts, fmt::format("number {} is missing", index.value));
  auto account = ledger::decode_account(row);
  if (!account || account->index() != index)
    parts_->bad_row(Column::accounts, fmt::format("number {}", index.value));
  auto shared = std::make_shared<const ledger::Account>(std::move(*account));
  cache.fill(index.value, shared, parts_->version());
  return shared;
}

std::uint32_t Snapshot::account_count() const { return parts_->head.account_count; }

ledger::RecordEntry Snapshot::record(ledger::EntryIndex index) const {
  auto decoded = crypto::decode<ledger::Entry>(entry(index));
  if (!decoded) parts_->bad_row(Column::entries, fmt::format("entry {}", index.value));
  auto* const record = std::get_if<ledger::RecordEntry>(&*decoded);
  check(record != nullptr, "an entry asked for as a record is one");
  return std::move(*record);
}

std::vector<ledger::Inflow> Snapshot::inflows(ledger::AccountIndex account,
                                              const ledger::Interval& within,
                                              std::size_t max) const {
  return overlapping<ledger::Inflow>(*parts_, Column::inflows, account, within, max);
}

std::vector<ledger::Outflow> Snapshot::outflows(ledger::AccountIndex account,
                                                const ledger::Interval& within,
                                                std::size_t max) const {
  return overlapping<ledger::Outflow>(*parts_, Column::outflows, account, within, max);
}

std::vector<ledger::EntryIndex> Snapshot::statements(const ledger::RecordId& subject) const {
  std::vector<ledger::EntryIndex> found;
  for (const ListedStatement& row :
       statement_rows(subject, {Order::oldest_first, std::nullopt, all_rows}))
    found.push_back(row.entry);
  return found;
}

ledger::FlowTotal Snapshot::flow(const ledger::FlowKey& key) const {
  crypto::Bytes row;
  if (!parts_->database->get(parts_->view, Column::flows, flow_key(key), row)) return {};
  const auto total = decode_flow_value(row);
  if (!total) parts_->bad_row(Column::flows, "a total");
  return *total;
}

}  // namespace centime::storage
