#include "consensus/vote_tally.h"

#include "consensus/quorum.h"
#include "crypto/check.h"

namespace centime::consensus {

VoteTally::VoteTally(std::size_t validators, std::uint64_t epoch, VoteKind kind, View view,
                     Value value)
    : validators_(validators), certificate_{epoch, kind, view, value, {}} {
  crypto::check(validators >= 1 && validators <= validators_max, "number of validators");
}

std::expected<std::optional<Certificate>, VoteError> VoteTally::add(const Vote& vote) {
  if (vote.signer >= validators_) return std::unexpected(VoteError::unknown_validator);
  if (vote.epoch != certificate_.epoch || vote.kind != certificate_.kind ||
      vote.view != certificate_.view || vote.value != certificate_.value) {
    return std::unexpected(VoteError::other_value);
  }
  if (!signatures_.emplace(vote.signer, vote.signature).second) {
    return std::unexpected(VoteError::already_voted);
  }
  // Equality, not >=: a vote that arrives after the quorum must not commit the block twice.
  if (signatures_.size() != quorum(validators_)) return std::nullopt;
  Certificate certificate = certificate_;
  for (const auto& [signer, signature] : signatures_) {
    certificate.signatures.items.push_back({signer, signature});
  }
  return certificate;
}

}  // namespace centime::consensus
