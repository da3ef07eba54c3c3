// R7 and R9: giving a view up, and when.
#include <algorithm>

#include "consensus/core.h"

namespace centime::consensus {

bool Core::nullify() {
  if (!signs() || !safety_.may_nullify(cur_)) return false;
  const auto way = gives_way_at();
  const bool gives_way = way && *way <= now_.ticks;
  const auto passed = passes_at();
  const bool passes = passed && *passed <= now_.ticks;
  const bool failed = !gives_way && !passes && leader_failed();
  if (!gives_way && !passes && !failed && !leader_gave_up()) return false;
  // Others may have given the view up at rest; only who had something to do can say of whom it
  // waited.
  if (failed && knows_work()) failed_leaders_[leader(cur_)] = Engine::blocks_owed;
  // A leader that gave way says nothing of the network, and nor does a view that was passed at
  // rest.
  if (failed || pending_ > 0 || open_notarization()) ++nullified_in_row_;
  deadline_.reset();
  retransmit_at_ = now_.ticks + retransmit_every();
  cast(VoteKind::nullify, cur_, {});
  if (mutated(Mutation::nullify_after_finalize)) {
    const View last{cur_.value - 1};
    if (safety_.may_nullify(last)) cast(VoteKind::nullify, last, {});
  }
  return true;
}

bool Core::leader_failed() {
  if (deadline_ && *deadline_ <= now_.ticks) {
    if (mutated(Mutation::deadline_never)) return false;
    if (work_to_do() || mutated(Mutation::deadline_not_disarmed)) return true;
    deadline_.reset();  // D3.
  }
  const OpenView* open = open_view(cur_);
  return open && open->bad_proposal;
}

bool Core::leader_gave_up() const {
  const OpenView* open = open_view(cur_);
  return open && open->votes.find(VoteKind::nullify, leader(cur_)) != nullptr;
}

// D6: when this leader gives its view up, as things are. Nothing: it stays, since it is another's
// view, there is something to do here, nobody to give way to, or the way leads past somebody who
// did not answer: who gives way to the dead makes the next submission wait for a deadline.
std::optional<Millis> Core::gives_way_at() const {
  if (options_.timing.give_way == Millis{0} || !ingress_ || !signs()) return std::nullopt;
  if (leader(cur_) != *self_ || *ingress_ >= validators()) return std::nullopt;
  if (*ingress_ == *self_ && !mutated(Mutation::way_always_given)) return std::nullopt;
  if (building_ || !safety_.may_notarize(cur_) || work_to_do()) return std::nullopt;
  // Once round since the last final block, and not on and on for one that gives its own view up.
  const std::uint64_t passed = cur_.value - final_.fin.view.value;
  if (passed > validators() + Engine::given_up_max && !mutated(Mutation::way_always_given))
    return std::nullopt;
  View view = cur_;
  for (std::uint64_t given_up = 1; given_up <= Engine::given_up_max; ++given_up) {
    view = view.next();
    if (failed_leaders_.contains(leader(view))) return std::nullopt;
    if (leader(view) == *ingress_) return final_at_ + options_.timing.give_way;
  }
  return std::nullopt;
}

// D7: a validator that lost its votes is as good as away until the views are over that it may have
// voted in. At rest they would never be, and whoever else is away or is made anew meanwhile would
// be one too many, for ever. So they are given up for it; nobody's fault.
std::optional<Millis> Core::passes_at() const {
  if (abstainers_.empty() || !signs() || building_ || knows_work()) return std::nullopt;
  if (mutated(Mutation::abstainers_unheard)) return std::nullopt;
  std::optional<Millis> at;
  for (const auto& [index, abstainer] : abstainers_) {
    if (abstainer.through < cur_) continue;
    const Millis due = std::max(entered_at_, abstainer.heard_at) + options_.timing.deadline_base;
    at = at ? std::min(*at, due) : due;
  }
  return at;
}

// An honest one abstains through the view after its own. What it says once more before another
// block is final counts after twice as long each time, so that a liar moves an idle network hardly
// at all.
void Core::note_abstainer(std::uint16_t index, View through) {
  if (through < cur_ || through > cur_.next()) return;
  const auto [found, first] = abstainers_.try_emplace(index);
  Abstainer& abstainer = found->second;
  if (abstainer.through >= through) return;
  const Millis apart = options_.timing.deadline_base * (1ULL << abstainer.times);
  if (!first && now_.ticks < abstainer.heard_at + apart) return;
  abstainer = {through, now_.ticks,
               std::min(abstainer.times + 1, Engine::abstention_doublings_max)};
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

// R9's `need`: what this node knows of, or that others gave the view up for what it does not.
bool Core::work_to_do() const {
  if (knows_work()) return true;
  const OpenView* open = open_view(cur_);
  if (ended_ || !open || gave_up()) return false;
  return more_than_faulty(open->votes.of(VoteKind::nullify).size());
}

bool Core::knows_work() const {
  if (ended_) return false;
  if (pending_ > 0 || open_notarization() || heartbeat_due()) return true;
  const OpenView* open = open_view(cur_);
  return open && open->proposal && !gave_up();
}

// In a view that this node has given up, a proposal or others' NULLIFYs that nobody else knows are
// no work: they would be for ever.
bool Core::gave_up() const {
  const OwnVotes* own = safety_.at(cur_);
  return own && own->nullified;
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
  if (const auto way = gives_way_at()) wake_at(*way);
  if (const auto passed = passes_at(); passed && safety_.may_nullify(cur_)) wake_at(*passed);
  const Millis heartbeat = options_.timing.heartbeat;
  if (heartbeat > Millis{0} && final_.fin.view > View{} && final_at_ + heartbeat > now_.ticks) {
    wake_at(final_at_ + heartbeat);
  }
}

}  // namespace centime::consensus
