// Whom a verifier trusts: the log's keys, the validators' keys, and how many of them must agree.
//
// The file is a C2SP tlog-policy, so other tools read it too. What it cannot say is the network id;
// that stands in a comment line, which binds here and is ignored elsewhere:
//
//   # centime-network <64 hexadecimal digits>
//   log <vkey> [<url>]                       type 0x01, named after the log's origin
//   witness <name> <vkey> [<url>]            type 0x04
//   group <name> <count|all|any> <name>...   members defined above, each in one group at most
//   quorum <name>
//
// Stricter than the specification in three ways: at least one log, no `quorum none`, and no control
// character but tab and newline anywhere. Source: C2SP tlog-policy, signed-note.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"
#include "node/ledger/governance.h"

namespace centime::proof {

inline constexpr std::size_t policy_bytes_max = 65'536;
inline constexpr std::size_t policy_names_max = 64;  // Logs, witnesses, groups: of each.

struct PolicyLog {
  crypto::VerifierKey key;  // Its name is the origin.
  std::string url;          // Empty if there is none.
  auto operator<=>(const PolicyLog&) const = default;
};

struct PolicyWitness {
  std::string name;  // Inside this file only.
  crypto::VerifierKey key;
  std::string url;
  auto operator<=>(const PolicyWitness&) const = default;
};

struct PolicyGroup {
  std::string name;
  std::size_t threshold = 1;         // 1 to the number of members.
  std::vector<std::string> members;  // Witnesses, and groups that stand before this one.
  auto operator<=>(const PolicyGroup&) const = default;
};

struct Policy {
  std::optional<ledger::NetworkId> network;
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::string quorum;  // Of a witness or a group.
  auto operator<=>(const Policy&) const = default;
};

struct PolicyFault {
  std::size_t line;  // From 1; 0 for the file as a whole.
  std::string detail;
};

std::expected<Policy, PolicyFault> parse_policy(std::string_view file);

// One file per policy. Requires a policy that parse_policy would make.
std::string format_policy(const Policy& policy);

// The policy of an epoch. Requires a record without fault. Every validator may serve the log, so
// each has a `log` line; its witness name is its key name, `<origin>/<member>`.
Policy policy_of(const ledger::NetworkId& network, const ledger::Origin& origin,
                 const ledger::EpochRecord& epoch);
// Of a network as it starts. Requires a genesis without fault.
Policy policy_of(const ledger::Genesis& genesis);

// "<origin>/<member>": under which a validator cosigns.
std::string cosigner_name(const ledger::Origin& origin, const ledger::MemberId& member);

// SHA-256 of the file as it is, in 16 groups of four digits: "1f2e 3d4c …".
std::string policy_fingerprint(std::string_view file);

}  // namespace centime::proof
