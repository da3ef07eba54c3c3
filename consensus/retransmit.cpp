// R10: what may have been lost is sent again, votes and certificates byte for byte. A body is sent
// once: where a line is slow the first copy is still under way, and each further one would keep the
// votes behind it longer. Who lacks it asks for it.
#include "consensus/core.h"

namespace centime::consensus {

// Half a deadline, and a little more for some than for others, so that they don't all send at once.
Millis Core::retransmit_every() const {
  const Millis half = options_.timing.deadline_base / 2;
  const std::uint64_t eighth = (self_.value_or(0) * 31U + cur_.value * 17U) % 8;
  return half + half * static_cast<Millis::rep>(eighth) / 32 + Millis{1};
}

void Core::retransmit() {
  if (mutated(Mutation::no_retransmission)) return;
  if (!signs() || (!work_to_do() && safety_.at(cur_) == nullptr)) return;
  if (work_to_do()) retransmit_at_ = std::min(retransmit_at_, now_.ticks + retransmit_every());
  if (now_.ticks >= retransmit_at_) {
    // A vote that nothing waits for is repeated as rarely as STATUS is sent.
    retransmit_at_ = now_.ticks + (work_to_do() ? retransmit_every() : options_.timing.status_idle);
    for (const auto& [view, votes] : safety_.all()) {
      const OpenView* open = open_view(view);
      const bool notarized = open && open->certificate(VoteKind::notarize);
      if (notarized || view.next() >= cur_) send_own_votes({}, view);
    }
    send_entry({});
  }
  wake_at(retransmit_at_);
}

void Core::send_own_votes(std::optional<PeerIndex> to, View view) {
  const OwnVotes* own = safety_.at(view);
  if (!own || alarm_) return;
  for (const auto& vote : {own->notarized, own->finalized, own->nullified}) {
    if (vote) send(to, *vote);
  }
  if (own->notarized && view == cur_ && leader(view) == *self_) {
    send_proposal(to, *own->notarized, Body::left_out);
  }
}

// The certificates by which the current view was entered: both, if there are both.
void Core::send_entry(std::optional<PeerIndex> to) {
  const OpenView* open = open_view({cur_.value - 1});
  if (!open) return;
  for (const auto& certificate : open->certificates) {
    if (certificate) send(to, *certificate);
  }
}

}  // namespace centime::consensus
