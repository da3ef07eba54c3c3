// R8: what is final leaves the engine, and everything below it is forgotten.
#include <ranges>

#include "consensus/core.h"

namespace centime::consensus {
namespace {

// After these, what is final is no longer certain here.
bool contradicts_finality(Alarm alarm) {
  return alarm == Alarm::conflicting_certificates || alarm == Alarm::finalized_conflict ||
         alarm == Alarm::finalized_invalid;
}

}  // namespace

bool Core::commit() {
  executing_final_ = false;
  if (ended_ || (alarm_ && contradicts_finality(alarm_->alarm))) return false;
  // The lowest first, so that each block is kept with a finalization of its own where one is known:
  // what has none between is handed on in one piece. The others stand on it: what is in its way is
  // in theirs.
  std::optional<Path> missing;
  for (const auto& [view, open] : views_) {
    const auto* finalization = &open.certificate(VoteKind::finalize);
    if (mutated(Mutation::closing_notarized) && !*finalization) {
      const auto& notarization = open.certificate(VoteKind::notarize);
      const BlockPtr* block = notarization ? tree_.find(notarization->value.block) : nullptr;
      if (block && (*block)->closing) finalization = &notarization;
    }
    if (!*finalization) continue;
    Path path = path_of(**finalization);
    if (execute_next(path)) {
      commit(**finalization, path);
      return true;
    }
    executing_final_ =
        path.state == Path::State::unexecuted || path.state == Path::State::executing;
    // While a part is being executed, what is asked for would be that part again.
    if (executing_final_) return false;
    if (path.state != Path::State::missing) {
      request_missing(path, **finalization);
      return false;
    }
    missing = std::move(path);
    break;
  }
  const bool wanted = std::exchange(chain_wanted_, false);
  if (missing) {
    request_missing(*missing, *newest_finalization());
  } else if (wanted) {
    request_chain();
  }
  return false;
}

// Above the last final view.
const Certificate* Core::newest_finalization() const {
  for (const auto& [view, open] : std::views::reverse(views_)) {
    if (const auto& finalization = open.certificate(VoteKind::finalize)) return &*finalization;
  }
  return nullptr;
}

void Core::commit(Certificate finalization, const Path& path) {
  const View view = finalization.view;
  Commit commit{path.blocks, finalization, justification_of(view), {}, false};
  final_.fin = {options_.rules.epoch, view, finalization.value.height, finalization.value.block};
  tree_.set_final(finalization.value.block);
  final_.timestamp_ms = tree_.final().timestamp_ms;
  final_.finalization = std::move(finalization);
  ended_ = tree_.final().closing;
  commit.fin = final_.fin;
  commit.closing = ended_;
  // Another engine comes with the next epoch, so nothing waits to be told.
  if (ended_) send({}, *final_.finalization);
  for (const BlockPtr& block : commit.blocks) {
    const auto owing = failed_leaders_.find(block->proposer);
    if (owing != failed_leaders_.end() && --owing->second == 0) failed_leaders_.erase(owing);
  }
  out_.effects.push_back(std::move(commit));

  const OpenView* open = open_view(view);
  final_holders_ = open ? open->holders(VoteKind::finalize) : Holders{};
  views_.erase(views_.begin(), views_.upper_bound(view));
  safety_.prune(view);
  nullified_in_row_ = 0;
  abstainers_.clear();
  if (!path.blocks.empty()) chain_attempts_ = 0;
  final_at_ = now_.ticks;
  if (!mutated(Mutation::deadline_not_disarmed)) deadline_.reset();
  forget();
  // What was to be executed in this step beside the new final block is on no parent any more.
  std::erase_if(out_.effects, [&](const Effect& effect) {
    const auto* execute = std::get_if<Execute>(&effect);
    if (!execute || mutated(Mutation::executed_on_nothing)) return false;
    const Path::State state = tree_.path_to(execute->block->hash).state;
    return state == Path::State::missing || state == Path::State::conflicting;
  });
  rows_.drop_deferred(view);
  rows_.touch(final_row());
  rows_.touch_stored([&](const RowName& row) {
    if (row.table == RowName::Table::alarm) return false;
    if (ended_) return true;
    switch (row.table) {
      case RowName::Table::votes:
      case RowName::Table::certificate:
        return row.number <= view.value;
      case RowName::Table::block:
        return tree_.find(row.block) == nullptr;
      case RowName::Table::abstain:
        return safety_.abstain_through() <= view;
      case RowName::Table::final:
      case RowName::Table::alarm:
        return false;
    }
    return false;
  });
}

// Newest first: for every view from this one down to the last final one, why it was passed.
std::vector<Certificate> Core::justification_of(View view) const {
  std::vector<Certificate> certificates;
  const auto full = [&] { return certificates.size() >= commit_justification_max; };
  const OpenView* at = open_view(view);
  while (at && at->decided() && !full()) {
    if (const auto& notarization = at->certificate(VoteKind::notarize)) {
      certificates.push_back(*notarization);
    }
    const View parent = at->decided()->value.parent_view;
    for (View between{view.value - 1}; between > parent && between > final_.fin.view && !full();
         --between.value) {
      const OpenView* skipped = open_view(between);
      if (!skipped || !skipped->certificate(VoteKind::nullify)) continue;
      certificates.push_back(*skipped->certificate(VoteKind::nullify));
    }
    if (parent <= final_.fin.view || parent >= view) break;
    view = parent;
    at = open_view(view);
  }
  return certificates;
}

// Drops the blocks and requests that nothing needs any more, and votes of views long past.
void Core::forget() {
  forget_far_ahead();
  std::set<crypto::Digest> needed;
  for (auto& [view, open] : views_) {
    if (const Certificate* decided = open.decided()) needed.insert(decided->value.block);
    if (open.proposal && view >= cur_) needed.insert(open.proposal->value.block);
    if (long_past(view)) open.votes = {};
  }
  for (const auto& [view, votes] : safety_.all()) {
    if (votes.notarized) needed.insert(votes.notarized->value.block);
  }
  tree_.retain(needed);
  std::erase_if(block_requests_, [&](const auto& request) {
    return tree_.execution(request.first) == BlockTree::Execution::valid ||
           now_.ticks > request.second.next + 10 * options_.timing.request;
  });
}

// Of a validator that is behind: what lies between the blocks that come next and the newest
// finalization would grow with all that the others do meanwhile, and each step with it. It comes by
// height when it is their turn (GET_CHAIN), and why its views were passed is nobody's question any
// more.
void Core::forget_far_ahead() {
  const Certificate* newest = newest_finalization();
  if (newest == nullptr) return;
  const auto last = views_.find(newest->view);
  std::size_t bytes = 0;
  auto first = views_.begin();
  for (; first != last; ++first) {
    const Certificate* decided = first->second.decided();
    if (!decided) continue;
    if (const BlockPtr* block = tree_.find(decided->value.block))
      bytes += (*block)->body.value.size();
    if (is_far_ahead(*decided) || bytes > Engine::held_bytes_max) break;
  }
  views_.erase(first, last);
}

bool Core::is_far_ahead(const Certificate& decided) const {
  return decided.value.height.value > final_.fin.height.value + Engine::kept_ahead_blocks;
}

}  // namespace centime::consensus
