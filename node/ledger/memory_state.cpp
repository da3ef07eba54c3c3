#include "node/ledger/memory_state.h"

#include <algorithm>

#include "crypto/check.h"
#include "node/ledger/flow_rows.h"

namespace centime::ledger {
namespace {

using crypto::check;

template <class Map, class Key>
auto pointer_at(const Map& map, const Key& key) -> typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

MemoryState::MemoryState(EntryReader read_entry, const HashSecret& secret)
    : read_entry_(std::move(read_entry)), secret_(secret), ids_(secret.low) {}

MemoryState::MemoryState() : keeps_entries_(true) {}

void MemoryState::apply(const Block& block) {
  const Changes& changes = block.state->changes();
  if (keeps_entries_) {
    entries_.insert(entries_.end(), changes.entries.begin(), changes.entries.end());
  }
  for (const Member& member : changes.members) {
    members_[member.member] = std::make_shared<const Member>(member);
  }
  if (changes.governance) governance_ = changes.governance;
  for (const auto& [id, fund] : changes.funds) funds_[id] = std::make_shared<const Fund>(fund);
  for (const auto& [id, channel] : changes.channels) {
    channels_[id] = std::make_shared<const Channel>(channel);
  }
  for (const AccountIndex index : changes.new_accounts) {
    check(index.value == accounts_.size(), "accounts are numbered in order of creation");
    accounts_.push_back(nullptr);
    inflows_.emplace_back();
    outflows_.emplace_back();
    account_keys_.emplace(changes.accounts.at(index)->key(), index);
  }
  for (const auto& [index, account] : changes.accounts) accounts_[index.value] = account;
  for (const ReferenceRow& row : changes.references) {
    references_.insert(hash_names(secret_, row.author.value, row.reference.value), row.entry.value);
  }
  for (const IdRow& row : changes.ids) new_ids_.emplace_back(hash_value(row.id), row.entry);
  for (const InflowRow& row : changes.inflows) {
    insert_sorted(inflows_[row.account.value], row.inflow);
  }
  for (const OutflowRow& row : changes.outflows) {
    auto& rows = outflows_[row.account.value];
    rows.emplace_hint(rows.end(), row.outflow.units.hi, row.outflow);
  }
  for (const StatementRow& row : changes.statements) statements_[row.subject].push_back(row.entry);
  for (const auto& [key, flow] : changes.flows) flows_[key] += flow;
  tree_.apply(block.leaves, accounts_.size());
}

void MemoryState::expect_reference(const MemberId& author, const Reference& reference) const {
  references_.prefetch(hash_names(secret_, author.value, reference.value));
}

std::shared_ptr<const Member> MemoryState::member(const MemberId& id) const {
  return pointer_at(members_, id);
}
std::shared_ptr<const Fund> MemoryState::fund(const FundId& id) const {
  return pointer_at(funds_, id);
}
std::shared_ptr<const Channel> MemoryState::channel(const ChannelId& id) const {
  return pointer_at(channels_, id);
}

std::optional<AccountIndex> MemoryState::find_account(const AccountKey& key) const {
  const auto found = account_keys_.find(key);
  return found == account_keys_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<EntryIndex> MemoryState::find_reference(const MemberId& author,
                                                      const Reference& reference) const {
  const auto entry =
      references_.find(hash_names(secret_, author.value, reference.value), [&](std::uint64_t at) {
        const AuthoredRecord known = record({at}).authored;
        return known.author == author && known.record.reference == reference;
      });
  return entry ? std::optional(EntryIndex{*entry}) : std::nullopt;
}

std::optional<EntryIndex> MemoryState::find_record(const RecordId& id) const {
  for (const auto& [hash, added] : new_ids_) ids_.insert(hash, added.value);
  new_ids_.clear();
  const auto entry = ids_.find(hash_value(id), [&](std::uint64_t at) {
    return record_id(crypto::encode(record({at}).authored)) == id;
  });
  return entry ? std::optional(EntryIndex{*entry}) : std::nullopt;
}

std::shared_ptr<const Account> MemoryState::account(AccountIndex index) const {
  return accounts_.at(index.value);
}

std::uint32_t MemoryState::account_count() const {
  return static_cast<std::uint32_t>(accounts_.size());
}

RecordEntry MemoryState::record(EntryIndex entry) const {
  auto decoded =
      crypto::decode<Entry>(keeps_entries_ ? entries_.at(entry.value) : read_entry_(entry));
  check(decoded && std::holds_alternative<RecordEntry>(*decoded), "entry is a record");
  return std::move(std::get<RecordEntry>(*decoded));
}

std::vector<Inflow> MemoryState::inflows(AccountIndex account, const Interval& within,
                                         std::size_t max) const {
  std::vector<Inflow> found;
  append_overlapping(inflows_.at(account.value), within, max, found);
  return found;
}

std::vector<Outflow> MemoryState::outflows(AccountIndex account, const Interval& within,
                                           std::size_t max) const {
  const auto& rows = outflows_.at(account.value);
  std::vector<Outflow> found;
  for (auto row = rows.upper_bound(within.lo); row != rows.end() && found.size() < max; ++row) {
    if (!(row->second.units.lo < within.hi)) break;
    found.push_back(row->second);
  }
  return found;
}

std::vector<EntryIndex> MemoryState::statements(const RecordId& subject) const {
  const auto found = statements_.find(subject);
  return found == statements_.end() ? std::vector<EntryIndex>{} : found->second;
}

FlowTotal MemoryState::flow(const FlowKey& key) const {
  const auto found = flows_.find(key);
  return found == flows_.end() ? FlowTotal{} : found->second;
}

crypto::Digest MemoryState::root_with(const AccountLeaves& changes, std::uint64_t size) const {
  return tree_.root_with(changes, size);
}

}  // namespace centime::ledger
