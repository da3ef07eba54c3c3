// Counts the votes of one kind for one value in one view until they make a certificate.
//
// Pure. A vote's signature is checked before it gets here, and the validator set is fixed while a
// tally lives.
#pragma once

#include <expected>
#include <map>
#include <optional>

#include "consensus/vote.h"

namespace centime::consensus {

enum class VoteError { unknown_validator, other_value, already_voted };

class VoteTally {
 public:
  // Requires 1 <= validators <= validators_max.
  VoteTally(std::size_t validators, std::uint64_t epoch, VoteKind kind, View view, Value value);

  // Records one vote. The certificate when this vote completes the quorum, which happens once. On
  // error the tally is unchanged.
  std::expected<std::optional<Certificate>, VoteError> add(const Vote& vote);

 private:
  std::size_t validators_;
  Certificate certificate_;  // Without its signatures.
  std::map<std::uint16_t, crypto::Signature> signatures_;
};

}  // namespace centime::consensus
