// The records by which members decide who is a member and who votes on blocks.
//
// What needs others' consent is a proposal: it takes effect with the approval that completes it
// (governance_rules.h). A change of the validators or of their keys ends the epoch: the block that
// it is in closes it.
#pragma once

#include "node/ledger/member.h"

namespace centime::ledger {

// Signed by any member: this organisation should be a member. An NGO needs an agreement, and an
// auditor's approval.
struct MemberProposal {
  static constexpr std::string_view name = "member_proposal";
  MemberId member;
  Line title;
  Role role{};
  crypto::PublicKey key;
  std::optional<crypto::Digest> agreement;  // SHA-256 of the signed agreement.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(title), CENTIME_FIELD(role), CENTIME_FIELD(key),
            CENTIME_FIELD(agreement));
  }
};

// Signed by a validator, by an auditor, or by a member that a validator change would add.
struct Approval {
  static constexpr std::string_view name = "approval";
  RecordId proposal;
  std::optional<crypto::Digest> statement;  // SHA-256 of a written statement, such as a report.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(proposal), CENTIME_FIELD(statement));
  }
};

// Signed by the member with its key of now: done at once. Signed by another member, because the key
// is lost or stolen: a proposal.
struct KeyRotation {
  static constexpr std::string_view name = "key_rotation";
  MemberId member;
  crypto::PublicKey key;
  crypto::Signature proof;  // By the new key, over key_proof_message().

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(key), CENTIME_FIELD(proof));
  }
};

// A proposal, signed by any member: `suspended` takes a member's voice, `active` gives it back.
struct MemberSuspension {
  static constexpr std::string_view name = "member_suspension";
  MemberId member;
  MemberStatus status{};  // What the member is to be.
  Note reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(status), CENTIME_FIELD(reason));
  }
};

// A proposal, signed by any member: who votes from the next epoch on. Void once its epoch is over.
struct ValidatorChange {
  static constexpr std::string_view name = "validator_change";
  std::uint64_t epoch = 0;                            // The one that it would end.
  crypto::List<MemberId, validators_max> validators;  // In leader order; active members.
  OptionalNote note;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(epoch), CENTIME_FIELD(validators), CENTIME_FIELD(note));
  }
};

// What a new key signs to show that somebody holds it:
//   "centime/key-rotation/v1\n" || network 32 || member || new key 32
crypto::Bytes key_proof_message(const NetworkId& network, const MemberId& member,
                                const crypto::PublicKey& key);

}  // namespace centime::ledger
