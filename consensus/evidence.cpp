#include "consensus/evidence.h"

#include <tuple>

#include "consensus/mutation.h"
#include "crypto/check.h"

namespace centime::consensus {
namespace {

auto order_of(const Vote& vote) { return std::tuple(vote.kind, vote.value); }

}  // namespace

std::optional<Sin> contradiction(const Vote& a, const Vote& b) {
  if (a.signer != b.signer || a.epoch != b.epoch || a.view != b.view) return std::nullopt;
  const Vote& first = order_of(a) <= order_of(b) ? a : b;
  const Vote& second = &first == &a ? b : a;
  if (first.kind == VoteKind::notarize && second.kind == VoteKind::notarize) {
    const bool signed_twice =
        mutated(Mutation::evidence_by_signature) && first.signature != second.signature;
    if (first.value != second.value || signed_twice) return Sin::two_notarized;
  } else if (first.kind == VoteKind::finalize && second.kind == VoteKind::finalize) {
    if (first.value != second.value) return Sin::two_finalized;
  } else if (first.kind == VoteKind::finalize && second.kind == VoteKind::nullify) {
    return Sin::nullified_finalized;
  } else if (first.kind == VoteKind::notarize && second.kind == VoteKind::finalize) {
    if (first.value != second.value) return Sin::notarized_finalized;
  }
  return std::nullopt;
}

Evidence make_evidence(const Vote& a, const Vote& b) {
  crypto::check(contradiction(a, b).has_value(), "two votes that contradict each other");
  return order_of(a) < order_of(b) ? Evidence{a, b} : Evidence{b, a};
}

std::expected<Sin, EvidenceError> check_contradiction(std::size_t validators,
                                                      const Evidence& evidence) {
  if (evidence.first.signer >= validators) {
    return std::unexpected(EvidenceError::unknown_validator);
  }
  const auto sin = contradiction(evidence.first, evidence.second);
  if (!sin) return std::unexpected(EvidenceError::no_contradiction);
  if (order_of(evidence.second) < order_of(evidence.first)) {
    return std::unexpected(EvidenceError::wrong_order);
  }
  return *sin;
}

std::expected<Sin, EvidenceError> verify_evidence(const ValidatorSet& validators,
                                                  const Evidence& evidence) {
  const auto sin = check_contradiction(validators.keys.size(), evidence);
  if (!sin) return sin;
  if (!verify_vote(validators, evidence.first) || !verify_vote(validators, evidence.second)) {
    return std::unexpected(EvidenceError::bad_signature);
  }
  return sin;
}

}  // namespace centime::consensus
