#include "node/proof/entry_proof.h"

#include <fmt/format.h>

#include <charconv>

#include "crypto/encoding.h"
#include "crypto/merkle.h"

namespace centime::proof {
namespace {

constexpr std::string_view extra_prefix = "extra ";
constexpr std::string_view index_prefix = "index ";
constexpr std::size_t proof_bytes_max = 1 << 20;

// The text before the next newline, which goes with it. Nothing if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool take_index(std::string_view line, std::uint64_t& index) {
  if (!line.starts_with(index_prefix)) return false;
  line.remove_prefix(index_prefix.size());
  const auto* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, index);
  return error == std::errc() && stop == end;
}

std::optional<EntryProof> read(std::string_view text) {
  EntryProof proof;
  if (take_line(text) != entry_proof_first_line) return std::nullopt;
  auto line = take_line(text);
  if (line && line->starts_with(extra_prefix)) {
    auto extra = crypto::from_base64(line->substr(extra_prefix.size()));
    if (!extra) return std::nullopt;
    proof.extra = std::move(*extra);
    line = take_line(text);
  }
  if (!line || !take_index(*line, proof.index)) return std::nullopt;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    const auto bytes = crypto::from_base64(*line);
    const auto hash = bytes ? crypto::Digest::from(*bytes) : std::nullopt;
    if (!hash || proof.proof.size() == crypto::proof_hashes_max) return std::nullopt;
    proof.proof.push_back(*hash);
  }
  if (!line) return std::nullopt;
  proof.checkpoint = text;
  return proof;
}

EntryProofError error_for(CheckpointError error) {
  switch (error) {
    case CheckpointError::malformed:
      return EntryProofError::bad_checkpoint;
    case CheckpointError::bad_signature:
      return EntryProofError::bad_signature;
    case CheckpointError::unknown_log:
      return EntryProofError::unknown_log;
    case CheckpointError::quorum_short:
      return EntryProofError::quorum_short;
  }
  return EntryProofError::bad_checkpoint;
}

}  // namespace

std::string format_entry_proof(const EntryProof& proof) {
  std::string text = fmt::format("{}\n", entry_proof_first_line);
  if (!proof.extra.empty()) {
    text += fmt::format("{}{}\n", extra_prefix, crypto::to_base64(proof.extra));
  }
  text += fmt::format("{}{}\n", index_prefix, proof.index);
  for (const crypto::Digest& hash : proof.proof) text += crypto::to_base64(hash.bytes) + "\n";
  return text + "\n" + proof.checkpoint;
}

std::optional<EntryProof> parse_entry_proof(std::string_view text) {
  if (text.size() > proof_bytes_max) return std::nullopt;
  auto proof = read(text);
  // An empty `extra` or a zero before the index would be a second spelling.
  if (!proof || format_entry_proof(*proof) != text) return std::nullopt;
  return proof;
}

std::expected<VerifiedEntry, EntryProofFault> verify_entry_proof(const EntryProof& proof,
                                                                 crypto::BytesView entry,
                                                                 const Policy& policy) {
  auto checkpoint = verify_checkpoint(proof.checkpoint, policy);
  if (!checkpoint) {
    return std::unexpected(
        EntryProofFault{error_for(checkpoint.error().error), checkpoint.error().detail});
  }
  const auto included =
      crypto::verify_inclusion(proof.index, checkpoint->checkpoint.size, crypto::hash_leaf(entry),
                               proof.proof, checkpoint->checkpoint.root);
  if (!included) {
    return std::unexpected(
        EntryProofFault{EntryProofError::wrong_inclusion,
                        fmt::format("the entry is not number {} of the log", proof.index)});
  }
  auto decoded = crypto::decode<ledger::Entry>(entry);
  if (!decoded) {
    return std::unexpected(EntryProofFault{EntryProofError::bad_entry,
                                           std::string(crypto::describe(decoded.error()))});
  }
  return VerifiedEntry{{proof.index}, std::move(*decoded), std::move(*checkpoint)};
}

}  // namespace centime::proof
