// One entry of the log with its proof, as a text that any tlog tool can check.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>          the entry's canonical bytes; the line is left out if there are none
//   index <decimal>
//   <base64 hash>           from the leaf's sibling up
//   (an empty line)
//   <checkpoint note>
//
// Source: C2SP tlog-proof, tlog-checkpoint.
#pragma once

#include "node/ledger/entries.h"
#include "node/proof/checkpoint.h"

namespace centime::proof {

inline constexpr std::string_view entry_proof_extension = ".tlog-proof";
inline constexpr std::string_view entry_proof_first_line = "c2sp.org/tlog-proof@v1";

struct EntryProof {
  crypto::Bytes extra;
  std::uint64_t index = 0;
  std::vector<crypto::Digest> proof;
  std::string checkpoint;
  bool operator==(const EntryProof&) const = default;
};

std::string format_entry_proof(const EntryProof& proof);

// Nothing for any other text than format_entry_proof's own.
std::optional<EntryProof> parse_entry_proof(std::string_view text);

enum class EntryProofError {
  bad_checkpoint,  // Malformed.
  bad_signature,   // The next three as in CheckpointError.
  unknown_log,
  quorum_short,
  wrong_inclusion,  // The entry is not leaf `index` of the log.
  bad_entry,        // It is, but it is no entry of this ledger.
};
constexpr auto enum_words(EntryProofError) {
  return std::to_array<std::string_view>({"bad_checkpoint", "bad_signature", "unknown_log",
                                          "quorum_short", "wrong_inclusion", "bad_entry"});
}

struct EntryProofFault {
  EntryProofError error;
  std::string detail;
};

struct VerifiedEntry {
  ledger::EntryIndex index;
  ledger::Entry entry;
  VerifiedCheckpoint checkpoint;
};

// `entry` is the canonical bytes, such as proof.extra: whatever they are, they must hash to the
// leaf.
std::expected<VerifiedEntry, EntryProofFault> verify_entry_proof(const EntryProof& proof,
                                                                 crypto::BytesView entry,
                                                                 const Policy& policy);

}  // namespace centime::proof
