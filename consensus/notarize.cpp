// R5: a follower's judgement of the current view's proposal.
#include "consensus/core.h"

namespace centime::consensus {

bool Core::notarize() {
  const OpenView* open = open_view(cur_);
  const OwnVotes* own = safety_.at(cur_);
  const bool again = mutated(Mutation::notarize_twice) && own && own->notarized && open &&
                     open->proposal && own->notarized->value != open->proposal->value;
  if (!signs() || leader(cur_) == *self_ || (!safety_.may_notarize(cur_) && !again)) return false;
  if (!open || !open->proposal || (open->equivocated && !again) || open->bad_proposal) return false;
  if (leader_gave_up()) return false;  // R7 is next: nothing of this view need be executed.
  const Vote proposal = *open->proposal;
  switch (judge(proposal)) {
    case Judgement::wait:
      return false;
    case Judgement::bad:
      views_[cur_].bad_proposal = true;
      return true;  // R7 skips the view at once.
    case Judgement::good:
      break;
  }
  if (const BlockPtr* block = tree_.find(proposal.value.block)) {
    rows_.touch(block_row((*block)->height, (*block)->hash));  // D2.
  }
  cast(VoteKind::notarize, cur_, proposal.value);
  return true;
}

// The parent that view parent's certificate names, if everything between is nullified. Nothing:
// certificates are missing and were asked for.
std::optional<ParentLink> Core::justified_parent(View parent, View view) {
  std::vector<View> unknown;
  for (View between{view.value - 1}; between > parent; --between.value) {
    const OpenView* open = open_view(between);
    if (!open || !open->certificate(VoteKind::nullify)) unknown.push_back(between);
  }
  if (mutated(Mutation::skip_unchecked)) unknown.clear();
  if (parent == final_.fin.view) {
    if (unknown.empty()) return tree_.final();
  } else {
    const OpenView* open = open_view(parent);
    const Certificate* decided = open ? open->decided() : nullptr;
    if (!decided) unknown.push_back(parent);
    if (unknown.empty()) {
      const Path path = path_of(*decided);
      if (execute_next(path)) return tree_.link_of(decided->value.block);
      request_missing(path, *decided);
      return std::nullopt;
    }
  }
  request_certificates(std::move(unknown));
  return std::nullopt;
}

Core::Judgement Core::judge(const Vote& proposal) {
  const Value& value = proposal.value;
  if (value.parent_view >= proposal.view || value.parent_view < final_.fin.view) {
    return Judgement::bad;
  }
  const auto parent = justified_parent(value.parent_view, proposal.view);
  if (!parent) return Judgement::wait;
  if (value.block == parent->hash) {
    // D4. The epoch's first block is not of this epoch, and can't be proposed again in it.
    const bool allowed = value.height == parent->height && value.parent_view > View{};
    return allowed ? Judgement::good : Judgement::bad;
  }
  return judge_extension(proposal, *parent);
}

Core::Judgement Core::judge_extension(const Vote& proposal, const ParentLink& parent) {
  const BlockPtr* block = tree_.find(proposal.value.block);
  if (!block) {
    // The leader repeats itself without the body, which may still be on its way.
    request_block(proposal.value.block, proposal.view, 0, deadline_after() / 2);
    return Judgement::wait;
  }
  if (!extends(parent, **block) || (*block)->height != proposal.value.height ||
      (*block)->proposer != proposal.signer) {
    return Judgement::bad;
  }
  // Longer than may be from where this validator stands. The leader may know more to be final, and
  // then it will be told so here too; else the view passes, and the next leader proposes the parent
  // again, which is never too long and makes the run final.
  if (!may_lengthen(parent)) return Judgement::wait;
  // From the future: waited for, never called invalid. The earliest time that a block here may have
  // is nobody's choice, though: the parent's was from the future already, and nothing else follows.
  const std::uint64_t latest = now_.wall_clock_ms + options_.rules.timestamp_ahead_ms;
  const bool earliest = (*block)->timestamp_ms == parent.timestamp_ms + 1;
  if ((*block)->timestamp_ms > latest && !earliest) {
    // A clock may jump; looked at again within a second.
    const std::uint64_t left = std::min<std::uint64_t>((*block)->timestamp_ms - latest, 1'000);
    wake_at(now_.ticks + Millis{static_cast<Millis::rep>(left)});
    return Judgement::wait;
  }
  const bool full = tree_.body_bytes() > 2 * Engine::held_bytes_max && final_.fin.view > View{};
  if (full) return Judgement::wait;
  const Path path = tree_.path_to(proposal.value.block);
  if (path.state == Path::State::invalid) return Judgement::bad;
  return execute_next(path) ? Judgement::good : Judgement::wait;
}

}  // namespace centime::consensus
