// R11: everybody tells where it is, and who is behind gets what it lacks.
#include "consensus/core.h"

namespace centime::consensus {

void Core::tell_status() {
  if (now_.ticks >= status_at_) {
    send_status({});
    const bool busy = work_to_do() || rejoining_ || abstains();
    status_at_ = now_.ticks + (busy ? options_.timing.status_busy : options_.timing.status_idle);
  } else if (work_to_do()) {
    status_at_ = std::min(status_at_, now_.ticks + options_.timing.status_busy);
  }
  wake_at(status_at_);
}

Status Core::status(std::uint64_t wall_clock_ms) const {
  return {options_.rules.epoch, cur_,
          final_.fin.view,      final_.fin.height,
          final_.fin.block,     pending_,
          wall_clock_ms,        abstains() ? safety_.abstain_through() : View{}};
}

void Core::send_status(std::optional<PeerIndex> to) { send(to, status(now_.wall_clock_ms)); }

void Core::send_finalization(PeerIndex to) {
  if (final_.finalization) send(to, *final_.finalization);
}

Core::Refused Core::receive(Status&& status, PeerIndex from) {
  sources_.told(from, status.fin_height, final_.fin.height);
  if (const auto elsewhere = place(status.epoch, from)) return elsewhere;
  if (rejoining_ && from < validators()) rejoin_views_.emplace(from, status.view);
  if (from < validators()) note_abstainer(from, status.abstains_through);
  if (status.fin_view >= final_.fin.view) note_holder(final_.fin.view, VoteKind::finalize, from);
  const bool it_is_behind = status.fin_view < final_.fin.view || status.view < cur_;
  const bool it_is_ahead = status.fin_view > final_.fin.view || status.view > cur_;
  if (!it_is_behind && !it_is_ahead) return std::nullopt;
  if (!statuses_.pass(from, now_.ticks)) return Refusal::too_often;
  if (status.fin_view < final_.fin.view) send_finalization(from);
  if (status.view < cur_) {
    send_entry(from);
    // It may have passed its view by N, others by L: then each needs the other's.
    const OpenView* open = open_view(status.view);
    if (open && status.view.next() < cur_) {
      for (const auto& certificate : open->certificates) {
        if (certificate) send(from, *certificate);
      }
    }
  }
  if (it_is_ahead) send_status(from);  // Which asks for the same of it.
  if (status.fin_height.value > final_.fin.height.value + sent_blocks_max / 2) request_chain();
  return std::nullopt;
}

}  // namespace centime::consensus
