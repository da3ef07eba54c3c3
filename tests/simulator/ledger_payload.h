// The real payload: submissions of the ledger, executed by its rules into sealed blocks.
//
// A block's body is its seal and its submissions' canonical bytes, as between running nodes
// (node/runtime/block_body.h); its hash is the seal's leaf hash. What can be submitted is a made-up
// past of the seed: right and wrong records, of which some wait for others; and what the council
// (council.h) thinks of while all runs. The final state is in memory and is executed anew from the
// durable blocks whenever a node starts.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "node/ledger/memory_state.h"
#include "tests/simulator/member_book.h"
#include "tests/simulator/payload.h"
#include "tests/simulator/scenario.h"

namespace centime::simulator {

class LedgerKind final : public PayloadKind {
 public:
  // The first of the scenario's participants are the genesis' validators; of the others some are
  // members without a vote, and some are none yet.
  explicit LedgerKind(const Scenario& scenario);

  struct Item {
    ledger::CheckedSubmission checked;
    crypto::Bytes canonical;
    bool governs = false;  // Nothing but a change of members makes possible what was not.
  };

  const ledger::Genesis& ledger_genesis() const { return genesis_; }
  const ledger::NetworkId& ledger_network() const { return network_; }
  // Submissions have the numbers 1 to this.
  std::size_t submissions() const { return items_.size() - 1; }
  // Null if there is none of this number, or with these bytes.
  const Item* find(SubmissionId id) const;
  std::optional<SubmissionId> find(crypto::BytesView canonical) const;

  bool is_member_at_first(std::size_t participant) const;
  // The key that a member has after so many rotations.
  static const crypto::SecretKey& secret(const ledger::MemberId& member, std::size_t rotations);
  // A submission more, which can be handed in then.
  SubmissionId sign(const ledger::MemberId& author, const crypto::SecretKey& key,
                    std::vector<ledger::Record> records);
  // The same records signed with the author's key of now; the same number, if it is that one.
  SubmissionId sign_again(SubmissionId id, const MemberBook& book);
  // The lone submission is this author's.
  void set_lone(const ledger::MemberId& author, const crypto::SecretKey& key);

  const ledger::Block& first_block() const { return first_block_; }
  // True the first time that it is asked of a log that long and equal: it need not be read twice.
  bool is_new(const std::vector<crypto::Bytes>& log) const;

  consensus::BlockPtr genesis() const override;
  std::unique_ptr<Payload> start(const std::vector<consensus::BlockPtr>& chain) const override;
  bool matches(const consensus::Block& block, const ledger::EpochRecord& epoch) const override;
  std::optional<Content> content(const consensus::Block& block) const override;
  std::vector<SubmissionId> known() const override;
  const crypto::Digest& network() const override { return network_digest_; }
  std::unique_ptr<Electorate> electorate() const override;
  ledger::MemberId member(std::size_t participant) const override {
    return members_.at(participant);
  }
  std::size_t participant(const ledger::MemberId& member) const override;
  crypto::PublicKey first_key(std::size_t participant) const override;
  std::uint64_t leader_offset(const ledger::EpochRecord& epoch) const override {
    return ledger::leader_offset(epoch);
  }
  consensus::Block another(const consensus::Block& block) const override;
  consensus::Block made_up(consensus::BlockHeight height,
                           const crypto::Digest& parent) const override;

 private:
  static Item item(ledger::CheckedSubmission checked);

  Signing signing_;
  std::vector<ledger::MemberId> members_;  // By participant.
  ledger::Genesis genesis_;
  ledger::NetworkId network_;
  crypto::Digest network_digest_;
  ledger::MemoryState nothing_;
  ledger::Block first_block_;
  mutable std::vector<crypto::Bytes> read_;
  std::deque<Item> items_;  // By number; the first is the lone one.
  std::map<crypto::Digest, SubmissionId> numbers_;
  std::size_t known_ = 0;
};

}  // namespace centime::simulator
