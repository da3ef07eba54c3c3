// Who is a member, who votes, and what is proposed: the state behind the governance records.
//
// One small value, changed as a whole and rarely. It follows from the log alone; what verifiers
// need of it, the validators of each epoch, is an EpochRecord, whose hash the seal of the block
// before the epoch commits to. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "node/ledger/entries.h"

namespace centime::ledger {

// In the places that all members share.
inline constexpr std::size_t open_proposals_shared_max = 64;
inline constexpr std::size_t open_proposals_of_one_max = 16;
// Of all members together that have no vote: they can't keep the validators from deciding.
inline constexpr std::size_t open_proposals_of_others_max = 32;
// And in all: a validator that has nothing open always has a place, or as many liars as consensus
// tolerates could take all that the others need to suspend them.
inline constexpr std::size_t open_proposals_max = open_proposals_shared_max + validators_max;
// After so many days without enough approvals a proposal is void.
inline constexpr std::uint32_t proposal_days_max = 90;
inline constexpr std::size_t keys_of_one_max = 256;  // A member's, over its life.
// Up to which a member takes its next key by itself. The rest are a quorum's to give: a thief of
// its key can't use up all that would bring the member back.
inline constexpr std::size_t keys_by_itself_max = 128;

// A key, and since when it is the member's: entry 0 for those of the genesis.
struct KeyUse {
  crypto::PublicKey key;
  EntryIndex since;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(key), CENTIME_FIELD(since));
  }
};

struct Standing {
  MemberId member;
  MemberStatus status{};
  crypto::List<KeyUse, keys_of_one_max> keys;  // Oldest first; the last is in use. Not empty.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(status), CENTIME_FIELD(keys));
  }
};

struct OpenProposal {
  RecordId id;
  EntryIndex entry;
  MemberId author;
  Date opened_on;  // Of its block.
  // Each once, in the order in which they came; the author's first, if it counts for anything.
  crypto::List<MemberId, members_max> approvals;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(id), CENTIME_FIELD(entry), CENTIME_FIELD(author),
            CENTIME_FIELD(opened_on), CENTIME_FIELD(approvals));
  }
};

struct EpochValidator {
  MemberId member;
  crypto::PublicKey key;
  auto operator<=>(const EpochValidator&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(key));
  }
};
using EpochValidators = crypto::List<EpochValidator, validators_max>;

// Who votes in one epoch. Epoch 0 is the genesis'.
struct EpochRecord {
  std::uint64_t epoch = 0;
  EpochValidators validators;  // In leader order; 1 to validators_max.
  std::uint32_t quorum = 0;    // quorum_of(validators): so that nobody needs the formula.
  bool operator==(const EpochRecord&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(epoch), CENTIME_FIELD(validators), CENTIME_FIELD(quorum));
  }
};

struct Governance {
  NetworkId network;
  EpochRecord epoch;                            // Of the block that comes next.
  std::optional<EpochValidators> next;          // Of the epoch after it; only inside a block.
  crypto::List<Standing, members_max> members;  // In the order in which they joined.
  crypto::List<OpenProposal, open_proposals_max> open;  // Oldest first.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(network), CENTIME_FIELD(epoch), CENTIME_FIELD(next),
            CENTIME_FIELD(members), CENTIME_FIELD(open));
  }
};

// Votes that a decision of n >= 1 validators needs, of which f = floor((n - 1) / 3) may lie:
// floor((n + f) / 2) + 1.
constexpr std::uint32_t quorum_of(std::size_t validators) {
  const std::size_t faulty = (validators - 1) / 3;
  return static_cast<std::uint32_t>((validators + faulty) / 2 + 1);
}

// SHA-256("centime/epoch/v1\n" || canonical record).
crypto::Digest epoch_hash(const EpochRecord& record);

// By how many validators the leaders of an epoch are shifted, so that their order changes; 0 in
// epoch 0, else the first four bytes of the record's hash.
std::uint64_t leader_offset(const EpochRecord& record);

// An epoch's record that no verifier should accept says why in one sentence: not 1 to 50
// validators, a member or key twice, another quorum than quorum_of; and a key that is not
// admissible, which takes a tenth of a signature's time for each.
std::optional<std::string> shape_fault_of(const EpochRecord& record);
std::optional<std::string> key_fault_of(const EpochRecord& record);

// As a network starts. Requires a genesis without fault.
Governance governance_of(const Genesis& genesis);

// A proposal that was not accepted in time, on this day. It stays in `open` until the next record
// of this kind takes it out.
constexpr bool is_void(const OpenProposal& open, Date day) {
  return day.value > open.opened_on.value + proposal_days_max;
}
// Those that may still be accepted on this day, oldest first.
std::vector<OpenProposal> open_proposals(const Governance& governance, Date day);

// Null if there is none.
const Standing* find_standing(const Governance& governance, const MemberId& member);
const OpenProposal* find_open(const Governance& governance, const RecordId& proposal);
// The place among the epoch's validators.
std::optional<std::uint16_t> validator_index(const EpochRecord& epoch, const MemberId& member);

// The state behind a block in which the validators changed: the next epoch's, its proposals to
// change the validators void. Requires `next`.
Governance next_epoch(Governance governance);

// The end of an epoch: what begins, and the seal behind which it does.
struct EpochStart {
  EpochRecord record;
  EntryIndex after;  // The seal that closed the epoch before; entry 1 for epoch 0.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(record), CENTIME_FIELD(after));
  }
};

}  // namespace centime::ledger
