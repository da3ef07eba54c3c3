#include "crypto/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "crypto/check.h"
#include "crypto/encoding.h"

namespace centime::crypto {
namespace {

constexpr std::string_view signature_prefix = "— ";
constexpr std::size_t key_id_size = 4;
constexpr std::size_t time_size = 8;

template <class Number>
void put_big_endian(Bytes& bytes, Number number) {
  for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

std::uint64_t big_endian(BytesView bytes) {
  std::uint64_t number = 0;
  for (const auto byte : bytes) number = number << 8 | byte;
  return number;
}

// What stands before the first separator; the text goes on after it. Nothing if there is none.
std::optional<std::string_view> cut(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  if (end == text.npos) return std::nullopt;
  const auto head = text.substr(0, end);
  text.remove_prefix(end + 1);
  return head;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(as_bytes(text), [](auto byte) { return byte < 0x20 && byte != '\n'; });
}

// White_Space of Unicode beyond ASCII, in UTF-8.
constexpr std::string_view wide_spaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                            "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                            "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                            "\u2029", "\u202f", "\u205f", "\u3000"};

std::optional<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(signature_prefix)) return std::nullopt;
  line.remove_prefix(signature_prefix.size());
  const auto name = cut(line, ' ');
  if (!name || !is_key_name(*name)) return std::nullopt;
  const auto bytes = from_base64(line);
  if (!bytes || bytes->size() <= key_id_size) return std::nullopt;

  const auto view = BytesView(*bytes);
  return NoteSignature{std::string(*name),
                       static_cast<std::uint32_t>(big_endian(view.first(key_id_size))),
                       to_bytes(view.subspan(key_id_size))};
}

std::uint32_t key_id(std::string_view name, KeyType type, const PublicKey& key) {
  const std::uint8_t separator[] = {'\n', static_cast<std::uint8_t>(type)};
  const auto digest = sha256({as_bytes(name), separator, key.bytes});
  return static_cast<std::uint32_t>(big_endian(BytesView(digest.bytes).first(key_id_size)));
}

std::string cosigned_message(std::string_view text, std::uint64_t seconds) {
  return fmt::format("cosignature/v1\ntime {}\n{}", seconds, text);
}

// Of a cosignature of the right length. Nothing above 2^63 - 1, which the format excludes.
std::optional<std::chrono::sys_seconds> time_of(const NoteSignature& signature) {
  const auto seconds = big_endian(BytesView(signature.bytes).first(time_size));
  if (seconds > std::uint64_t{INT64_MAX}) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

bool names_key(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.key_id == key.id();
}

bool verify_bytes(const PublicKey& key, std::string_view message, BytesView bytes) {
  Signature signature;
  if (bytes.size() != signature.bytes.size()) return false;
  std::ranges::copy(bytes, signature.bytes.begin());
  return verify(key, as_bytes(message), signature);
}

}  // namespace

std::string_view to_string(NoteError error) {
  switch (error) {
    case NoteError::malformed:
      return "malformed";
    case NoteError::unverified_note:
      return "unverified_note";
    case NoteError::bad_signature:
      return "bad_signature";
    case NoteError::bad_key:
      return "bad_key";
    case NoteError::bad_checkpoint:
      return "bad_checkpoint";
  }
  check_failed("a NoteError has a name", std::source_location::current());
}

bool is_key_name(std::string_view name) {
  if (name.empty() || !is_utf8(name) || has_control_characters(name)) return false;
  if (name.find_first_of(" \n+") != name.npos) return false;
  return std::ranges::none_of(wide_spaces,
                              [&](auto space) { return name.find(space) != name.npos; });
}

std::uint32_t VerifierKey::id() const { return key_id(name, type, key); }

std::expected<VerifierKey, NoteError> parse_vkey(std::string_view text) {
  const auto name = cut(text, '+');
  const auto id = name ? cut(text, '+') : std::nullopt;
  if (!id || !is_key_name(*name)) return std::unexpected(NoteError::bad_key);
  const auto id_bytes = from_hex(*id);
  const auto bytes = from_base64(text);
  if (!id_bytes || id_bytes->size() != key_id_size || !bytes || bytes->empty())
    return std::unexpected(NoteError::bad_key);

  const auto type = static_cast<KeyType>(bytes->front());
  if (type != KeyType::ed25519 && type != KeyType::cosignature)
    return std::unexpected(NoteError::bad_key);
  const auto key = admit_key(BytesView(*bytes).subspan(1));
  if (!key) return std::unexpected(NoteError::bad_key);

  VerifierKey verifier{std::string(*name), type, *key};
  if (verifier.id() != big_endian(*id_bytes)) return std::unexpected(NoteError::bad_key);
  return verifier;
}

std::string format_vkey(const VerifierKey& key) {
  Bytes bytes = {static_cast<std::uint8_t>(key.type)};
  bytes.insert(bytes.end(), key.key.bytes.begin(), key.key.bytes.end());
  return fmt::format("{}+{:08x}+{}", key.name, key.id(), to_base64(bytes));
}

std::expected<Note, NoteError> parse_note(std::string_view note) {
  if (note.size() > note_bytes_max || !is_utf8(note) || has_control_characters(note))
    return std::unexpected(NoteError::malformed);
  // The text may have empty lines; the last one is the separator.
  const auto separator = note.rfind("\n\n");
  if (separator == note.npos) return std::unexpected(NoteError::malformed);

  Note parsed{std::string(note.substr(0, separator + 1)), {}};
  auto lines = note.substr(separator + 2);
  do {
    const auto line = cut(lines, '\n');
    auto signature = line ? parse_signature_line(*line) : std::nullopt;
    if (!signature || parsed.signatures.size() == note_signatures_max)
      return std::unexpected(NoteError::malformed);
    parsed.signatures.push_back(std::move(*signature));
  } while (!lines.empty());
  return parsed;
}

std::string format_note(const Note& note) {
  check(note.text.ends_with('\n') && is_utf8(note.text) && !has_control_characters(note.text),
        "a note's text is lines of UTF-8");
  check(!note.signatures.empty() && note.signatures.size() <= note_signatures_max,
        "a note has 1..100 signatures");
  std::string text = note.text + "\n";
  for (const auto& signature : note.signatures) {
    check(is_key_name(signature.name), "a signature's key has a name");
    Bytes bytes;
    put_big_endian(bytes, signature.key_id);
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    text += fmt::format("{}{} {}\n", signature_prefix, signature.name, to_base64(bytes));
  }
  return text;
}

NoteSignature sign_note(std::string_view text, const Signer& signer) {
  check(is_key_name(signer.name), "a signer has a key name");
  const auto signature = signer.key.sign(as_bytes(text));
  return {std::string(signer.name), key_id(signer.name, KeyType::ed25519, signer.key.public_key()),
          to_bytes(signature.bytes)};
}

NoteSignature cosign(std::string_view text, const Signer& signer, std::chrono::sys_seconds time) {
  check(is_key_name(signer.name), "a signer has a key name");
  check(time.time_since_epoch().count() >= 0, "a cosignature's time is not before 1970");
  const auto seconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  const auto signature = signer.key.sign(as_bytes(cosigned_message(text, seconds)));
  Bytes bytes;
  put_big_endian(bytes, seconds);
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return {std::string(signer.name),
          key_id(signer.name, KeyType::cosignature, signer.key.public_key()), std::move(bytes)};
}

bool verify_signature(const VerifierKey& key, std::string_view text,
                      const NoteSignature& signature) {
  if (!names_key(signature, key)) return false;
  const auto bytes = BytesView(signature.bytes);
  if (key.type == KeyType::ed25519) return verify_bytes(key.key, text, bytes);

  if (bytes.size() != time_size + signature_size) return false;
  const auto time = time_of(signature);
  if (!time) return false;
  const auto seconds = static_cast<std::uint64_t>(time->time_since_epoch().count());
  return verify_bytes(key.key, cosigned_message(text, seconds), bytes.subspan(time_size));
}

std::expected<OpenedNote, NoteError> open_note(std::string_view note,
                                               std::span<const VerifierKey> verifiers) {
  auto parsed = parse_note(note);
  if (!parsed) return std::unexpected(parsed.error());

  OpenedNote opened{std::move(parsed->text), {}, {}};
  std::set<NoteSignature> unverified;
  std::set<const VerifierKey*> verified;
  const auto is_verified = [&](const VerifierKey* key) { return verified.contains(key); };
  for (auto& signature : parsed->signatures) {
    // An id is four bytes: whoever looks for a key that has another's finds one.
    std::vector<const VerifierKey*> named;
    for (const VerifierKey& key : verifiers)
      if (names_key(signature, key)) named.push_back(&key);
    if (named.empty()) {
      if (unverified.insert(signature).second) opened.unverified.push_back(std::move(signature));
      continue;
    }
    if (std::ranges::all_of(named, is_verified)) continue;
    const auto signer = std::ranges::find_if(named, [&](const VerifierKey* key) {
      return verify_signature(*key, opened.text, signature);
    });
    if (signer == named.end()) return std::unexpected(NoteError::bad_signature);
    if (!verified.insert(*signer).second) continue;
    const VerifierKey& key = **signer;
    const auto time = key.type == KeyType::cosignature ? time_of(signature) : std::nullopt;
    opened.verified.push_back({key, std::move(signature), time});
  }
  if (opened.verified.empty()) return std::unexpected(NoteError::unverified_note);
  return opened;
}

std::expected<Checkpoint, NoteError> parse_checkpoint(std::string_view text,
                                                      ExtensionLines extensions) {
  const auto bad = std::unexpected(NoteError::bad_checkpoint);
  if (!is_utf8(text) || has_control_characters(text)) return bad;
  const auto origin = cut(text, '\n');
  const auto size_text = cut(text, '\n');
  const auto root_text = cut(text, '\n');
  if (!origin || origin->empty() || !size_text || !root_text) return bad;

  Checkpoint checkpoint;
  checkpoint.origin = *origin;
  const auto* const end = size_text->data() + size_text->size();
  const auto [stop, error] = std::from_chars(size_text->data(), end, checkpoint.size);
  if (error != std::errc() || stop != end) return bad;
  if (fmt::format("{}", checkpoint.size) != *size_text) return bad;
  const auto root_bytes = from_base64(*root_text);
  const auto root = root_bytes ? Digest::from(*root_bytes) : std::nullopt;
  if (!root) return bad;
  checkpoint.root = *root;

  if (!text.empty() && extensions == ExtensionLines::refuse) return bad;
  while (!text.empty()) {
    const auto line = cut(text, '\n');
    if (!line || line->empty()) return bad;
  }
  return checkpoint;
}

std::string format_checkpoint(const Checkpoint& checkpoint) {
  const auto& origin = checkpoint.origin;
  check(!origin.empty() && is_utf8(origin) && !has_control_characters(origin) &&
            origin.find('\n') == origin.npos,
        "a checkpoint's origin is one line");
  return fmt::format("{}\n{}\n{}\n", origin, checkpoint.size, to_base64(checkpoint.root.bytes));
}

}  // namespace centime::crypto
