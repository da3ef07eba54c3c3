// The cheap payload: numbered submissions, and a sum over them as the state.
//
// A block's body says the state before and after it and the submissions in it; a block is valid if
// that is so and no submission is in it or its ancestors twice. A submission with the closing bit
// ends its epoch. Blocks without submissions are invalid.
#pragma once

#include <map>
#include <set>

#include "tests/simulator/payload.h"
#include "tests/simulator/scenario.h"

namespace centime::simulator {

class NumberKind final : public PayloadKind {
 public:
  explicit NumberKind(const Scenario& scenario) : scenario_(scenario) {}

  consensus::BlockPtr genesis() const override;
  std::unique_ptr<Payload> start(const std::vector<consensus::BlockPtr>& chain) const override;
  bool matches(const consensus::Block& block, const ledger::EpochRecord& epoch) const override;
  std::optional<Content> content(const consensus::Block& block) const override;
  std::vector<SubmissionId> known() const override { return {}; }
  const crypto::Digest& network() const override { return simulator::network(); }
  std::unique_ptr<Electorate> electorate() const override;
  ledger::MemberId member(std::size_t participant) const override;
  std::size_t participant(const ledger::MemberId& member) const override;
  crypto::PublicKey first_key(std::size_t participant) const override {
    return scenario_.key_of(participant);
  }
  std::uint64_t leader_offset(const ledger::EpochRecord& epoch) const override {
    return scenario_.leader_offset + epoch.epoch * 7;
  }
  ledger::EpochRecord epoch(std::uint64_t number) const;

  consensus::Block another(const consensus::Block& block) const override;
  consensus::Block made_up(consensus::BlockHeight height,
                           const crypto::Digest& parent) const override;

 private:
  const Scenario& scenario_;  // Outlives this.
};

}  // namespace centime::simulator
