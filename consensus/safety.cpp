#include "consensus/safety.h"

#include "consensus/mutation.h"
#include "crypto/check.h"

namespace centime::consensus {

Safety::Safety(View fin, View abstain_through) : fin_(fin), abstain_through_(abstain_through) {}

const OwnVotes* Safety::at(View view) const {
  const auto found = votes_.find(view);
  return found == votes_.end() ? nullptr : &found->second;
}

bool Safety::may_notarize(View view) const {
  // Any vote in the view forbids it: after NULLIFY it would be useless, after FINALIZE late.
  return view > floor() && at(view) == nullptr;
}

bool Safety::may_nullify(View view) const {
  const OwnVotes* own = at(view);
  return view > floor() &&
         (own == nullptr ||
          (!own->nullified && (!own->finalized || mutated(Mutation::nullify_after_finalize))));
}

bool Safety::may_finalize(View view, const Value& value) const {
  const OwnVotes* own = at(view);
  if (view <= floor()) return false;
  if (own == nullptr) return true;
  if (own->finalized || (own->nullified && !mutated(Mutation::finalize_after_nullify))) {
    return false;
  }
  if (!own->notarized || mutated(Mutation::finalize_another)) return true;
  return own->notarized->value == value;  // D5.
}

bool Safety::may_cast(const Vote& vote) const {
  switch (vote.kind) {
    case VoteKind::notarize:
      return may_notarize(vote.view) || mutated(Mutation::notarize_twice);
    case VoteKind::finalize:
      return may_finalize(vote.view, vote.value);
    case VoteKind::nullify:
      return may_nullify(vote.view);
  }
  return false;
}

void Safety::record(const Vote& vote) {
  crypto::check(may_cast(vote), "a vote that the own votes allow");
  OwnVotes& own = votes_[vote.view];
  if (vote.kind == VoteKind::notarize) own.notarized = vote;
  if (vote.kind == VoteKind::finalize) own.finalized = vote;
  if (vote.kind == VoteKind::nullify) own.nullified = vote;
}

void Safety::restore(View view, OwnVotes votes) {
  crypto::check(view > fin_ && well_formed(view, votes), "votes that could have been cast");
  votes_[view] = std::move(votes);
}

void Safety::prune(View fin) {
  fin_ = std::max(fin_, fin);
  votes_.erase(votes_.begin(), votes_.upper_bound(fin_));
}

void Safety::abstain(View through) { abstain_through_ = std::max(abstain_through_, through); }

bool well_formed(View view, const OwnVotes& votes) {
  const auto fits = [&](const std::optional<Vote>& vote, VoteKind kind) {
    return !vote || (vote->kind == kind && vote->view == view);
  };
  if (!fits(votes.notarized, VoteKind::notarize) || !fits(votes.finalized, VoteKind::finalize) ||
      !fits(votes.nullified, VoteKind::nullify)) {
    return false;
  }
  if (votes.finalized && votes.nullified) return false;
  if (votes.finalized && votes.notarized && votes.finalized->value != votes.notarized->value) {
    return false;
  }
  return votes.notarized || votes.finalized || votes.nullified;
}

}  // namespace centime::consensus
