// R12: a certificate is told once, a moment after it was learnt, to whoever has not shown by then
// that it has it. Everybody makes it from the same votes, so where all goes well nobody needs it.
#include "consensus/core.h"

namespace centime::consensus {

void Core::tell(const Certificate& certificate) {
  // A validator alone has nobody to hear from: who follows it only listens.
  if (validators() == 1 || options_.timing.tell == Millis{0}) return send({}, certificate);
  untold_.push_back({certificate.view, certificate.kind, now_.ticks + options_.timing.tell});
}

void Core::tell_certificates() {
  while (!untold_.empty() && untold_.front().at <= now_.ticks) {
    const Untold next = untold_.front();
    untold_.pop_front();
    const OpenView* open = open_view(next.view);
    if (open && open->certificate(next.kind)) {
      send_to_others(open->holders(next.kind), *open->certificate(next.kind));
    } else if (next.kind == VoteKind::finalize && next.view == final_.fin.view) {
      send_to_others(final_holders_, *final_.finalization);
    }
  }
  if (!untold_.empty()) wake_at(untold_.front().at);
}

void Core::note_holder(View view, VoteKind kind, PeerIndex peer) {
  if (peer >= validators()) return;
  if (view == final_.fin.view && kind == VoteKind::finalize) final_holders_.set(peer);
  if (OpenView* open = open_view(view)) open->told_by[static_cast<std::size_t>(kind)].set(peer);
}

// By what they said: that certificate itself, or a vote that stands on it.
Holders OpenView::holders(VoteKind kind) const {
  Holders holders = told_by[static_cast<std::size_t>(kind)];
  if (kind != VoteKind::notarize) return holders;
  holders |= told_by[static_cast<std::size_t>(VoteKind::finalize)];
  for (const auto& [signer, vote] : votes.of(VoteKind::finalize)) holders.set(signer);
  return holders;
}

}  // namespace centime::consensus
