// The real payload: submissions of the ledger, executed by its rules into sealed blocks.
//
// A block's body is its seal and its submissions' canonical bytes, as between running nodes
// (node/runtime/block_body.h); its hash is the seal's leaf hash. What can be submitted is a made-up
// past of the seed: right and wrong records, of which some wait for others. The final state is in
// memory and is executed anew from the durable blocks whenever a node starts.
#pragma once

#include <map>
#include <vector>

#include "node/ledger/block.h"
#include "tests/simulator/payload.h"

namespace centime::simulator {

class LedgerKind final : public PayloadKind {
 public:
  LedgerKind(std::uint64_t seed, std::size_t participants, std::size_t steps);

  struct Item {
    ledger::CheckedSubmission checked;
    crypto::Bytes canonical;
  };

  const ledger::Genesis& ledger_genesis() const { return genesis_; }
  const ledger::NetworkId& network() const { return network_; }
  // Submissions have the numbers 1 to this.
  std::size_t submissions() const { return items_.size() - 1; }
  // Null if there is none of this number, or with these bytes.
  const Item* find(SubmissionId id) const;
  std::optional<SubmissionId> find(crypto::BytesView canonical) const;

  consensus::BlockPtr genesis() const override;
  std::unique_ptr<Payload> start(const std::vector<consensus::BlockPtr>& chain) const override;
  bool matches(const consensus::Block& block) const override;
  std::optional<Content> content(const consensus::Block& block) const override;
  std::vector<SubmissionId> known() const override;
  consensus::Block another(const consensus::Block& block) const override;
  consensus::Block made_up(consensus::BlockHeight height,
                           const crypto::Digest& parent) const override;

 private:
  void add(crypto::Bytes canonical);

  ledger::Genesis genesis_;
  ledger::NetworkId network_;
  std::vector<Item> items_;  // By number; the first is the lone one.
  std::map<crypto::Digest, SubmissionId> numbers_;
  std::size_t known_ = 0;
};

}  // namespace centime::simulator
