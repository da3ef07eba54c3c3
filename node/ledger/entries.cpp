#include "node/ledger/entries.h"

#include <algorithm>
#include <set>
#include <string>

namespace centime::ledger {

bool Origin::valid(std::string_view text) {
  if (text.empty() || text.size() > max_size) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/' ||
           c == ':' || c == '_';
  });
}

std::optional<std::string> shape_fault_of(const Genesis& genesis) {
  if (genesis.format_version != 1) return "format version 1 is the only one there is";
  if (genesis.members.items.empty()) return "a network needs at least one member";
  if (genesis.validators.items.empty()) return "a network needs at least one validator";
  std::set<MemberId> members;
  std::set<crypto::PublicKey> keys;
  for (const Member& member : genesis.members.items) {
    if (!members.insert(member.member).second) {
      return "member '" + member.member.value + "' is listed twice";
    }
    if (!keys.insert(member.key).second) {
      return "the key of member '" + member.member.value + "' is another member's too";
    }
  }
  std::set<MemberId> validators;
  for (const MemberId& validator : genesis.validators.items) {
    if (!members.contains(validator)) return "validator '" + validator.value + "' is no member";
    if (!validators.insert(validator).second) {
      return "validator '" + validator.value + "' is listed twice";
    }
  }
  const Policies& policies = genesis.policies;
  if (policies.block_records_max < submission_records_max ||
      policies.block_bytes_max < 2 * submission_bytes_max) {
    return "a block must have room for the largest submission (block_records_max, block_bytes_max)";
  }
  if (policies.block_bytes_max > block_bytes_limit) {
    return "a block must not be larger than nodes can send each other (block_bytes_max is at "
           "most " +
           std::to_string(block_bytes_limit) + ")";
  }
  return std::nullopt;
}

std::optional<std::string> fault_of(const Genesis& genesis) {
  if (auto wrong = shape_fault_of(genesis)) return wrong;
  for (const Member& member : genesis.members.items) {
    if (!crypto::admit_key(member.key.bytes)) {
      return "the key of member '" + member.member.value + "' is not an admissible Ed25519 key";
    }
  }
  return std::nullopt;
}

std::uint64_t epoch_after(const Seal& seal) { return seal.epoch + (closes_epoch(seal) ? 1 : 0); }

NetworkId network_id(const Genesis& genesis) {
  return {crypto::sha256(crypto::encode(Entry(genesis))).bytes};
}

}  // namespace centime::ledger
