// What a replica answers to others: blocks from its store, and to people: how it stands.
#include <fmt/format.h>

#include <algorithm>

#include "node/runtime/replica.h"

namespace centime::runtime {
namespace {

using consensus::VoteKind;
using std::chrono::milliseconds;

// Of the bodies in one answer; one block is always sent. Whoever asks over a slow line has to have
// it before it asks others too.
constexpr std::size_t answer_bytes_max = std::size_t{2} << 20;
// What a chain message holds at most, fields of blocks aside. A run of blocks above it, none of
// which has a finalization of its own, is left to peers that committed them otherwise.
constexpr std::size_t chain_bytes_max = std::size_t{15} << 20;
static_assert(consensus::Engine::open_bytes_max + consensus::body_bytes_max <= chain_bytes_max,
              "what honest leaders let become final together can be sent");
// How far behind the head a block is looked for by its hash: who lacks older ones asks by height.
constexpr std::uint64_t searched_blocks = 64;
// 32 MiB a second to one peer: more than executing them there takes.
constexpr std::size_t served_bytes_each_ms = (std::size_t{32} << 20) / 1'000;
constexpr milliseconds stuck_after{5'000};
constexpr milliseconds overdue_every{60'000};

}  // namespace

// Blocks are put together, and those that are final made again from the log, on the strand: whoever
// asks on and on gets no more of that than an honest node on a good line needs, and all together no
// more than the votes can spare.
void Replica::take_request(WaitingRequests::Request request) {
  const consensus::PeerIndex peer = std::visit([](const auto& each) { return each.to; }, request);
  const auto served = served_until_.find(peer);
  if (served == served_until_.end() || now_.ticks >= served->second) {
    requests_.add(std::move(request));
  } else {
    ++refused_[crypto::word_of(consensus::Refusal::too_often)];
  }
}

// After what came in was dealt with: votes go first.
void Replica::serve_next() {
  const auto request = requests_.next(now_.ticks);
  if (!request) return;
  const milliseconds begun = options_.clock().ticks;
  std::visit([this](const auto& each) { serve(each); }, *request);
  now_ = options_.clock();
  requests_.answered(now_.ticks, now_.ticks - begun);
}

void Replica::send_served(consensus::PeerIndex to, const consensus::Message& answer) {
  const network::Frame frame = to_frame(answer);
  served_until_[to] = now_.ticks + milliseconds(frame.bytes.size() / served_bytes_each_ms);
  peers_.send(to, frame);
}

// Open blocks, or such as became final here while somebody still asked for them by hash.
void Replica::serve(const consensus::ServeBlocks& request) {
  if (!request.open.empty()) {
    consensus::Blocks open;
    for (const consensus::BlockPtr& block : request.open) open.blocks.items.push_back(*block);
    return send_served(request.to, std::move(open));
  }
  const auto snapshot = store_.snapshot();
  const auto newest = find_block(*snapshot, request.request.block, searched_blocks);
  if (!newest) return;
  consensus::Blocks answer;
  std::size_t bytes = 0;
  const std::size_t wanted =
      std::min<std::size_t>(request.request.ancestors + 1U, consensus::sent_blocks_max);
  for (std::uint64_t height = newest->value; height > 0; --height) {
    consensus::Block block = block_from_log(*snapshot, {height});
    bytes += block.body.value.size();
    if (!answer.blocks.items.empty() && bytes > answer_bytes_max) break;
    answer.blocks.items.push_back(std::move(block));
    if (answer.blocks.items.size() == wanted) break;
  }
  send_served(request.to, std::move(answer));
}

void Replica::serve(const consensus::ServeChain& request) {
  const auto snapshot = store_.snapshot();
  consensus::Chain chain;
  std::size_t bytes = 0;
  std::size_t finalized = 0;  // Blocks up to one that has a finalization of its own.
  for (std::uint64_t height = std::max<std::uint64_t>(request.request.from.value, 1);
       height <= snapshot->head().height.value; ++height) {
    consensus::Block block = block_from_log(*snapshot, {height});
    bytes += block.body.value.size();
    if (bytes > (finalized > 0 ? answer_bytes_max : chain_bytes_max)) break;
    if (chain.blocks.items.size() == consensus::sent_blocks_max) break;
    const auto row = snapshot->block({height});
    const auto certificate = crypto::decode<BlockCertificate>(row->certificate);
    const bool own = certificate && certificate->finalization.value.block == block.hash;
    const bool closing = block.closing;
    chain.blocks.items.push_back(std::move(block));
    if (own) {
      finalized = chain.blocks.items.size();
      chain.finalization = certificate->finalization;
    }
    // What follows is for another epoch's engine.
    if (closing) break;
  }
  chain.blocks.items.resize(finalized);
  if (finalized > 0) send_served(request.to, std::move(chain));
}

// Who is still in an epoch that is over learns how it ended: then it asks for what it lacks.
void Replica::serve(const consensus::ServeEpochEnd& request) {
  const auto snapshot = store_.snapshot();
  const auto next = snapshot->epoch(request.epoch + 1);
  if (!next) return;
  const auto row = snapshot->block(snapshot->block_of(next->after));
  auto certificate = crypto::decode<BlockCertificate>(row->certificate);
  if (certificate) peers_.send(request.to, to_frame(std::move(certificate->finalization)));
}

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

}  // namespace centime::runtime
