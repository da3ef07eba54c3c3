// A state view that answers what another one answers, for tests that change one answer.
#pragma once

#include "node/ledger/state_view.h"

namespace centime::test {

class ForwardingView : public ledger::StateView {
 public:
  explicit ForwardingView(const ledger::StateView& base) : base_(base) {}

  std::shared_ptr<const ledger::Member> member(const ledger::MemberId& id) const override {
    return base_.member(id);
  }
  std::shared_ptr<const ledger::Fund> fund(const ledger::FundId& id) const override {
    return base_.fund(id);
  }
  std::shared_ptr<const ledger::Channel> channel(const ledger::ChannelId& id) const override {
    return base_.channel(id);
  }
  std::shared_ptr<const ledger::Governance> governance() const override {
    return base_.governance();
  }
  std::optional<ledger::AccountIndex> find_account(const ledger::AccountKey& key) const override {
    return base_.find_account(key);
  }
  std::optional<ledger::EntryIndex> find_reference(
      const ledger::MemberId& author, const ledger::Reference& reference) const override {
    return base_.find_reference(author, reference);
  }
  std::optional<ledger::EntryIndex> find_record(const ledger::RecordId& id) const override {
    return base_.find_record(id);
  }
  std::shared_ptr<const ledger::Account> account(ledger::AccountIndex index) const override {
    return base_.account(index);
  }
  std::uint32_t account_count() const override { return base_.account_count(); }
  ledger::RecordEntry record(ledger::EntryIndex entry) const override {
    return base_.record(entry);
  }
  std::vector<ledger::Inflow> inflows(ledger::AccountIndex account, const ledger::Interval& within,
                                      std::size_t max) const override {
    return base_.inflows(account, within, max);
  }
  std::vector<ledger::Outflow> outflows(ledger::AccountIndex account,
                                        const ledger::Interval& within,
                                        std::size_t max) const override {
    return base_.outflows(account, within, max);
  }
  std::vector<ledger::EntryIndex> statements(const ledger::RecordId& subject) const override {
    return base_.statements(subject);
  }
  ledger::FlowTotal flow(const ledger::FlowKey& key) const override { return base_.flow(key); }

 private:
  const ledger::StateView& base_;
};

}  // namespace centime::test
