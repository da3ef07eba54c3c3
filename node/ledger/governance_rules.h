// The rules of the governance records: who may propose, whose approval counts, what then happens.
//
// Votes are those of the epoch's validators, a quorum of which decides; the author of a proposal
// approves it by making it.
//   member_proposal    a quorum; for an NGO an auditor's approval too, and an agreement
//   key_rotation       the member itself: at once; of another's lost key: a quorum
//   member_suspension  a quorum; a suspended validator votes no more from the next epoch on
// Either of the last two by others takes back what the member had proposed and approved: it may not
// have been its own doing, or is no more worth having.
//   validator_change   a quorum of now, every validator that it adds, and a quorum of the new ones:
//                      who approves has seen the proposal in the log, so its node follows
// What changes the validators or a validator's key ends the epoch with this block (block.h).
#pragma once

#include <expected>

#include "node/ledger/overlay.h"
#include "node/ledger/rejection.h"

namespace centime::ledger {

class GovernanceRules {
 public:
  // One record's execution: `author` states `record` on that day, and it becomes `entry`. All must
  // outlive the object.
  GovernanceRules(Overlay& state, const Member& author, const Record& record, EntryIndex entry,
                  Date day);

  std::expected<Effects, Refusal> apply(const MemberProposal& record);
  std::expected<Effects, Refusal> apply(const Approval& record);
  std::expected<Effects, Refusal> apply(const KeyRotation& record);
  std::expected<Effects, Refusal> apply(const MemberSuspension& record);
  std::expected<Effects, Refusal> apply(const ValidatorChange& record);

 private:
  using Done = std::expected<void, Refusal>;

  Done propose();
  Done check_room(const RecordId& opened) const;
  void mention_subjects(const RecordBody& body);
  Done decide(const RecordId& proposal);
  bool may_approve(const RecordBody& body) const;
  Done check_new_key(const crypto::PublicKey& key) const;

  // What a proposal does once it is approved, if it still can be done.
  Done carry_out(const MemberProposal& record);
  Done carry_out(const KeyRotation& record);
  Done carry_out(const MemberSuspension& record);
  Done carry_out(const ValidatorChange& record);
  Done rotate(const KeyRotation& record);
  Done check(const KeyRotation& record) const;
  Done check(const MemberSuspension& record) const;
  Done check(const ValidatorChange& record) const;
  // The validators of the next epoch, for changing.
  EpochValidators& next_validators();
  void void_validator_changes();
  // Its open proposals end, and its approvals of others' count no more.
  void take_back(const MemberId& member);
  std::expected<Effects, Refusal> finish(Done done);

  Overlay& state_;
  const Member& author_;
  const Record& record_;
  EntryIndex entry_;
  Date day_;
  Governance governance_;  // The state's; put back when all went well.
};

}  // namespace centime::ledger
