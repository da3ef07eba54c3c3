// A whole state in memory: what an audit replays into, and what tests run on.
//
// Keeps indexes and accounts; entries come from a reader that the owner gives it, so that an audit
// of a large log need not hold the log too. One thread at a time.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <map>

#include "node/ledger/block.h"
#include "node/ledger/hash_index.h"

namespace centime::ledger {

class MemoryState final : public StateView, public AccountTree {
 public:
  // Canonical bytes of a log entry that has been applied.
  using EntryReader = std::function<crypto::Bytes(EntryIndex)>;

  // The secret keeps chosen references from making look-ups slow.
  explicit MemoryState(EntryReader read_entry, const HashSecret& secret = {});
  // Keeps the entries itself.
  MemoryState();

  // Makes the block's changes part of this state, which must be the one it was executed on.
  void apply(const Block& block);

  // Says that find_reference will soon be asked for this; many such calls in a row make it faster.
  void expect_reference(const MemberId& author, const Reference& reference) const;

  std::shared_ptr<const Member> member(const MemberId& id) const override;
  std::shared_ptr<const Fund> fund(const FundId& id) const override;
  std::shared_ptr<const Channel> channel(const ChannelId& id) const override;
  std::shared_ptr<const Governance> governance() const override { return governance_; }
  std::optional<AccountIndex> find_account(const AccountKey& key) const override;
  std::optional<EntryIndex> find_reference(const MemberId& author,
                                           const Reference& reference) const override;
  std::optional<EntryIndex> find_record(const RecordId& id) const override;
  std::shared_ptr<const Account> account(AccountIndex index) const override;
  std::uint32_t account_count() const override;
  RecordEntry record(EntryIndex entry) const override;
  std::vector<Inflow> inflows(AccountIndex account, const Interval& within,
                              std::size_t max) const override;
  std::vector<Outflow> outflows(AccountIndex account, const Interval& within,
                                std::size_t max) const override;
  std::vector<EntryIndex> statements(const RecordId& subject) const override;
  FlowTotal flow(const FlowKey& key) const override;

  crypto::Digest root_with(const AccountLeaves& changes, std::uint64_t size) const override;

  // Kept entries only.
  const std::vector<crypto::Bytes>& entries() const { return entries_; }
  const std::map<FlowKey, FlowTotal>& flows() const { return flows_; }
  const std::map<FundId, std::shared_ptr<const Fund>>& funds() const { return funds_; }

 private:
  EntryReader read_entry_;
  bool keeps_entries_ = false;
  std::vector<crypto::Bytes> entries_;
  std::map<MemberId, std::shared_ptr<const Member>> members_;
  std::shared_ptr<const Governance> governance_;
  std::map<FundId, std::shared_ptr<const Fund>> funds_;
  std::map<ChannelId, std::shared_ptr<const Channel>> channels_;
  boost::unordered_flat_map<AccountKey, AccountIndex, boost::hash<AccountKey>> account_keys_;
  std::vector<std::shared_ptr<const Account>> accounts_;
  std::vector<std::vector<Inflow>> inflows_;  // By account; ascending.
  // By account, and by where they end. Money that is taken by name leaves rows behind those that
  // come next, any number of them: each row has to find its place without moving these.
  std::vector<std::map<Position, Outflow>> outflows_;
  // Entries; whether one is the right one, the log says.
  HashSecret secret_;
  HashIndex references_;
  mutable HashIndex ids_;
  // Not in ids_ yet: few logs ask for a record by its id often, and many at once go in faster.
  mutable std::vector<std::pair<std::uint64_t, EntryIndex>> new_ids_;
  boost::unordered_flat_map<RecordId, std::vector<EntryIndex>, boost::hash<RecordId>> statements_;
  std::map<FlowKey, FlowTotal> flows_;
  crypto::MerkleCache tree_;
};

}  // namespace centime::ledger
