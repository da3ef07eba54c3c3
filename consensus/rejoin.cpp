// A validator that lost its votes, or may have: how it may sign again with the same key.
//
// It can have voted only in a view w that it entered by a certificate of w-1, which q validators
// signed, itself perhaps among them. A signer in w-1 need not have seen that certificate, but it
// was in view w-1 at least, and never goes back. Any q others that answer share a validator with
// these signers that is honest and not this one, so at least one of them is in view w-1 or later.
// Having seen the certificates of where all q are, this validator is in view cur >= w-1, and so
// abstains from every view up to one more: cur+1 >= w.
//
// With its votes it lost its certificates. It asks for all of the views that are not final before
// it counts again: were all made anew, one after the other, nobody would have them any more, and
// nobody could say why it proposes on the last final block.
#include "consensus/core.h"

namespace centime::consensus {

bool Core::rejoin() {
  if (!rejoining_) return false;
  std::size_t proven = 0;
  for (const auto& [peer, view] : rejoin_views_) proven += view <= cur_ ? 1 : 0;
  if (proven < quorum_here() && !mutated(Mutation::rejoin_at_once)) return false;
  if (auto lost = lost_certificates(); !lost.empty()) {
    request_certificates(std::move(lost));
    return false;
  }
  safety_.abstain(cur_.next());
  rows_.touch(abstain_row());
  rows_.touch_deferred();
  rejoining_ = false;
  status_at_ = now_.ticks;  // The others pass these views for it (R7).
  rejoin_views_.clear();
  return true;
}

// Views through which no way leads to the last final block, newest first.
std::vector<View> Core::lost_certificates() const {
  std::vector<View> lost;
  if (mutated(Mutation::certificates_left)) return lost;
  View view{cur_.value - 1};
  while (view > final_.fin.view) {
    const OpenView* open = open_view(view);
    const Certificate* decided = open ? open->decided() : nullptr;
    // What is below a finalization as far ahead is not kept, and nobody has to say why it was
    // passed.
    if (decided && decided->kind == VoteKind::finalize && is_far_ahead(*decided)) break;
    if (!decided && !(open && open->certificate(VoteKind::nullify))) lost.push_back(view);
    const View below{view.value - 1};
    // Where more lie than may, a certificate can name a parent that is no earlier.
    view = decided ? std::min(decided->value.parent_view, below) : below;
  }
  return lost;
}

}  // namespace centime::consensus
