// R7 and R9: giving a view up, and when.
#include <algorithm>

#include "consensus/core.h"

namespace centime::consensus {

bool Core::nullify() {
  if (!signs() || !safety_.may_nullify(cur_) || !nullify_wanted()) return false;
  deadline_.reset();
  ++nullified_in_row_;
  retransmit_at_ = now_.ticks + retransmit_every();
  cast(VoteKind::nullify, cur_, {});
  if (mutated(Mutation::nullify_after_finalize)) {
    const View last{cur_.value - 1};
    if (safety_.may_nullify(last)) cast(VoteKind::nullify, last, {});
  }
  return true;
}

bool Core::nullify_wanted() {
  if (deadline_ && *deadline_ <= now_.ticks) {
    if (mutated(Mutation::deadline_never)) return false;
    if (work_to_do() || mutated(Mutation::deadline_not_disarmed)) return true;
    deadline_.reset();  // D3.
  }
  const OpenView* open = open_view(cur_);
  if (!open) return false;
  return open->bad_proposal || open->votes.find(VoteKind::nullify, leader(cur_)) != nullptr;
}

// Something certified that is not final yet. The last final block, notarized once more, is final
// already: to finish that view too would be work for nothing, and takes long where some are away.
bool Core::open_notarization() const {
  return std::ranges::any_of(views_, [&](const auto& each) {
    const Certificate* decided = each.second.decided();
    return decided &&
           (decided->value.block != final_.fin.block || mutated(Mutation::final_repeated));
  });
}

bool Core::heartbeat_due() const {
  const Millis every = options_.timing.heartbeat;
  if (every == Millis{0} || final_.fin.view == View{} || now_.ticks < final_at_ + every)
    return false;
  return !open_notarization();  // Else that one is it.
}

// R9's `need`.
bool Core::work_to_do() const {
  if (ended_) return false;
  if (pending_ > 0 || open_notarization() || heartbeat_due()) return true;
  const OpenView* open = open_view(cur_);
  if (!open) return false;
  // A proposal that this node has given up and nobody else knows is no work: it would be for ever.
  const OwnVotes* own = safety_.at(cur_);
  const bool wanted = open->proposal && !(own && own->nullified);
  return wanted || more_than_faulty(open->votes.of(VoteKind::nullify).size());
}

// T_base * 1.5^k, at most the greatest; no shift and no overflow whatever k is.
Millis Core::deadline_after() const {
  Millis after = options_.timing.deadline_base;
  for (std::uint64_t k = 0;
       k < nullified_in_row_ + repeated_in_row_ && after < options_.timing.deadline_max; ++k) {
    after += after / 2 + Millis{1};
  }
  return std::min(after, options_.timing.deadline_max);
}

// Twice as long with each repetition in a row: where a FINALIZE takes longer than this, each view
// would be the reason for the next, for ever.
Millis Core::flush_after() const {
  Millis after = options_.timing.flush;
  const Millis most = std::max(after, deadline_after() / 2);
  for (std::uint64_t k = 0; k < repeated_in_row_ && after < most; ++k) after *= 2;
  return std::min(after, most);
}

void Core::arm_deadline() {
  if (!signs()) return;
  const bool wanted = work_to_do() && safety_.may_nullify(cur_);
  if (!wanted && !mutated(Mutation::deadline_not_disarmed)) deadline_.reset();
  if (wanted && !deadline_) deadline_ = now_.ticks + deadline_after();
  if (deadline_) wake_at(*deadline_);
  if (leader(cur_) == *self_ && safety_.may_notarize(cur_)) {
    const Millis flush = entered_at_ + flush_after();
    if ((open_notarization() || heartbeat_due()) && flush > now_.ticks) wake_at(flush);
  }
  const Millis heartbeat = options_.timing.heartbeat;
  if (heartbeat > Millis{0} && final_.fin.view > View{} && final_at_ + heartbeat > now_.ticks) {
    wake_at(final_at_ + heartbeat);
  }
}

}  // namespace centime::consensus
