// A state with changes on top of another view: the past plus what has just been executed.
//
// Overlays stack: a submission's on its block's, a block's on its unfinished parent's. Dropping one
// drops what it held. One thread at a time; the base must outlive it and must not change.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include "node/ledger/changes.h"
#include "node/ledger/hash_index.h"

namespace centime::ledger {

class Overlay final : public StateView {
 public:
  // `next_entry` is the log index that the first entry added here gets.
  Overlay(const StateView& base, EntryIndex next_entry);

  // ---- the view
  std::shared_ptr<const Member> member(const MemberId& id) const override;
  std::shared_ptr<const Fund> fund(const FundId& id) const override;
  std::shared_ptr<const Channel> channel(const ChannelId& id) const override;
  std::shared_ptr<const Governance> governance() const override;
  std::optional<AccountIndex> find_account(const AccountKey& key) const override;
  std::optional<EntryIndex> find_reference(const MemberId& author,
                                           const Reference& reference) const override;
  std::optional<EntryIndex> find_record(const RecordId& id) const override;
  std::shared_ptr<const Account> account(AccountIndex index) const override;
  std::uint32_t account_count() const override { return account_count_; }
  RecordEntry record(EntryIndex entry) const override;
  std::vector<Inflow> inflows(AccountIndex account, const Interval& within,
                              std::size_t max) const override;
  std::vector<Outflow> outflows(AccountIndex account, const Interval& within,
                                std::size_t max) const override;
  std::vector<EntryIndex> statements(const RecordId& subject) const override;
  FlowTotal flow(const FlowKey& key) const override;

  // ---- the changes
  // Makes room for what this many records add.
  void reserve(std::size_t records);

  EntryIndex next_entry() const { return next_entry_; }
  const Changes& changes() const { return changes_; }

  void add_member(Member member);  // Or another key of one that is there.
  void set_governance(Governance governance);
  void begin_epoch(EpochStart epoch);
  void set_fund(Fund fund);
  void add_channel(Channel channel);

  // The account, made if there is none; for changing it. Valid until the overlay goes.
  Account& open_account(const AccountKey& key);
  Account& edit_account(AccountIndex index);

  // Appends a log entry. Its index is what next_entry() was.
  void add_entry(crypto::Bytes entry);
  // For the block that is complete: the leaf hashes of all its entries.
  void set_leaf_hashes(std::vector<crypto::Digest> leaf_hashes);
  void add_reference(const MemberId& author, const Reference& reference, const RecordId& id,
                     EntryIndex entry);
  void add_inflow(AccountIndex account, const Inflow& inflow);
  void add_outflow(AccountIndex account, const Outflow& outflow);
  void add_statement(const RecordId& subject, EntryIndex entry, RecordKind kind);
  void note_missing(MissingRow row);
  void add_flow(FlowKey key, const FlowTotal& flow);
  void mention(const FundId& fund, EntryIndex entry);
  void mention(const MemberId& member, EntryIndex entry);
  void mention(const Date& day, EntryIndex entry);

  // Takes over all of `upper`, an overlay whose base is this one.
  void merge(Overlay&& upper);

 private:
  void index_references(std::size_t first_row);

  const StateView& base_;
  EntryIndex first_entry_;
  EntryIndex next_entry_;
  std::uint32_t account_count_;
  Changes changes_;

  // Indexes over the changes. Those that few records ask for are brought up to date when asked.
  template <class Flow>
  using FlowIndex = boost::unordered_flat_map<std::uint32_t, std::vector<Flow>>;
  HashIndex references_;   // Rows of changes_.references.
  mutable HashIndex ids_;  // Rows of changes_.ids.
  mutable std::size_t ids_indexed_ = 0;
  boost::unordered_flat_map<AccountKey, AccountIndex, boost::hash<AccountKey>> new_keys_;
  mutable FlowIndex<Inflow> inflows_;
  mutable std::size_t inflows_indexed_ = 0;
  mutable FlowIndex<Outflow> outflows_;
  mutable std::size_t outflows_indexed_ = 0;
  mutable boost::unordered_flat_map<RecordId, std::vector<EntryIndex>, boost::hash<RecordId>>
      statements_;
  mutable std::size_t statements_indexed_ = 0;

  // What the base said: it is asked once.
  mutable boost::unordered_flat_map<std::string, std::shared_ptr<const Member>> seen_members_;
  mutable std::shared_ptr<const Governance> seen_governance_;
  mutable boost::unordered_flat_map<std::string, std::shared_ptr<const Fund>> seen_funds_;
  mutable boost::unordered_flat_map<std::string, std::shared_ptr<const Channel>> seen_channels_;
  mutable boost::unordered_flat_map<AccountKey, std::optional<AccountIndex>,
                                    boost::hash<AccountKey>>
      seen_keys_;
  mutable boost::unordered_flat_map<std::uint32_t, std::shared_ptr<const Account>> seen_accounts_;
  // The account found last: consecutive records mostly share one.
  mutable std::optional<std::pair<AccountKey, AccountIndex>> last_found_;
};

}  // namespace centime::ledger
