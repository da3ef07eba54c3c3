#include "node/runtime/mempool.h"

#include <algorithm>
#include <chrono>

#include "node/storage/store.h"

namespace centime::runtime {
namespace {

constexpr std::uint64_t draft_age_max_ms = 60'000;
// What reading a submission and checking its signature costs, in the unit of WastedWork: 1 MiB as
// much as a third of a block.
constexpr std::size_t bytes_each_work = 64;

constexpr std::uint32_t offer_doublings_max = 4;

std::chrono::milliseconds offer_due(const Waiting& item) {
  const std::uint32_t again = std::max(item.offers, 1U) - 1;
  return item.offered + Mempool::offer_every * (1U << std::min(again, offer_doublings_max));
}

bool is_overdue(const Waiting& item) { return item.passed_over >= Mempool::overdue_after_blocks; }

// On the strand, if another node sent it.
std::size_t checking_work(const Waiting& item) {
  return std::holds_alternative<consensus::PeerIndex>(item.sender.way)
             ? item.canonical.size() / bytes_each_work
             : 0;
}

void answer(Waiting& item, SubmitResult result) {
  if (item.done) std::exchange(item.done, {})(std::move(result));
}

}  // namespace

Mempool::Mempool(const storage::Store& store, ledger::Policies policies, Limits limits,
                 std::function<std::uint64_t()> clock)
    : store_(store), policies_(policies), limits_(limits), clock_(std::move(clock)) {
  new_draft();
}

void Mempool::new_draft() {
  draft_.reset();
  base_ = store_.snapshot();
  const ledger::Tip tip = base_->head().tip();
  drafted_at_ = clock_();
  draft_.emplace(*base_, tip, policies_, ledger::TimeMs{std::max(drafted_at_, tip.time.value + 1)});
  without_room_.clear();
  without_room_work_ = 0;
  wasted_.forgive(drafted_at_);
}

bool Mempool::has_room(const ledger::MemberId& author, std::size_t bytes) const {
  const auto share = shares_.find(author);
  if (share == shares_.end()) return true;
  if (all_.submissions >= limits_.submissions || all_.bytes + bytes > limits_.bytes) return false;
  return (share->second.submissions < limits_.submissions / limits_.author_share &&
          share->second.bytes + bytes <= limits_.bytes / limits_.author_share);
}

void Mempool::count(const Waiting& item, bool in) {
  Share& share = shares_[item.submission.head.author];
  for (Share* each : {&share, &all_}) {
    each->submissions += in ? 1 : std::size_t(-1);
    each->bytes += in ? item.canonical.size() : std::size_t(0) - item.canonical.size();
  }
  if (share.submissions == 0) shares_.erase(item.submission.head.author);
}

// Its turn begins where its author's last one ends, but not before the turn that is next: who had
// nothing waiting has saved nothing up.
Mempool::Item Mempool::insert(Waiting item) {
  count(item, true);
  std::uint64_t& turn_end = turn_ends_[item.submission.head.author];
  const std::uint64_t next = turns_.empty() ? 0 : turns_.begin()->first.start;
  item.turn = {std::max(next, turn_end), ++arrivals_};
  turn_end = item.turn.start + item.canonical.size();
  const Item at = waiting_.insert(waiting_.end(), std::move(item));
  turns_.emplace(at->turn, at);
  return at;
}

Mempool::Item Mempool::erase(Item item) {
  count(*item, false);
  if (is_overdue(*item)) --overdue_;
  turns_.erase(item->turn);
  if (turns_.empty()) turn_ends_.clear();
  return waiting_.erase(item);
}

Mempool::Trial Mempool::try_out(Waiting& item) {
  const ledger::MemberId& author = item.submission.head.author;
  // Its own order stands; others' submissions may fit.
  if (without_room_.contains(author) || without_room_work_ >= ledger::block_reads_max)
    return Trial::full;
  if (wasted_.is_spent(item.sender)) return Trial::full;
  auto outcome = draft_->add(item.submission);
  // What the draft had no room for may be what this one stands on: then its refusal says nothing.
  if (!outcome && (!outcome.error().rejection || !without_room_.empty())) {
    without_room_.insert(author);
    without_room_work_ += outcome.error().work;
    return Trial::full;
  }
  if (!outcome) {
    wasted_.add(item.sender, outcome.error().work + checking_work(item));
    counts_.rejected += item.done ? 1 : 0;
    answer(item, std::unexpected(SubmitError(std::move(*outcome.error().rejection))));
    return Trial::over;
  }
  if (!outcome->repeat) return Trial::fits;
  const storage::Head& head = base_->head();
  const bool all_final = std::ranges::all_of(
      outcome->records, [&](ledger::EntryIndex entry) { return entry.value < head.size; });
  if (!all_final) return Trial::held;
  counts_.repeated += item.done ? 1 : 0;
  answer(item, Receipt{true, head.height, std::move(outcome->records), ids_of(item.submission)});
  return Trial::over;
}

Mempool::Taken Mempool::refuse_foreign(Waiting& item) {
  auto outcome = draft_->add(item.submission);
  if (outcome || !outcome.error().rejection) {
    answer(item, std::unexpected(SubmitError(Unavailable::busy)));
    return Taken::no_room;
  }
  // Its author is another than it says, or none: who sent it pays.
  if (std::holds_alternative<consensus::PeerIndex>(item.sender.way)) {
    wasted_.add({item.sender.way, {}}, outcome.error().work + checking_work(item));
  }
  counts_.rejected += item.done ? 1 : 0;
  answer(item, std::unexpected(SubmitError(std::move(*outcome.error().rejection))));
  return Taken::answered;
}

Mempool::Taken Mempool::add(ledger::CheckedSubmission submission, crypto::Bytes canonical,
                            SubmitCallback done, Way way) {
  const SubmissionId id = crypto::sha256(canonical);
  const bool twice = by_id_.contains(id);
  if (twice && !done) return Taken::known;
  const Sender sender{std::move(way), submission.head.author};
  Waiting item{
      id, std::move(submission), std::move(canonical), std::move(done), sender, false, {}, 0, {},
      0};
  if (!has_room(item.submission.head.author, item.canonical.size())) {
    answer(item, std::unexpected(SubmitError(Unavailable::busy)));
    return Taken::no_room;
  }
  // What a stranger to the ledger signed must not wait, even when there is no room to try it out.
  // A key that waits in the draft is known there.
  const auto author = draft_->state().member(item.submission.head.author);
  if (!author || author->key != item.submission.head.key) return refuse_foreign(item);
  if (!twice && wasted_.is_spent(sender)) {
    answer(item, std::unexpected(SubmitError(Unavailable::busy)));
    return Taken::no_room;
  }
  const Trial trial = twice ? Trial::held : try_out(item);
  if (trial == Trial::over) return Taken::answered;
  item.held = trial == Trial::held;
  if (item.held && !item.done) {
    // An honest node sends on one of those that have the same records, and another another.
    wasted_.add(item.sender, item.submission.records.size() + checking_work(item));
    return Taken::known;
  }
  const Item at = insert(std::move(item));
  if (at->held) return Taken::held;
  by_id_.emplace(id, at);
  ++pending_;
  return Taken::waiting;
}

const ledger::CheckedSubmission* Mempool::find(const SubmissionId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second->submission;
}

Waiting* Mempool::find_waiting(const SubmissionId& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &*found->second;
}

void Mempool::finalized(std::span<const Included> included, ledger::Height height) {
  for (const Included& each : included) {
    const auto found = by_id_.find(each.id);
    if (found == by_id_.end()) continue;
    const Item item = found->second;
    if (item->done) {
      ++counts_.accepted;
      counts_.records += each.records.size();
    }
    answer(*item, Receipt{false, height, each.records, ids_of(item->submission)});
    by_id_.erase(found);
    erase(item);
    --pending_;
  }
}

std::vector<Waiting*> Mempool::to_offer(std::chrono::milliseconds now, std::size_t most) {
  std::vector<Waiting*> found;
  for (Waiting& item : waiting_) {
    if (!item.held && item.done && offer_due(item) <= now) found.push_back(&item);
  }
  const std::size_t taken = std::min(most, found.size());
  std::ranges::partial_sort(
      found, found.begin() + static_cast<std::ptrdiff_t>(taken), {},
      [](const Waiting* item) { return std::pair(item->offered, item->turn); });
  found.resize(taken);
  return found;
}

void Mempool::reached(Waiting& item, std::uint16_t validator) {
  if (!item.done) return;
  if (item.reached.size() <= validator) item.reached.resize(validator + 1U);
  std::uint64_t& at = item.reached[validator];
  if (at == 0) at = std::max<std::uint64_t>(clock_(), 1);
}

void Mempool::unreached(std::uint16_t validator) {
  for (Waiting& item : waiting_) {
    if (validator < item.reached.size()) item.reached[validator] = 0;
  }
}

void Mempool::begin_epoch() {
  for (Waiting& item : waiting_) item.reached.clear();
  wasted_.clear();
}

std::vector<const Waiting*> Mempool::due(std::uint16_t proposer, std::uint64_t time_ms,
                                         std::size_t most) const {
  std::vector<const Waiting*> found;
  std::set<ledger::MemberId> seen;
  for (const Waiting& item : waiting_) {
    if (found.size() == most) break;
    if (item.held || !seen.insert(item.submission.head.author).second) continue;
    if (!item.done || item.reached.size() <= proposer) continue;
    const std::uint64_t reached = item.reached[proposer];
    if (reached > 0 && time_ms >= reached + overdue_grace_ms) found.push_back(&item);
  }
  return found;
}

void Mempool::passed(std::span<const SubmissionId> left_out) {
  for (const SubmissionId& id : left_out) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) continue;
    if (++found->second->passed_over == overdue_after_blocks) ++overdue_;
  }
}

const Waiting* Mempool::first_overdue() const {
  for (const Waiting& item : waiting()) {
    if (is_overdue(item)) return &item;
  }
  return nullptr;
}

void Mempool::retry() {
  new_draft();
  by_id_.clear();
  pending_ = 0;
  for (Item item = waiting_.begin(); item != waiting_.end();) {
    const Trial trial = by_id_.contains(item->id) ? Trial::held : try_out(*item);
    if (trial == Trial::over || (trial == Trial::held && !item->done)) {
      item = erase(item);
      continue;
    }
    // What there was no room to try out stays what it was.
    if (trial != Trial::full) item->held = trial == Trial::held;
    if (!item->held) {
      by_id_.emplace(item->id, item);
      ++pending_;
    }
    ++item;
  }
}

void Mempool::freshen() {
  const std::uint64_t now = clock_();
  // Of the future: the clock was put back.
  const bool old = now < drafted_at_ || now - drafted_at_ >= draft_age_max_ms;
  if (waiting_.empty() || old) retry();
}

void Mempool::refuse_all(Unavailable why) {
  for (Waiting& item : waiting_) answer(item, std::unexpected(SubmitError(why)));
}

}  // namespace centime::runtime
