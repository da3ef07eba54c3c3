// Checks a bundle against a policy and says where the donation's money is, or what doesn't hold.
//
// Trusts nothing but the policy: it decodes the canonical bytes itself, and what it returns is made
// of those. The steps, in order:
//
//   0 epochs      where validators changed: each epoch's end is signed by a quorum of its own, and
//                 begins the next; from the epoch whose validators the policy names
//   1 checkpoint  signed by a log of the policy (or of the last epoch, where step 0 led to it) and
//                 a quorum of its keys, no line unaccounted for
//   2 network     leaf 0 is a genesis, its hash is the network id, its origin is the log's
//   3 seal        the log's last leaf; its log root is the root of all leaves before it
//   4 entries     each is a record, and in the log
//   5 accounts    each is in the state that the seal commits to
//   6 effects     each record did what it says, in the accounts it names
//   7 path        at each account the gift's units are tiled exactly by what the entries took and
//                 what the account's head shows unspent; nothing in the bundle is left over
//   8 sum         what was found at the ends adds up to the gift
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "node/proof/bundle.h"
#include "node/proof/checkpoint.h"
#include "node/proof/epoch_chain.h"
#include "node/proof/path.h"

namespace centime::proof {

enum class VerifyStep : std::uint8_t {
  epochs,
  checkpoint,
  network,
  seal,
  entries,
  accounts,
  effects,
  path,
  sum,
};
constexpr auto enum_words(VerifyStep) {
  return std::to_array<std::string_view>(
      {"epochs", "checkpoint", "network", "seal", "entries", "accounts", "effects", "path", "sum"});
}

enum class VerifyWord : std::uint8_t {
  bad_checkpoint,     // Malformed, or with lines that the policy doesn't account for.
  bad_signature,      // A line under a known key is not its signature.
  unknown_log,        // Not signed by a log of the policy.
  quorum_short,       // Too few of the policy's keys.
  unknown_version,    // Of the bundle.
  wrong_network,      // Not the network of the policy, or not its genesis.
  wrong_inclusion,    // The proof leads to another root.
  bad_entry,          // Not the canonical bytes of what should stand here.
  wrong_order,        // Entries or accounts not ascending, or repeated.
  wrong_seal,         // Not the last leaf, or it contradicts the log.
  bad_epoch,          // Not the end of the epoch before, or another epoch than the seal's.
  wrong_effects,      // A record and what it did don't fit each other.
  wrong_account,      // An account is not the one that the record is about.
  wrong_donation,     // The donation is another one than the one asked about.
  units_unaccounted,  // Units that are spent, with no entry that spent them.
  units_spent_twice,  // Units that two entries took, or that are shown as unspent too.
  missing_account,    // An account on the path is not in the bundle.
  needless_entry,     // In the bundle, but not on the path.
  needless_account,   // Likewise.
  too_long,           // More moves than a verifier follows.
  wrong_sum,          // The ends don't add up to the gift.
};
constexpr auto enum_words(VerifyWord) {
  return std::to_array<std::string_view>(
      {"bad_checkpoint",  "bad_signature",  "unknown_log",       "quorum_short",
       "unknown_version", "wrong_network",  "wrong_inclusion",   "bad_entry",
       "wrong_order",     "wrong_seal",     "bad_epoch",         "wrong_effects",
       "wrong_account",   "wrong_donation", "units_unaccounted", "units_spent_twice",
       "missing_account", "needless_entry", "needless_account",  "too_long",
       "wrong_sum"});
}

struct VerifyFault {
  VerifyStep step{};
  VerifyWord word{};
  std::string detail;  // One sentence for a person.
};

struct VerifiedTrace {
  ledger::RecordId donation;
  ledger::Genesis genesis;  // Members' names, titles, roles.
  Path path;                // Records, accounts, and the way between them.
  std::vector<Leaf> leaves;
  ledger::EpochRecord epoch;      // Whose validators signed.
  std::size_t epoch_changes = 0;  // Since the policy's epoch.
  VerifiedCheckpoint checkpoint;  // Quorum: cosigners.size() of `known`, `needed` needed.
  ledger::Height height;          // Of the block that the checkpoint ends with.
  ledger::TimeMs block_time;

  // Plain English, one sentence each.
  std::vector<std::string> proves;
  std::vector<std::string> does_not_prove;
};

// With `asked`, the bundle must be about that donation.
std::expected<VerifiedTrace, VerifyFault> verify_bundle(
    const TraceBundle& bundle, const Policy& policy,
    const std::optional<ledger::RecordId>& asked = std::nullopt);

}  // namespace centime::proof
