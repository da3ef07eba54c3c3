// How a replica stands, for people: what it reports, and says in its log when it does not move.
#include <fmt/format.h>

#include <algorithm>

#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

using consensus::VoteKind;
using std::chrono::milliseconds;

constexpr milliseconds stuck_after{5'000};
constexpr milliseconds overdue_every{60'000};

}  // namespace

ReplicaReport Replica::report() const {
  const consensus::ViewReport view = engine_->report();
  ReplicaReport report;
  report.role = ReplicaRole::validator;
  if (!seat_.index()) report.role = ReplicaRole::follower;
  if (seat_.index() && engine_->observing()) report.role = ReplicaRole::waiting;
  if (counts_as_away()) {
    report.role = ReplicaRole::waiting;
    report.votes_from_view = engine_->abstains_through().value + 1;
  }
  if (const auto alarm = engine_->alarm()) {
    report.role = ReplicaRole::halted;
    report.alarm = std::string(crypto::word_of(*alarm));
  }
  report.epoch = engine_->fin().epoch;
  report.view = view.view.value;
  report.leader = validator(view.leader);
  report.height = engine_->fin().height.value;
  report.quorum = epoch_->quorum;
  report.pending = view.pending;
  report.overdue = pool_.overdue();
  report.views_nullified = view.views_nullified;
  report.in_view = now_.ticks - view_since_;
  report.stuck = stuck();
  if (view.deadline) report.deadline = *view.deadline - now_.ticks;
  report.evidence = evidence_.all();
  report.validators = seen_;
  const auto mark = [&](VoteKind kind, bool PeerReport::* field) {
    for (const std::uint16_t signer : view.signers[static_cast<std::size_t>(kind)])
      report.validators[signer].*field = true;
  };
  mark(VoteKind::notarize, &PeerReport::notarized);
  mark(VoteKind::finalize, &PeerReport::finalized);
  mark(VoteKind::nullify, &PeerReport::nullified);
  if (seat_.index()) {
    PeerReport& self = report.validators[*seat_.index()];
    self.heard = true;
    self.view = report.view;
    self.height = report.height;
    self.pending = report.pending;
  }
  for (const auto& [word, count] : refused_) report.refused.emplace_back(word, count);
  return report;
}

// What was told here and is in no block that could have held it: whoever proposed these is to be
// asked, or this node's log and theirs compared.
void Replica::look_for_overdue(const OpenBlock& open) {
  if (open.left_out.empty()) return;
  proposers_.push_back(open.block.seal.proposer);
  if (proposers_.size() > Mempool::overdue_after_blocks) proposers_.pop_front();
  pool_.passed(open.left_out);
}

void Replica::say_overdue() {
  if (pool_.overdue() == 0) return said_overdue_.reset();
  if (said_overdue_ && now_.ticks < *said_overdue_ + overdue_every) return;
  said_overdue_ = now_.ticks;
  std::map<ledger::MemberId, std::size_t> blocks;
  for (const ledger::MemberId& proposer : proposers_) ++blocks[proposer];
  std::string by;
  for (const auto& [proposer, count] : blocks)
    by += fmt::format("{}{} {}", by.empty() ? "" : ", ", proposer.value, count);
  const Waiting& first = *pool_.first_overdue();
  say(LogLevel::warn,
      fmt::format(
          "overdue: {} submissions that this node was told were left out of {} blocks that could "
          "have held them, the first by {} ({}); proposers of the last such blocks: {}",
          pool_.overdue(), Mempool::overdue_after_blocks, first.submission.head.author.value,
          first.submission.records.front().record.reference.value, by));
}

std::optional<milliseconds> Replica::stuck() const {
  const milliseconds waits = now_.ticks - std::max(view_since_, waits_since_);
  if (pool_.pending() == 0 || engine_->view() != view_ || waits < stuck_after) return std::nullopt;
  return waits;
}

// One line for each view that does not end although there is work: who leads, who is missing.
void Replica::say_stuck() {
  if (engine_->view() != view_) {
    view_ = engine_->view();
    view_since_ = said_stuck_ = now_.ticks;
    return;
  }
  if (pool_.pending() == 0) {
    waits_since_ = said_stuck_ = now_.ticks;
    return;
  }
  if (now_.ticks < said_stuck_ + stuck_after) return;
  said_stuck_ = now_.ticks;
  const ReplicaReport now = report();
  std::string away;
  std::string silent;
  for (const PeerReport& peer : now.validators) {
    if (!peer.connected) away += (away.empty() ? "" : ", ") + peer.member.value;
    if (peer.connected && !peer.notarized && !peer.nullified)
      silent += (silent.empty() ? "" : ", ") + peer.member.value;
  }
  say(LogLevel::warn,
      fmt::format("stuck: view {} of leader {} since {} s, {} submissions wait since {} s; not "
                  "connected: {}; no vote from: {}",
                  now.view, now.leader.value, now.in_view.count() / 1000, now.pending,
                  std::chrono::floor<std::chrono::seconds>(now_.ticks - waits_since_).count(),
                  away.empty() ? "none" : away, silent.empty() ? "none" : silent));
}

bool Replica::may_vote() const {
  return seat_.index() && !engine_->observing() && !engine_->halted();
}

// It knows what it may have voted before, and abstains from what it may have voted in. At rest no
// view passes, so that lasts until others make blocks; if too few are left for these meanwhile, for
// ever. Also after a restart.
bool Replica::counts_as_away() const {
  return may_vote() && engine_->view() <= engine_->abstains_through();
}

void Replica::say_whether_it_counts() {
  if (counts_as_away() == said_away_) return;
  said_away_ = !said_away_;
  if (said_away_) {
    say(LogLevel::warn,
        fmt::format(
            "rejoined: this node knows what it may have signed, and votes from view {} on, which "
            "the others come to within seconds: remake or clear no other node before",
            engine_->abstains_through().value + 1));
  } else if (may_vote()) {
    say(LogLevel::info, "rejoined: this node votes again");
  }
}

}  // namespace centime::runtime
