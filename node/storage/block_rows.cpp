#include "node/storage/block_rows.h"

#include <algorithm>
#include <set>

#include "crypto/canonical.h"
#include "crypto/check.h"
#include "node/storage/rows.h"

namespace centime::storage {
namespace {

using crypto::Bytes;
using crypto::BytesView;
using crypto::check;
using Batch = Database::Batch;

void put_log(const BlockWrite& block, Batch& batch) {
  const auto& seal = block.seal;
  const auto seal_entry = seal.first_entry + seal.entry_count;
  auto index = seal.first_entry;
  for (const auto& entry : block.changes.entries) {
    batch.put(Column::entries, entry_key(index), entry);
    index = index + 1;
  }
  Bytes row = crypto::to_bytes(Row().number(seal.first_entry.value).number(seal_entry.value));
  row.insert(row.end(), block.certificate.begin(), block.certificate.end());
  batch.put(Column::blocks, height_key(seal.height), row);
  batch.put(Column::seals, entry_key(seal_entry), height_key(seal.height));
  batch.put(Column::meta, crypto::as_bytes("head"),
            head_value({seal.height, seal_entry, block.hash}));
  if (seal.height.value == 0)
    batch.put(Column::meta, crypto::as_bytes("network"),
              crypto::sha256(block.changes.entries.front()).bytes);
}

template <class Value>
void put_registered(RegistryKind kind, const std::string& slug, const Value& value, Bytes& scratch,
                    Batch& batch) {
  scratch.clear();
  crypto::encode_to(value, scratch);
  batch.put(Column::registry, registry_key(kind, slug), scratch);
}

void put_registry(const ledger::Changes& changes, Batch& batch) {
  Bytes scratch;
  for (const auto& member : changes.members)
    put_registered(RegistryKind::member, member.member.value, member, scratch, batch);
  for (const auto& [id, fund] : changes.funds)
    put_registered(RegistryKind::fund, id.value, fund, scratch, batch);
  for (const auto& [id, channel] : changes.channels)
    put_registered(RegistryKind::channel, id.value, channel, scratch, batch);
  if (changes.governance)
    put_registered(RegistryKind::governance, "", *changes.governance, scratch, batch);
  if (changes.epoch)
    batch.put(Column::registry, epoch_key(changes.epoch->record.epoch),
              crypto::encode(*changes.epoch));
}

void put_references(const ledger::Changes& changes, Batch& batch) {
  for (const auto& row : changes.references)
    batch.put(Column::refs, reference_key(row.author, row.reference),
              Row().number(row.entry.value));
}

void put_ids(const ledger::Changes& changes, Batch& batch) {
  // In order, so that the skip list finds each place from the one before.
  std::vector<const ledger::IdRow*> sorted;
  sorted.reserve(changes.ids.size());
  for (const auto& row : changes.ids) sorted.push_back(&row);
  std::ranges::sort(sorted, {}, [](const auto* row) { return row->id; });
  for (const auto* row : sorted) batch.put(Column::ids, id_key(row->id, row->entry), {});
}

template <class Part>
void put_part(Column column, ledger::AccountIndex account, const Part& part, Batch& batch) {
  batch.put(column, position_key(account, part.units.hi),
            Row().number(part.units.lo.value).number(part.entry.value));
}

void put_positions(const ledger::Changes& changes, Batch& batch) {
  for (const auto& row : changes.inflows) put_part(Column::inflows, row.account, row.inflow, batch);
  for (const auto& row : changes.outflows)
    put_part(Column::outflows, row.account, row.outflow, batch);
}

void put_runs(Column column, const Row& prefix, const ledger::EntryRuns& runs, Bytes& scratch,
              Batch& batch) {
  if (runs.empty()) return;
  encode_runs(runs, scratch);
  batch.put(column, Row(prefix).number(runs.front().first.value), scratch);
}

void put_mentions(const ledger::Changes& changes, Batch& batch) {
  Bytes scratch;
  for (const auto& [fund, runs] : changes.by_fund)
    put_runs(Column::by_fund, name_prefix(fund.value), runs, scratch, batch);
  for (const auto& [member, runs] : changes.by_member)
    put_runs(Column::by_member, name_prefix(member.value), runs, scratch, batch);
  for (const auto& [day, runs] : changes.by_day)
    put_runs(Column::by_day, day_prefix(day), runs, scratch, batch);
  for (const auto& row : changes.statements)
    batch.put(Column::statements, statement_key(row.subject, row.entry),
              Row().number(static_cast<std::uint8_t>(row.kind)));
}

// Puts what a block adds to the flows, and to the totals of its funds and of the whole ledger.
class TotalsWriter {
 public:
  TotalsWriter(const Database& database, RunningTotals& running, Batch& batch)
      : database_(database), running_(running), batch_(batch) {}

  void write(const ledger::Changes& changes) {
    for (const auto& [flow, added] : changes.flows) add_flow(flow, added);
    for (const auto index : changes.new_accounts) {
      const ledger::AccountKey& key = changes.accounts.at(index)->key();
      change_totals(key.fund, key.currency, [](CurrencyTotals& totals) { ++totals.accounts; });
    }
    for (const auto& key : changed_)
      batch_.put(Column::totals, totals_key(key.first, key.second),
                 totals_value(running_.of_currency.at(key)));
  }

 private:
  using Key = std::pair<std::string, ledger::Currency>;

  void add_flow(const ledger::FlowKey& flow, const ledger::FlowTotal& added) {
    const Row key = flow_key(flow);
    const auto [known, first] = running_.flows.try_emplace(flow);
    ledger::FlowTotal& total = known->second;
    if (first && database_.get(Column::flows, key, row_)) {
      const auto stored = decode_flow_value(row_);
      if (!stored) database_.fail("a row of flows makes no sense");
      total = *stored;
    }
    const bool is_new = total == ledger::FlowTotal{};
    total += added;
    batch_.put(Column::flows, key, flow_value(total));
    change_totals(flow.fund, flow.currency, [&](CurrencyTotals& totals) {
      totals.flows += is_new ? 1 : 0;
      add_moved(totals, flow.kind, added);
    });
    if (flow.kind != ledger::RecordKind::exchange) return;
    const auto target = ledger::Currency::from_text(flow.to);
    check(target.has_value(), "an exchange's flow names the other currency");
    change_totals(flow.fund, *target,
                  [&](CurrencyTotals& totals) { totals.exchanged_in += added.to_amount; });
  }

  static void add_moved(CurrencyTotals& totals, ledger::RecordKind kind,
                        const ledger::FlowTotal& added) {
    using ledger::RecordKind;
    if (kind == RecordKind::donation) {
      totals.donated += added.amount;
      totals.donations += added.count;
    } else if (kind == RecordKind::expenditure) {
      totals.spent += added.amount;
    } else if (kind == RecordKind::refund) {
      totals.refunded += added.amount;
    } else if (kind == RecordKind::exchange) {
      totals.exchanged_out += added.amount;
    }
  }

  // Of the fund, and of all funds.
  template <class Change>
  void change_totals(const ledger::FundId& fund, const ledger::Currency& currency,
                     const Change& change) {
    change(totals_of({fund.value, currency}));
    change(totals_of({"", currency}));
  }

  CurrencyTotals& totals_of(const Key& key) {
    changed_.insert(key);
    const auto [known, first] = running_.of_currency.try_emplace(key);
    if (!first) return known->second;
    known->second.currency = key.second;
    const Row name = totals_key(key.first, key.second);
    if (!database_.get(Column::totals, name, row_)) return known->second;
    const auto stored = decode_totals(name, row_);
    if (!stored) database_.fail("a row of totals makes no sense");
    return known->second = *stored;
  }

  const Database& database_;
  RunningTotals& running_;
  Batch& batch_;
  std::set<Key> changed_;
  Bytes row_;
};

void put_missing(const ledger::Changes& changes, Batch& batch) {
  for (const auto& row : changes.missing) {
    const Row key = missing_key(row.fund, row.what, row.entry);
    if (row.missing) {
      batch.put(Column::missing, key, {});
    } else {
      batch.erase(Column::missing, key);
    }
  }
}

}  // namespace

void put_votes(std::span<const VoteRow> rows, Batch& batch) {
  for (const auto& [key, value] : rows) {
    if (value.empty()) {
      batch.erase(Column::votes, key);
    } else {
      batch.put(Column::votes, key, value);
    }
  }
}

void check_follows(const BlockWrite& block, const Head& head) {
  const auto& seal = block.seal;
  const auto& changes = block.changes;
  check(seal.height.value == (head.empty() ? 0 : head.height.value + 1), "blocks follow in order");
  check(seal.previous == head.hash, "a block names the one before it");
  check(seal.first_entry.value == head.size, "a block's entries follow the log's");
  check(changes.entries.size() == std::size_t{seal.entry_count} + 1, "a block ends with its seal");
  check(changes.leaf_hashes.size() == changes.entries.size(), "every entry has its leaf hash");
  check(changes.entries.back() == crypto::encode(ledger::Entry(seal)),
        "the seal is what is sealed");
  check(changes.leaf_hashes.back() == block.hash, "the block's hash is its seal's");
  check(seal.account_count == head.account_count + changes.new_accounts.size(),
        "the seal counts the accounts");
}

LogEnd extend_log(const BlockWrite& block, const Head& head, const LogEdge& edge, Batch& batch) {
  LogEnd end{head, edge};
  const auto add = [&](const crypto::Digest& leaf_hash) {
    end.head.log.append(leaf_hash);
    end.edge.append(leaf_hash, [&](unsigned level, std::uint64_t index, const auto& hashes) {
      batch.put(Column::tiles, tile_key(level, index), crypto::encode_tile(hashes));
    });
  };
  const auto& leaf_hashes = block.changes.leaf_hashes;
  for (std::size_t i = 0; i + 1 < leaf_hashes.size(); ++i) add(leaf_hashes[i]);
  check(end.head.log.root() == block.seal.log_root, "the seal states the log's root");
  add(leaf_hashes.back());

  end.head.height = block.seal.height;
  end.head.size = end.head.log.size();
  end.head.seal = block.seal;
  end.head.seal_entry = block.seal.first_entry + block.seal.entry_count;
  end.head.hash = block.hash;
  end.head.state_root = block.seal.state_root;
  end.head.account_count = block.seal.account_count;
  if (head.empty()) end.head.network = {crypto::sha256(block.changes.entries.front()).bytes};
  return end;
}

crypto::MerkleCache::Changes put_accounts(const ledger::Changes& changes, Batch& batch) {
  crypto::MerkleCache::Changes leaves;
  Bytes scratch;
  for (const auto& [index, account] : changes.accounts) {
    scratch.clear();
    crypto::encode_to(*account, scratch);
    batch.put(Column::accounts, account_key(index), scratch);
    leaves.emplace_hint(leaves.end(), index.value, crypto::hash_leaf(scratch));
  }
  for (const auto index : changes.new_accounts)
    batch.put(Column::account_keys, account_name_key(changes.accounts.at(index)->key()),
              Row().number(index.value));
  return leaves;
}

void put_rows(const BlockWrite& block, const Database& database, RunningTotals& totals,
              Batch& batch) {
  put_log(block, batch);
  put_registry(block.changes, batch);
  put_references(block.changes, batch);
  put_ids(block.changes, batch);
  put_positions(block.changes, batch);
  put_mentions(block.changes, batch);
  put_missing(block.changes, batch);
  TotalsWriter(database, totals, batch).write(block.changes);
  put_votes(block.votes, batch);
}

}  // namespace centime::storage
