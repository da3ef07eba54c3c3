// Signs the log's state, and decides whether enough validators have signed it.
//
// What counts is distinct public keys that the policy knows, never lines or names. Pure; the time
// comes from the caller. Source: C2SP tlog-checkpoint, tlog-cosignature.
#pragma once

#include <chrono>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"
#include "node/proof/policy.h"

namespace centime::proof {

// A validator, or the node that serves the log.
struct Cosigner {
  const ledger::MemberId& member;
  const crypto::SecretKey& key;
};

// The validator's cosignature/v1 line, under `<origin>/<member>`. Requires a checkpoint whose
// origin is a ledger::Origin.
crypto::NoteSignature cosign_checkpoint(const crypto::Checkpoint& checkpoint,
                                        const Cosigner& signer, std::chrono::sys_seconds time);

// The note: the serving node's line under the origin's own name, then these cosignatures.
std::string checkpoint_note(const crypto::Checkpoint& checkpoint, const crypto::SecretKey& server,
                            std::span<const crypto::NoteSignature> cosignatures);

// Both lines by one node: all that a network of one validator needs.
std::string sign_checkpoint(const crypto::Checkpoint& checkpoint, const Cosigner& signer,
                            std::chrono::sys_seconds time);

enum class CheckpointError {
  malformed,      // Not a note with a checkpoint in it.
  bad_signature,  // A line that names a key of the policy is not that key's signature.
  unknown_log,    // No log of the policy signed it under the checkpoint's origin.
  quorum_short,   // Not enough of the policy's keys cosigned it.
};
constexpr auto enum_words(CheckpointError) {
  return std::to_array<std::string_view>(
      {"malformed", "bad_signature", "unknown_log", "quorum_short"});
}

struct CheckpointFault {
  CheckpointError error;
  std::string detail;  // One sentence, with the figures.
};

struct VerifiedCheckpoint {
  crypto::Checkpoint checkpoint;
  std::vector<std::string> cosigners;  // Key names, one a public key, in the policy's order.
  std::size_t needed = 0;              // The least number of witnesses that is a quorum.
  std::size_t known = 0;               // Witnesses of the policy, by public key.
  std::chrono::sys_seconds newest;     // Time of the latest cosignature.
  std::size_t ignored_lines = 0;       // By keys that the policy doesn't know, and repetitions.
};

std::expected<VerifiedCheckpoint, CheckpointFault> verify_checkpoint(std::string_view note,
                                                                     const Policy& policy);

}  // namespace centime::proof
