// Proof that a validator broke the rules: two votes of one view that no honest one signs together.
//
// Self-contained: who has the validators' keys can judge it. It compares what was signed, never the
// signatures, so that a vote sent twice accuses nobody. Legal, and never evidence: NOTARIZE with
// NULLIFY, repeats, silence, lateness.
#pragma once

#include <expected>
#include <optional>

#include "consensus/vote.h"

namespace centime::consensus {

struct Evidence {
  Vote first;  // The lower by (kind, value); the pair is stored and sent in one order only.
  Vote second;
  bool operator==(const Evidence&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("first", first), cereal::make_nvp("second", second));
  }
};

enum class Sin : std::uint8_t {
  two_notarized,        // E1: NOTARIZE P and NOTARIZE P'.
  two_finalized,        // E2: FINALIZE P and FINALIZE P'.
  nullified_finalized,  // E3: NULLIFY and FINALIZE.
  notarized_finalized,  // E4: NOTARIZE P and FINALIZE P'.
};
constexpr auto enum_words(Sin) {
  return std::to_array<std::string_view>(
      {"two_notarized", "two_finalized", "nullified_finalized", "notarized_finalized"});
}

enum class EvidenceError : std::uint8_t {
  unknown_validator,  // The signer is not in the set.
  no_contradiction,   // An honest validator may have signed both, or they are of two signers.
  bad_signature,      // One of them was not signed by the accused.
  wrong_order,        // The votes stand in the other order.
};
constexpr auto enum_words(EvidenceError) {
  return std::to_array<std::string_view>(
      {"unknown_validator", "no_contradiction", "bad_signature", "wrong_order"});
}

// The sin, if these two votes are one. Signatures are not looked at.
std::optional<Sin> contradiction(const Vote& a, const Vote& b);

// Requires that contradiction(a, b) holds.
Evidence make_evidence(const Vote& a, const Vote& b);

// Judges everything but the signatures.
std::expected<Sin, EvidenceError> check_contradiction(std::size_t validators,
                                                      const Evidence& evidence);

std::expected<Sin, EvidenceError> verify_evidence(const ValidatorSet& validators,
                                                  const Evidence& evidence);

}  // namespace centime::consensus
