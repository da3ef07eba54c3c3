// R4: what the leader of the current view does.
#include <algorithm>

#include "consensus/core.h"

namespace centime::consensus {

bool Core::may_build() const {
  return signs() && leader(cur_) == *self_ && safety_.may_notarize(cur_) && !building_;
}

bool Core::propose() {
  if (!may_build()) return false;
  const OpenView* open = open_view(cur_);
  const bool asked = open && more_than_faulty(open->votes.of(VoteKind::nullify).size());
  const bool again = asked || waits_for_flush() || heart_beats();
  const bool fresh = pending_ > 0 && nothing_to_build_ != cur_;
  if (!fresh && !again) return false;

  const auto parent = best_parent();
  if (!parent) return false;
  if (fresh && has_room(*parent)) {
    building_ = Building{cur_, *parent};
    out_.effects.push_back(Build{cur_,
                                 parent->link.hash,
                                 {parent->link.height.value + 1},
                                 parent->link.timestamp_ms + 1,
                                 room()});
    return false;
  }
  // Without room for what is new, and nothing notarized that would be flushed: this makes room.
  if (!again && open_notarization()) return false;
  propose_again(*parent);
  return true;
}

// A notarized block waits for another on top of it, and then is proposed again to finalize it.
bool Core::waits_for_flush() const {
  return !mutated(Mutation::no_flush) && open_notarization() &&
         now_.ticks >= entered_at_ + flush_after();
}

// A heartbeat that was notarized waits as long for its finalization as any block.
bool Core::heart_beats() const {
  if (!heartbeat_due()) return false;
  const bool under_way = std::ranges::any_of(
      views_, [](const auto& each) { return each.second.decided() != nullptr; });
  return !under_way || now_.ticks >= entered_at_ + flush_after();
}

bool Core::has_room(const Parent& parent) const {
  if (parent.link.closing && !mutated(Mutation::closing_extended)) return false;
  if (!may_lengthen(parent.link)) return false;
  // What was proposed and never became final fills memory and disk; making the last final block
  // final again clears it away. That needs one that is not the epoch's start.
  return tree_.body_bytes() < Engine::held_bytes_max || final_.fin.view == View{};
}

// Blocks that become final together have to fit into one answer to whoever catches up: nobody
// proposes on a longer run, and nobody votes for what does (R5). So of a quorum that notarizes a
// block, each honest validator has the block before it, or one a run's length below, final on its
// own: whatever leaders do, f + 1 honest ones can serve what follows any block.
bool Core::may_lengthen(const ParentLink& parent) const {
  const Path open = tree_.path_to(parent.hash);
  std::size_t bytes = 0;
  for (const BlockPtr& block : open.blocks) bytes += block->body.value.size();
  return open.blocks.size() < Engine::open_blocks_max && bytes <= Engine::open_bytes_max;
}

// The newest notarized view below which nothing is unexplained, walking down from the current one.
std::optional<Core::Parent> Core::best_parent() {
  std::vector<View> unknown;
  std::optional<Parent> parent;
  for (View view{cur_.value - 1}; !parent; --view.value) {
    if (view == final_.fin.view) {
      parent = Parent{view, tree_.final()};
      break;
    }
    const OpenView* open = open_view(view);
    const Certificate* decided = open ? open->decided() : nullptr;
    if (decided) {
      const Path path = path_of(*decided);
      if (execute_next(path)) {
        parent = Parent{view, tree_.link_of(decided->value.block)};
        break;
      }
      request_missing(path, *decided);
      if (alarm_) return std::nullopt;
    }
    if (open && open->certificate(VoteKind::nullify)) continue;
    if (mutated(Mutation::skip_unchecked)) continue;
    if (decided) return std::nullopt;
    unknown.push_back(view);
  }
  if (unknown.empty()) return parent;
  request_certificates(std::move(unknown));
  return std::nullopt;
}

void Core::propose_again(const Parent& parent) {
  if (parent.view == View{}) {
    // The epoch's first block can't be proposed in it; the next leader may have something new.
    cast(VoteKind::nullify, cur_, {});
    ++nullified_in_row_;
    return;
  }
  // D2 here too: it may have come without a vote of this validator's.
  save_blocks(tree_.path_to(parent.link.hash));
  propose_value({parent.view, parent.link.height, parent.link.hash}, nullptr);
}

void Core::propose_value(const Value& value, const BlockPtr& block) {
  const View view = cur_;
  if (block) {
    rows_.touch(block_row(block->height, block->hash));
    last_body_ = Sized{view, block->body.value.size()};
  }
  cast(VoteKind::notarize, view, value, false);
  send_proposal({}, *safety_.at(view)->notarized, Body::sent);
}

// Half as much with each view given up in a row: lines that a body does not get through in time are
// mostly everybody's. And by how this validator's own bodies fared: it may be its own line.
std::size_t Core::room() const {
  constexpr std::uint64_t halvings_max = 16;
  return std::max(room_ >> std::min(nullified_in_row_, halvings_max), Engine::room_min);
}

// Once the view is over in which this validator proposed a body. Short ones are lost for other
// reasons than their length.
void Core::judge_room() {
  if (!last_body_ || last_body_->view >= cur_) return;
  const Sized last = *std::exchange(last_body_, std::nullopt);
  const OpenView* open = open_view(last.view);
  if (!open) return;
  if (open->decided()) {
    room_ = std::min(room_ + Engine::room_step, body_bytes_max);
  } else if (last.bytes > Engine::room_min && open->certificate(VoteKind::nullify)) {
    room_ = std::max(std::min(room_, last.bytes) / 2, Engine::room_min);
  }
}

std::optional<std::vector<Certificate>> Core::justify(View parent, View view) const {
  std::vector<Certificate> certificates;
  if (parent == final_.fin.view) {
    const auto& finalization = final_.finalization;
    if (finalization && finalization->epoch == options_.rules.epoch) {
      certificates.push_back(*finalization);
    }
  } else {
    const OpenView* open = open_view(parent);
    if (!open || !open->decided()) return std::nullopt;
    certificates.push_back(*open->decided());
  }
  for (View between{view.value - 1}; between > parent; --between.value) {
    const OpenView* open = open_view(between);
    if (!open || !open->certificate(VoteKind::nullify)) return std::nullopt;
    certificates.push_back(*open->certificate(VoteKind::nullify));
  }
  return certificates;
}

void Core::send_proposal(std::optional<PeerIndex> to, const Vote& vote, Body body) {
  if (validators() == 1) return;
  auto certificates = justify(vote.value.parent_view, vote.view);
  if (!certificates) return;
  if (certificates->size() > justification_max) certificates->resize(justification_max);
  Proposal proposal{vote, {}, {std::move(*certificates)}};
  // The parent proposed again is known to whoever knows the parent.
  const OpenView* parent = open_view(vote.value.parent_view);
  const crypto::Digest parent_block =
      vote.value.parent_view == final_.fin.view ? final_.fin.block : parent->decided()->value.block;
  if (body == Body::sent && vote.value.block != parent_block) {
    const BlockPtr* block = tree_.find(vote.value.block);
    if (!block) return;
    proposal.block = **block;
  }
  send(to, std::move(proposal));
}

}  // namespace centime::consensus
