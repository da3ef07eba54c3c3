#include "node/ledger/overlay.h"

#include <algorithm>

#include "crypto/check.h"
#include "node/ledger/flow_rows.h"

namespace centime::ledger {
namespace {

using crypto::check;

std::uint64_t reference_hash(const MemberId& author, const Reference& reference) {
  // An overlay holds no more than a few blocks, so chosen keys can't make it slow for long.
  return hash_names({}, author.value, reference.value);
}

std::uint64_t id_hash(const RecordId& id) { return hash_value(id); }

// Adds the flows of `rows` that overlap `within` to those of the base: the first `max` of all.
template <class Flow>
void add_overlapping(const std::vector<Flow>& rows, const Interval& within, std::size_t max,
                     std::vector<Flow>& found) {
  append_overlapping(rows, within, max, found);
  if (!std::ranges::is_sorted(found)) std::ranges::sort(found);
  if (found.size() > max) found.resize(max);
}

// Files rows[indexed...] under their accounts.
template <class Index, class Row, class Flow>
void index_flows(Index& index, std::size_t& indexed, const std::vector<Row>& rows,
                 Flow Row::* flow) {
  for (; indexed < rows.size(); ++indexed) {
    insert_sorted(index[rows[indexed].account.value], rows[indexed].*flow);
  }
}

void append_runs(EntryRuns& runs, const EntryRuns& more) {
  for (const EntryRun& run : more) {
    add_to_runs(runs, run.first);
    runs.back().last = std::max(runs.back().last, run.last);
  }
}

template <class Item>
void append(std::vector<Item>& to, std::vector<Item>&& from) {
  if (to.empty()) {
    to = std::move(from);
  } else {
    std::ranges::move(from, std::back_inserter(to));
  }
}

}  // namespace

void add_to_runs(EntryRuns& runs, EntryIndex entry) {
  if (!runs.empty() && entry <= runs.back().last) return;
  if (!runs.empty() && entry == runs.back().last + 1) {
    runs.back().last = entry;
  } else {
    runs.push_back({entry, entry});
  }
}

Overlay::Overlay(const StateView& base, EntryIndex next_entry)
    : base_(base),
      first_entry_(next_entry),
      next_entry_(next_entry),
      account_count_(base.account_count()) {}

std::shared_ptr<const Member> Overlay::member(const MemberId& id) const {
  const auto [seen, is_new] = seen_members_.try_emplace(id.value);
  if (is_new) seen->second = base_.member(id);
  return seen->second;
}

std::shared_ptr<const Fund> Overlay::fund(const FundId& id) const {
  const auto [seen, is_new] = seen_funds_.try_emplace(id.value);
  if (is_new) seen->second = base_.fund(id);
  return seen->second;
}

std::shared_ptr<const Channel> Overlay::channel(const ChannelId& id) const {
  const auto [seen, is_new] = seen_channels_.try_emplace(id.value);
  if (is_new) seen->second = base_.channel(id);
  return seen->second;
}

std::shared_ptr<const Governance> Overlay::governance() const {
  if (!seen_governance_) seen_governance_ = base_.governance();
  return seen_governance_;
}

std::optional<AccountIndex> Overlay::find_account(const AccountKey& key) const {
  if (last_found_ && last_found_->first == key) return last_found_->second;
  std::optional<AccountIndex> found;
  if (const auto added = new_keys_.find(key); added != new_keys_.end()) {
    found = added->second;
  } else {
    const auto [seen, is_new] = seen_keys_.try_emplace(key);
    if (is_new) seen->second = base_.find_account(key);
    found = seen->second;
  }
  if (found) last_found_.emplace(key, *found);
  return found;
}

std::optional<EntryIndex> Overlay::find_reference(const MemberId& author,
                                                  const Reference& reference) const {
  const std::vector<ReferenceRow>& rows = changes_.references;
  if (!rows.empty()) {
    const auto row = references_.find(reference_hash(author, reference), [&](std::uint64_t i) {
      return rows[i].reference == reference && rows[i].author == author;
    });
    if (row) return rows[*row].entry;
  }
  return base_.find_reference(author, reference);
}

std::optional<EntryIndex> Overlay::find_record(const RecordId& id) const {
  const std::vector<IdRow>& rows = changes_.ids;
  for (; ids_indexed_ < rows.size(); ++ids_indexed_) {
    ids_.insert(id_hash(rows[ids_indexed_].id), ids_indexed_);
  }
  const auto row = ids_.find(id_hash(id), [&](std::uint64_t i) { return rows[i].id == id; });
  return row ? rows[*row].entry : base_.find_record(id);
}

std::shared_ptr<const Account> Overlay::account(AccountIndex index) const {
  const auto changed = changes_.accounts.find(index);
  if (changed != changes_.accounts.end()) return changed->second;
  const auto [seen, is_new] = seen_accounts_.try_emplace(index.value);
  if (is_new) seen->second = base_.account(index);
  return seen->second;
}

RecordEntry Overlay::record(EntryIndex entry) const {
  if (entry < first_entry_) return base_.record(entry);
  check(entry < next_entry_, "entry is in the log");
  auto decoded = crypto::decode<Entry>(changes_.entries[entry - first_entry_]);
  check(decoded && std::holds_alternative<RecordEntry>(*decoded), "entry is a record");
  return std::move(std::get<RecordEntry>(*decoded));
}

std::vector<Inflow> Overlay::inflows(AccountIndex account, const Interval& within,
                                     std::size_t max) const {
  std::vector<Inflow> found;
  if (account.value < base_.account_count()) found = base_.inflows(account, within, max);
  index_flows(inflows_, inflows_indexed_, changes_.inflows, &InflowRow::inflow);
  const auto added = inflows_.find(account.value);
  if (added != inflows_.end()) add_overlapping(added->second, within, max, found);
  return found;
}

std::vector<Outflow> Overlay::outflows(AccountIndex account, const Interval& within,
                                       std::size_t max) const {
  std::vector<Outflow> found;
  if (account.value < base_.account_count()) found = base_.outflows(account, within, max);
  index_flows(outflows_, outflows_indexed_, changes_.outflows, &OutflowRow::outflow);
  const auto added = outflows_.find(account.value);
  if (added != outflows_.end()) add_overlapping(added->second, within, max, found);
  return found;
}

std::vector<EntryIndex> Overlay::statements(const RecordId& subject) const {
  std::vector<EntryIndex> found = base_.statements(subject);
  const std::vector<StatementRow>& rows = changes_.statements;
  for (; statements_indexed_ < rows.size(); ++statements_indexed_) {
    const StatementRow& row = rows[statements_indexed_];
    statements_[row.subject].push_back(row.entry);
  }
  const auto added = statements_.find(subject);
  if (added != statements_.end()) {
    found.insert(found.end(), added->second.begin(), added->second.end());
  }
  return found;
}

FlowTotal Overlay::flow(const FlowKey& key) const {
  FlowTotal total = base_.flow(key);
  const auto added = changes_.flows.find(key);
  return added == changes_.flows.end() ? total : total += added->second;
}

void Overlay::add_member(Member member) {
  seen_members_[member.member.value] = std::make_shared<const Member>(member);
  changes_.members.push_back(std::move(member));
}

void Overlay::set_governance(Governance governance) {
  changes_.governance = std::make_shared<const Governance>(std::move(governance));
  seen_governance_ = changes_.governance;
}

void Overlay::begin_epoch(EpochStart epoch) { changes_.epoch = std::move(epoch); }

void Overlay::set_fund(Fund fund) {
  const FundId id = fund.proposal.fund;
  seen_funds_[id.value] = std::make_shared<const Fund>(fund);
  changes_.funds.insert_or_assign(id, std::move(fund));
}

void Overlay::add_channel(Channel channel) {
  const ChannelId id = channel.channel.channel;
  seen_channels_[id.value] = std::make_shared<const Channel>(channel);
  changes_.channels.emplace(id, std::move(channel));
}

Account& Overlay::open_account(const AccountKey& key) {
  const auto found = find_account(key);
  if (found) return edit_account(*found);

  const AccountIndex index{account_count_++};
  new_keys_.emplace(key, index);
  changes_.new_accounts.push_back(index);
  auto& account = changes_.accounts[index];
  account = std::make_shared<Account>(index, key);
  return *account;
}

Account& Overlay::edit_account(AccountIndex index) {
  const auto changed = changes_.accounts.find(index);
  if (changed != changes_.accounts.end()) return *changed->second;
  return *changes_.accounts.emplace(index, std::make_shared<Account>(*account(index)))
              .first->second;
}

void Overlay::reserve(std::size_t records) {
  changes_.entries.reserve(changes_.entries.size() + records + 1);
  changes_.references.reserve(changes_.references.size() + records);
  changes_.ids.reserve(changes_.ids.size() + records);
  changes_.inflows.reserve(changes_.inflows.size() + records);
  references_.reserve(changes_.references.size() + records);
}

void Overlay::add_entry(crypto::Bytes entry) {
  changes_.entries.push_back(std::move(entry));
  next_entry_ = next_entry_ + 1;
}

void Overlay::set_leaf_hashes(std::vector<crypto::Digest> leaf_hashes) {
  check(leaf_hashes.size() == changes_.entries.size(), "one leaf hash per entry");
  changes_.leaf_hashes = std::move(leaf_hashes);
}

void Overlay::add_reference(const MemberId& author, const Reference& reference, const RecordId& id,
                            EntryIndex entry) {
  references_.insert(reference_hash(author, reference), changes_.references.size());
  changes_.references.push_back({author, reference, entry});
  changes_.ids.push_back({id, entry});
}

void Overlay::add_inflow(AccountIndex account, const Inflow& inflow) {
  changes_.inflows.push_back({account, inflow});
}

void Overlay::add_outflow(AccountIndex account, const Outflow& outflow) {
  changes_.outflows.push_back({account, outflow});
}

void Overlay::add_statement(const RecordId& subject, EntryIndex entry, RecordKind kind) {
  changes_.statements.push_back({subject, entry, kind});
}

void Overlay::note_missing(MissingRow row) { changes_.missing.push_back(std::move(row)); }

void Overlay::add_flow(FlowKey key, const FlowTotal& flow) {
  changes_.flows[std::move(key)] += flow;
}

void Overlay::mention(const FundId& fund, EntryIndex entry) {
  add_to_runs(changes_.by_fund[fund], entry);
}
void Overlay::mention(const MemberId& member, EntryIndex entry) {
  add_to_runs(changes_.by_member[member], entry);
}
void Overlay::mention(const Date& day, EntryIndex entry) {
  add_to_runs(changes_.by_day[day], entry);
}

void Overlay::index_references(std::size_t first_row) {
  const std::vector<ReferenceRow>& rows = changes_.references;
  references_.reserve(rows.size());
  for (std::size_t i = first_row; i < rows.size(); ++i) {
    references_.insert(reference_hash(rows[i].author, rows[i].reference), i);
  }
}

void Overlay::merge(Overlay&& upper) {
  check(upper.first_entry_ == next_entry_, "the overlay was made on this one");
  Changes& from = upper.changes_;
  next_entry_ = upper.next_entry_;
  account_count_ = upper.account_count_;
  append(changes_.entries, std::move(from.entries));
  for (Member& member : from.members) add_member(std::move(member));
  if (from.governance) {
    changes_.governance = std::move(from.governance);
    seen_governance_ = changes_.governance;
  }
  for (auto& [id, fund] : from.funds) set_fund(std::move(fund));
  for (auto& [id, channel] : from.channels) add_channel(std::move(channel));
  for (auto& [index, account] : from.accounts) {
    changes_.accounts.insert_or_assign(index, std::move(account));
  }
  append(changes_.new_accounts, std::move(from.new_accounts));
  const std::size_t rows = changes_.references.size();
  append(changes_.references, std::move(from.references));
  if (rows == 0) {
    references_ = std::move(upper.references_);
  } else {
    index_references(rows);
  }
  append(changes_.ids, std::move(from.ids));
  append(changes_.inflows, std::move(from.inflows));
  append(changes_.outflows, std::move(from.outflows));
  append(changes_.statements, std::move(from.statements));
  append(changes_.missing, std::move(from.missing));
  for (const auto& [key, flow] : from.flows) add_flow(key, flow);
  for (const auto& [fund, runs] : from.by_fund) append_runs(changes_.by_fund[fund], runs);
  for (const auto& [member, runs] : from.by_member) append_runs(changes_.by_member[member], runs);
  for (const auto& [day, runs] : from.by_day) append_runs(changes_.by_day[day], runs);

  new_keys_.insert(upper.new_keys_.begin(), upper.new_keys_.end());
}

}  // namespace centime::ledger
