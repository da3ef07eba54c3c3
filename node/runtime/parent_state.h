// The state that a block was executed on: its parent's, wherever that is by now.
//
// While the parent is not final this is the parent's overlay, which it keeps alive; once it is, the
// snapshot at the parent, which says the same. So a chain of blocks of which the next is always
// executed before the last is final does not hold on to all its past.
#pragma once

#include <memory>
#include <utility>

#include "node/ledger/state_view.h"

namespace centime::runtime {

class ParentState final : public ledger::StateView {
 public:
  explicit ParentState(std::shared_ptr<const ledger::StateView> state) : state_(std::move(state)) {}

  // Requires a view of the same state.
  void move_to(std::shared_ptr<const ledger::StateView> state) { state_ = std::move(state); }

  std::shared_ptr<const ledger::Member> member(const ledger::MemberId& id) const override {
    return state_->member(id);
  }
  std::shared_ptr<const ledger::Fund> fund(const ledger::FundId& id) const override {
    return state_->fund(id);
  }
  std::shared_ptr<const ledger::Channel> channel(const ledger::ChannelId& id) const override {
    return state_->channel(id);
  }
  std::shared_ptr<const ledger::Governance> governance() const override {
    return state_->governance();
  }
  std::optional<ledger::AccountIndex> find_account(const ledger::AccountKey& key) const override {
    return state_->find_account(key);
  }
  std::optional<ledger::EntryIndex> find_reference(
      const ledger::MemberId& author, const ledger::Reference& reference) const override {
    return state_->find_reference(author, reference);
  }
  std::optional<ledger::EntryIndex> find_record(const ledger::RecordId& id) const override {
    return state_->find_record(id);
  }
  std::shared_ptr<const ledger::Account> account(ledger::AccountIndex index) const override {
    return state_->account(index);
  }
  std::uint32_t account_count() const override { return state_->account_count(); }
  ledger::RecordEntry record(ledger::EntryIndex entry) const override {
    return state_->record(entry);
  }
  std::vector<ledger::Inflow> inflows(ledger::AccountIndex account, const ledger::Interval& within,
                                      std::size_t max) const override {
    return state_->inflows(account, within, max);
  }
  std::vector<ledger::Outflow> outflows(ledger::AccountIndex account,
                                        const ledger::Interval& within,
                                        std::size_t max) const override {
    return state_->outflows(account, within, max);
  }
  std::vector<ledger::EntryIndex> statements(const ledger::RecordId& subject) const override {
    return state_->statements(subject);
  }
  ledger::FlowTotal flow(const ledger::FlowKey& key) const override { return state_->flow(key); }

 private:
  std::shared_ptr<const ledger::StateView> state_;
};

}  // namespace centime::runtime
