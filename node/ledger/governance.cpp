#include "node/ledger/governance.h"

#include <algorithm>
#include <set>

#include "crypto/check.h"

namespace centime::ledger {

using crypto::check;

crypto::Digest epoch_hash(const EpochRecord& record) {
  const crypto::BytesView tag = crypto::as_bytes("centime/epoch/v1\n");
  crypto::Bytes bytes(tag.begin(), tag.end());
  crypto::encode_to(record, bytes);
  return crypto::sha256(bytes);
}

std::uint64_t leader_offset(const EpochRecord& record) {
  if (record.epoch == 0) return 0;
  std::uint64_t offset = 0;
  const crypto::Digest hash = epoch_hash(record);
  for (std::size_t i = 0; i < 4; ++i) offset = offset << 8 | hash.bytes[i];
  return offset;
}

std::optional<std::string> shape_fault_of(const EpochRecord& record) {
  const auto& validators = record.validators.items;
  if (validators.empty()) return "an epoch has at least one validator";
  std::set<MemberId> members;
  std::set<crypto::PublicKey> keys;
  for (const EpochValidator& validator : validators) {
    if (!members.insert(validator.member).second) {
      return "validator '" + validator.member.value + "' is listed twice";
    }
    if (!keys.insert(validator.key).second) {
      return "the key of validator '" + validator.member.value + "' is another one's too";
    }
  }
  if (record.quorum != quorum_of(validators.size())) {
    return "the quorum is not that of this number of validators";
  }
  return std::nullopt;
}

std::optional<std::string> key_fault_of(const EpochRecord& record) {
  for (const EpochValidator& validator : record.validators.items) {
    if (!crypto::admit_key(validator.key.bytes))
      return "the key of validator '" + validator.member.value + "' is not admissible";
  }
  return std::nullopt;
}

Governance governance_of(const Genesis& genesis) {
  Governance governance;
  governance.network = network_id(genesis);
  for (const Member& member : genesis.members.items) {
    governance.members.items.push_back(
        {member.member, MemberStatus::active, {{{member.key, EntryIndex{0}}}}});
  }
  for (const MemberId& validator : genesis.validators.items) {
    const Standing* standing = find_standing(governance, validator);
    check(standing != nullptr, "a validator is a member");
    governance.epoch.validators.items.push_back({validator, standing->keys.items.back().key});
  }
  governance.epoch.quorum = quorum_of(governance.epoch.validators.items.size());
  return governance;
}

const Standing* find_standing(const Governance& governance, const MemberId& member) {
  const auto found = std::ranges::find(governance.members.items, member, &Standing::member);
  return found == governance.members.items.end() ? nullptr : &*found;
}

std::vector<OpenProposal> open_proposals(const Governance& governance, Date day) {
  std::vector<OpenProposal> open = governance.open.items;
  std::erase_if(open, [&](const OpenProposal& each) { return is_void(each, day); });
  return open;
}

const OpenProposal* find_open(const Governance& governance, const RecordId& proposal) {
  const auto found = std::ranges::find(governance.open.items, proposal, &OpenProposal::id);
  return found == governance.open.items.end() ? nullptr : &*found;
}

std::optional<std::uint16_t> validator_index(const EpochRecord& epoch, const MemberId& member) {
  const auto& validators = epoch.validators.items;
  const auto found = std::ranges::find(validators, member, &EpochValidator::member);
  if (found == validators.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - validators.begin());
}

Governance next_epoch(Governance governance) {
  check(governance.next.has_value(), "the validators changed");
  governance.epoch.epoch += 1;
  governance.epoch.validators = std::move(*governance.next);
  governance.epoch.quorum = quorum_of(governance.epoch.validators.items.size());
  governance.next.reset();
  return governance;
}

}  // namespace centime::ledger
