#include "node/proof/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/check.h"

namespace centime::proof {
namespace {

std::unexpected<CheckpointFault> refuse(CheckpointError error, std::string detail) {
  return std::unexpected(CheckpointFault{error, std::move(detail)});
}

std::unexpected<CheckpointFault> refuse(crypto::NoteError error) {
  switch (error) {
    case crypto::NoteError::unverified_note:
      return refuse(CheckpointError::unknown_log, "no key of the policy signed this checkpoint");
    case crypto::NoteError::bad_signature:
      return refuse(CheckpointError::bad_signature,
                    "a line of the checkpoint is not the signature of the key that it names");
    case crypto::NoteError::malformed:
    case crypto::NoteError::bad_key:
    case crypto::NoteError::bad_checkpoint:
      break;
  }
  return refuse(CheckpointError::malformed, "this is not a signed checkpoint");
}

std::vector<crypto::VerifierKey> keys_of(const Policy& policy) {
  std::vector<crypto::VerifierKey> keys;
  for (const PolicyLog& log : policy.logs) keys.push_back(log.key);
  for (const PolicyWitness& witness : policy.witnesses) keys.push_back(witness.key);
  return keys;
}

// What a name of the policy stands for, given who cosigned.
struct Standing {
  bool witnessed = false;
  std::size_t needed = 1;  // The least number of witnesses that would do.
};

Standing standing_of(const PolicyGroup& group, const std::map<std::string, Standing>& names) {
  std::size_t witnessed = 0;
  std::vector<std::size_t> needs;
  for (const std::string& member : group.members) {
    const auto found = names.find(member);
    if (found == names.end()) continue;
    if (found->second.witnessed) ++witnessed;
    needs.push_back(found->second.needed);
  }
  std::ranges::sort(needs);
  needs.resize(std::min(needs.size(), group.threshold));
  std::size_t needed = 0;
  for (const std::size_t need : needs) needed += need;
  return {group.threshold >= 1 && witnessed >= group.threshold, needed};
}

}  // namespace

crypto::NoteSignature cosign_checkpoint(const crypto::Checkpoint& checkpoint,
                                        const Cosigner& signer, std::chrono::sys_seconds time) {
  const std::string name = cosigner_name({checkpoint.origin}, signer.member);
  return crypto::cosign(crypto::format_checkpoint(checkpoint), {name, signer.key}, time);
}

std::string checkpoint_note(const crypto::Checkpoint& checkpoint, const crypto::SecretKey& server,
                            std::span<const crypto::NoteSignature> cosignatures) {
  crypto::Note note{crypto::format_checkpoint(checkpoint), {}};
  note.signatures.push_back(crypto::sign_note(note.text, {checkpoint.origin, server}));
  note.signatures.insert(note.signatures.end(), cosignatures.begin(), cosignatures.end());
  return crypto::format_note(note);
}

std::string sign_checkpoint(const crypto::Checkpoint& checkpoint, const Cosigner& signer,
                            std::chrono::sys_seconds time) {
  const crypto::NoteSignature cosignature = cosign_checkpoint(checkpoint, signer, time);
  return checkpoint_note(checkpoint, signer.key, {&cosignature, 1});
}

std::expected<VerifiedCheckpoint, CheckpointFault> verify_checkpoint(std::string_view note,
                                                                     const Policy& policy) {
  const auto parsed = crypto::parse_note(note);
  if (!parsed) return refuse(parsed.error());
  const auto opened = crypto::open_note(note, keys_of(policy));
  if (!opened) return refuse(opened.error());
  const auto checkpoint = crypto::parse_checkpoint(opened->text);
  if (!checkpoint) return refuse(checkpoint.error());

  VerifiedCheckpoint verified;
  verified.checkpoint = *checkpoint;
  verified.ignored_lines = parsed->signatures.size() - opened->verified.size();
  const bool by_log = std::ranges::any_of(opened->verified, [&](const auto& line) {
    return line.key.type == crypto::KeyType::ed25519 && line.key.name == checkpoint->origin;
  });
  if (!by_log) {
    return refuse(CheckpointError::unknown_log,
                  "no log of the policy signed this checkpoint of '" + checkpoint->origin + "'");
  }

  std::map<std::string, Standing> names;
  std::set<crypto::PublicKey> known;
  for (const PolicyWitness& witness : policy.witnesses) {
    names[witness.name] = {};
    // A key counts under its first name only, whatever the file says.
    if (!known.insert(witness.key.key).second) continue;
    const auto line =
        std::ranges::find(opened->verified, witness.key, &crypto::VerifiedSignature::key);
    if (line == opened->verified.end()) continue;
    names[witness.name].witnessed = true;
    verified.cosigners.push_back(witness.key.name);
    verified.newest = std::max(verified.newest, line->time.value_or(verified.newest));
  }
  for (const PolicyGroup& group : policy.groups) names[group.name] = standing_of(group, names);
  verified.known = known.size();
  const auto quorum = names.find(policy.quorum);
  if (quorum == names.end() || !quorum->second.witnessed) {
    return refuse(CheckpointError::quorum_short,
                  fmt::format("{} of {} known keys signed, and those are no quorum of the policy",
                              verified.cosigners.size(), verified.known));
  }
  verified.needed = quorum->second.needed;
  return verified;
}

}  // namespace centime::proof
