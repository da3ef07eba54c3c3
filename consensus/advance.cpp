// R3: the current view follows the certificates, never a clock.
#include <algorithm>
#include <ranges>

#include "consensus/core.h"

namespace centime::consensus {

bool Core::advance() {
  View reached = std::max(cur_, final_.fin.view.next());
  for (const auto& [view, open] : std::views::reverse(views_)) {
    if (std::ranges::none_of(open.certificates, [](const auto& each) { return each.has_value(); }))
      continue;
    reached = std::max(reached, view.next());
    break;
  }
  if (reached == cur_) return false;
  cur_ = reached;
  const OpenView* last = open_view({cur_.value - 1});
  if (const Certificate* decided = last ? last->decided() : nullptr) {
    const crypto::Digest& block = decided->value.block;
    bool repeated = block == final_.fin.block;
    for (const auto& [view, open] : views_) {
      repeated |= view < decided->view && open.decided() && open.decided()->value.block == block;
    }
    repeated_in_row_ = repeated ? repeated_in_row_ + 1 : 0;
  }
  entered_at_ = now_.ticks;
  deadline_.reset();
  building_.reset();
  judge_room();
  retransmit_at_ = now_.ticks + retransmit_every();
  forget();
  return true;
}

}  // namespace centime::consensus
