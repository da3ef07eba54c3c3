#include "consensus/engine.h"

#include "consensus/vote_tally.h"
#include "crypto/check.h"

namespace centime::consensus {

Engine::Engine(ValidatorSet validators, crypto::SecretKey key, Finalized fin)
    : validators_(std::move(validators)), key_(std::move(key)), fin_(fin) {
  crypto::check(validators_.keys.size() == 1, "this engine runs networks of one validator");
  crypto::check(validators_.keys[0] == key_.public_key(), "the validator's own key");
}

std::expected<Step, EngineError> Engine::propose(const Proposal& proposal) {
  if (proposal.parent != fin_.block || proposal.height.value != fin_.height.value + 1) {
    return std::unexpected(EngineError::wrong_parent);
  }
  // The block of the view before is final, so that view's certificate justifies the parent.
  const View view{fin_.view.value + 1};
  const Value value{fin_.view, proposal.height, proposal.block};
  vote(VoteKind::notarize, view, value);
  Certificate finalization = vote(VoteKind::finalize, view, value);
  fin_ = {fin_.epoch, view, proposal.height, proposal.block};
  return Step{fin_, std::move(finalization)};
}

Certificate Engine::vote(VoteKind kind, View view, const Value& value) const {
  Vote own{fin_.epoch, kind, view, value, 0, {}};
  own.signature = key_.sign(vote_message(validators_.network, own));
  VoteTally tally(validators_.keys.size(), fin_.epoch, kind, view, value);
  auto certificate = tally.add(own);
  crypto::check(certificate && certificate->has_value(), "one vote is a quorum of one");
  return std::move(**certificate);
}

}  // namespace centime::consensus
