// Who is a member and who votes, counted anew from the records of final blocks.
//
// The oracle's own reading of docs/protocol.md, "Members, validators, epochs": it takes what is in
// the log for granted, since everybody has executed it, and asks only what follows. It calls none
// of the ledger's rules, quorums and the epoch's hash included. Proposals are never old enough to
// end.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "node/ledger/entries.h"
#include "tests/simulator/payload.h"

namespace centime::simulator {

class MemberBook final : public Electorate {
 public:
  struct Names {
    std::function<std::size_t(const ledger::MemberId&)> participant;
    std::function<crypto::PublicKey(const crypto::PublicKey&)> voting_key;
  };
  MemberBook(const ledger::Genesis& genesis, Names names);

  void read(const consensus::Block& block) override;
  std::uint64_t epoch() const override { return epoch_; }
  std::vector<Seat> seats() const override;

  // For whoever makes proposals.
  struct Member {
    ledger::Role role{};
    bool active = true;
    crypto::PublicKey key;
    std::size_t keys = 1;  // That it has had.
  };
  struct Proposal {
    ledger::MemberId author;
    ledger::RecordBody body;
    std::set<ledger::MemberId> approvals;
  };
  const std::map<ledger::MemberId, Member>& members() const { return members_; }
  const std::vector<ledger::MemberId>& validators() const { return validators_; }
  const std::map<ledger::RecordId, Proposal>& open() const { return open_; }
  bool votes(const ledger::MemberId& member) const;
  bool may_approve(const ledger::MemberId& member, const ledger::RecordBody& proposal) const;
  // It has the approvals that it needs now. An open one may too, since a new epoch wants fewer.
  bool is_decided(const Proposal& proposal) const;
  std::size_t height() const { return height_; }

 private:
  void take(const ledger::MemberId& author, const ledger::Record& record);
  void decide(const ledger::RecordId& id);
  void take_back(const ledger::MemberId& member);
  void rotate(const ledger::KeyRotation& rotation);
  std::vector<ledger::MemberId>& coming();
  crypto::Digest record_hash() const;

  Names names_;
  std::uint64_t epoch_ = 0;
  std::size_t height_ = 0;
  std::map<ledger::MemberId, Member> members_;
  std::vector<ledger::MemberId> validators_;
  std::vector<crypto::PublicKey> keys_;  // Of the validators, since the epoch began.
  std::map<ledger::RecordId, Proposal> open_;
  // Within a block: who votes next, and that it is not as before.
  std::vector<ledger::MemberId> coming_;
  bool changed_ = false;
};

}  // namespace centime::simulator
