// Signed notes and the checkpoints in them: the form in which a log's root is signed and published.
//
// Parsing never trusts: the text of a note means nothing before open_note() has found a signature
// by a known key. Bounded by note_bytes_max and note_signatures_max. Keys are held to the one rule
// of ed25519.h. Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature;
// golang.org/x/mod/sumdb/note.
//
//   text, ending in a newline
//   (an empty line)
//   — <key name> <base64 of: u32 key id, signature>        one line or more
//
// A cosignature/v1 is a u64 time in seconds, then an Ed25519 signature of
// "cosignature/v1\ntime <seconds>\n" and the text. All numbers are big-endian.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "crypto/ed25519.h"

namespace centime::crypto {

inline constexpr std::size_t note_bytes_max = 1 << 20;
inline constexpr std::size_t note_signatures_max = 100;

enum class NoteError {
  malformed,        // Not a signed note.
  unverified_note,  // No signature by a known key.
  bad_signature,    // A signature that names a known key is not that key's.
  bad_key,          // A verifier key that is malformed, of an unknown type, or not admitted.
  bad_checkpoint,   // The text is not a checkpoint.
};

std::string_view to_string(NoteError error);

enum class KeyType : std::uint8_t { ed25519 = 0x01, cosignature = 0x04 };

// Non-empty UTF-8 without white space or plus.
bool is_key_name(std::string_view name);

struct VerifierKey {
  std::string name;
  KeyType type = KeyType::ed25519;
  PublicKey key;

  // SHA-256(name || 0x0A || type || key)[:4]
  std::uint32_t id() const;

  auto operator<=>(const VerifierKey&) const = default;
};

// "<name>+<id, 8 hexadecimal digits>+<base64 of: type, key>". The id must be the key's own.
std::expected<VerifierKey, NoteError> parse_vkey(std::string_view text);
std::string format_vkey(const VerifierKey& key);

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes bytes;  // What follows the key id.

  auto operator<=>(const NoteSignature&) const = default;
};

// A note taken apart and not verified.
struct Note {
  std::string text;  // Ends in a newline.
  std::vector<NoteSignature> signatures;
};

std::expected<Note, NoteError> parse_note(std::string_view note);

// Requires a text and names that parse_note() would accept, and 1..100 signatures.
std::string format_note(const Note& note);

// Who signs. Requires a key name.
struct Signer {
  std::string_view name;
  const SecretKey& key;
};

NoteSignature sign_note(std::string_view text, const Signer& signer);

// A cosignature/v1. Requires a time from 1970 on.
NoteSignature cosign(std::string_view text, const Signer& signer, std::chrono::sys_seconds time);

// Whether the signature is this key's over the text: name, id, length, then Ed25519.
bool verify_signature(const VerifierKey& key, std::string_view text,
                      const NoteSignature& signature);

struct VerifiedSignature {
  VerifierKey key;
  NoteSignature signature;
  std::optional<std::chrono::sys_seconds> time;  // Of a cosignature.
};

struct OpenedNote {
  std::string text;
  std::vector<VerifiedSignature> verified;  // At least one, and one a key at most.
  std::vector<NoteSignature> unverified;    // By unknown keys, identical ones once.
};

// Succeeds if at least one known key signed, and no signature that names a known key is bad. Who
// must have signed is the caller's to count, by distinct public keys.
std::expected<OpenedNote, NoteError> open_note(std::string_view note,
                                               std::span<const VerifierKey> verifiers);

// Three lines: origin, size, base64 root.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;

  auto operator<=>(const Checkpoint&) const = default;
};

// Lines after the third: this ledger writes none, other logs may.
enum class ExtensionLines { refuse, allow };

std::expected<Checkpoint, NoteError> parse_checkpoint(
    std::string_view text, ExtensionLines extensions = ExtensionLines::refuse);

// The note text. Requires an origin of one non-empty line of UTF-8.
std::string format_checkpoint(const Checkpoint& checkpoint);

}  // namespace centime::crypto
