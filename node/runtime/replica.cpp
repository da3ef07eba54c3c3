// Inputs, the steps of the engine that they bring about, and what these ask for.
#include "node/runtime/replica.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/runtime/wall_clock.h"

namespace centime::runtime {
namespace {

using consensus::Refusal;
using crypto::check;
using std::chrono::milliseconds;

consensus::Now machine_clock() {
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<milliseconds>(ticks), wall_clock_ms()};
}

ReplicaOptions with_clock(ReplicaOptions options) {
  if (!options.clock) options.clock = machine_clock;
  return options;
}

}  // namespace

Replica::Replica(ReplicaOptions options, const ledger::Genesis& genesis,
                 const crypto::SecretKey& key, storage::Store& store, Peers& peers,
                 consensus::Durable durable)
    : options_(with_clock(std::move(options))),
      genesis_(genesis),
      network_(ledger::network_id(genesis)),
      key_(key),
      keys_(options_.self, key, options_.earlier_keys),
      store_(store),
      peers_(peers),
      pool_(store, genesis.policies, options_.pool,
            [this] { return options_.clock().wall_clock_ms; }),
      open_(store, genesis),
      evidence_(store),
      seat_(options_.self, key.public_key(), options_.past) {
  enter_epoch(durable);
  engine_ = make_engine(std::move(durable));
  halted_ = engine_->halted();
}

Replica::~Replica() = default;

void Replica::start() {
  now_ = options_.clock();
  view_since_ = waits_since_ = now_.ticks;
  if (seat_.rejoins()) say_rejoins("what this node signed before is not known");
  if (seat_.asks_followers()) say_that_it_asks();
  tell_peers();
  if (const auto alarm = engine_->alarm()) {
    say(LogLevel::error,
        fmt::format("alarm: {}: raised before this start and in force until it is cleared",
                    crypto::word_of(*alarm)));
  }
  show_head();
  share_checkpoint();
  perform(engine_->start(now_));
  turn();
}

void Replica::connected(consensus::PeerIndex peer) {
  if (peer < seen_.size()) {
    seen_[peer].connected = true;
    pool_.unreached(peer);
  }
  if (const auto* member = member_of(peer)) connected_.insert(*member);
  // What it may have missed while there was no link.
  peers_.send(peer, to_frame(engine_->status(options_.clock().wall_clock_ms)));
  if (own_share_) peers_.send(peer, own_share_->frame);
  if (passed_ && !is_validator(peer)) peers_.send(peer, passed_->frame);
  now_ = options_.clock();
  input(consensus::Linked{peer});
  // Nobody else is offered anything.
  if (is_validator(peer)) offer_anew();
}

void Replica::disconnected(consensus::PeerIndex peer) {
  if (peer < seen_.size()) {
    seen_[peer].connected = false;
    pool_.unreached(peer);
  }
  if (const auto* member = member_of(peer)) {
    connected_.erase(*member);
    told_.erase(*member);
  }
}

void Replica::received(consensus::PeerIndex from, const network::Frame& frame) {
  if (frame.kind == submission_frame) return take_submission(from, frame);
  if (frame.kind == checkpoint_share_frame) return take_share(from, frame);
  if (frame.kind == passed_shares_frame) return take_passed(from, frame);
  take_message(from, frame);
}

void Replica::take_message(consensus::PeerIndex from, const network::Frame& frame) {
  auto message = read_message(frame);
  if (!message) return cut_off(from, message.error());
  if (const auto* status = std::get_if<consensus::Status>(&*message)) learn_status(from, *status);
  now_ = options_.clock();
  consensus::Step step = engine_->step(now_, consensus::Received{from, std::move(*message)});
  if (step.refused) {
    const std::string_view word = crypto::word_of(*step.refused);
    if (is_misbehaviour(*step.refused)) {
      cut_off(from, word);
    } else {
      ++refused_[word];
    }
  }
  perform(std::move(step));
}

void Replica::cut_off(consensus::PeerIndex from, std::string_view word) {
  ++refused_[word];
  peers_.cut_off(from, std::string(word));
}

void Replica::learn_status(consensus::PeerIndex from, const consensus::Status& status) {
  if (const auto* member = member_of(from)) told_[*member] = status;
  give_again(from, status);
  if (is_only_validator()) followers_[from] = status;
  if (from >= seen_.size()) return;
  if (status.epoch != epoch_->epoch) return;
  seat_.hear(from, status);
  PeerReport& peer = seen_[from];
  peer.heard = true;
  peer.view = status.view.value;
  peer.height = status.fin_height.value;
  peer.pending = status.pending;
  peer.clock_ahead_ms =
      static_cast<std::int64_t>(status.wall_clock_ms - options_.clock().wall_clock_ms);
}

milliseconds Replica::turn() {
  now_ = options_.clock();
  end_silence();
  if (seat_.rejoins() && !engine_->observing()) {
    seat_.rejoined();
    if (options_.past_known) options_.past_known();
  }
  say_whether_it_counts();
  // What time alone has made refusable is answered too.
  if (!pool_.waiting().empty()) pool_.freshen();
  tell_work();
  spread_kept_back();
  tell_ingress();
  if (tick_at_ && now_.ticks >= *tick_at_) input(consensus::Tick{});
  if (!to_share_.empty() && now_.ticks >= share_at_) sign_shares();
  if (pool_.pending() > 0) offer_again();
  say_stuck();
  serve_next();
  milliseconds next{1'000};
  if (const auto due = requests_.due()) next = std::clamp(*due - now_.ticks, milliseconds{0}, next);
  if (tick_at_) next = std::clamp(*tick_at_ - now_.ticks, milliseconds{0}, next);
  if (!to_share_.empty()) next = std::clamp(share_at_ - now_.ticks, milliseconds{0}, next);
  return next;
}

void Replica::input(consensus::Input input) { perform(engine_->step(now_, std::move(input))); }

// The steps that an input brings about, one after the other.
void Replica::perform(consensus::Step first) {
  std::optional<consensus::Step> step(std::move(first));
  while (step) {
    halted_ = engine_->halted();  // Before anything that this step brings about is signed.
    const bool commits = std::ranges::any_of(step->effects, [](const auto& effect) {
      return std::holds_alternative<consensus::Commit>(effect);
    });
    if (commits || !step->rows.empty()) {
      write(*step);
      inputs_.push_back(consensus::Synced{step->batch});
    }
    tick_at_ = step->next_tick;
    for (consensus::Effect& effect : step->effects) carry_out(std::move(effect));
    step.reset();
    if (epoch_over_) {
      begin_epoch();
      step = engine_->start(now_);
      continue;
    }
    // Members may have joined, or changed their keys: after the block's certificate has been sent,
    // without which those whose keys they are would not know.
    if (commits) tell_peers();
    if (inputs_.empty()) continue;
    consensus::Input next = std::move(inputs_.front());
    inputs_.pop_front();
    step = engine_->step(now_, std::move(next));
  }
  // What the engine has forgotten is in nobody's way to finality, and the engine alone is bounded.
  if (open_.size() > 0)
    open_.retain([this](const crypto::Digest& hash) { return engine_->holds(hash); });
}

void Replica::write(const consensus::Step& step) {
  struct Finished {
    std::shared_ptr<const crypto::Bytes> certificate;
    const OpenBlock* block;
    std::size_t bytes;  // Of its body.
  };
  std::vector<Finished> finished;
  for (const consensus::Effect& effect : step.effects) {
    const auto* commit = std::get_if<consensus::Commit>(&effect);
    if (!commit) continue;
    const auto certificate = std::make_shared<const crypto::Bytes>(
        crypto::encode(BlockCertificate{commit->finalization, {commit->justification}}));
    for (const consensus::BlockPtr& block : commit->blocks) {
      const OpenBlock* open = open_.find(block->hash);
      check(open != nullptr, "a final block was executed here");
      finished.push_back({certificate, open, block->body.value.size()});
    }
  }
  if (finished.empty()) return store_.write_votes(step.rows);
  for (const consensus::Effect& effect : step.effects) {
    const auto* commit = std::get_if<consensus::Commit>(&effect);
    if (commit && commit->closing) epoch_over_ = true;
  }
  std::vector<storage::BlockWrite> writes;
  for (const Finished& each : finished) {
    const ledger::Block& block = each.block->block;
    writes.push_back({block.state->changes(), block.seal, block.tip.hash, *each.certificate, {}});
  }
  writes.back().votes = step.rows;
  store_.commit(writes);
  blocks_ += writes.size();
  // Whoever is answered finds what is answered.
  show_head();
  for (const Finished& each : finished) {
    late_.finalized(each.block->submissions.size(), each.bytes);
    pool_.finalized(each.block->submissions, each.block->block.tip.height);
    look_for_overdue(*each.block);
  }
  last_author_ = finished.back().block->last_author;
  open_.finalized(finished.back().block->block.tip.hash);
  after_commit();
}

void Replica::after_commit() {
  pool_.retry();
  say_overdue();
  share_checkpoint();
}

// Readers see the store's head from now on.
void Replica::show_head() {
  const auto snapshot = store_.snapshot();
  head_ = std::make_shared<const Published>(
      snapshot, [this, &shown = *snapshot] { return sign_head(shown); });
  if (options_.published) options_.published(head_);
}

void Replica::carry_out(consensus::Effect&& effect) {
  if (const auto* send = std::get_if<consensus::Send>(&effect)) {
    const network::Frame frame = to_frame(*send->message);
    if (send->to) {
      peers_.send(*send->to, frame);
    } else if (send->except.empty()) {
      peers_.send_all(frame);
    } else {
      std::vector<consensus::PeerIndex> others;
      for (const ReplicaPeer& peer : members_) {
        if (std::ranges::count(send->except, peer.index) == 0) others.push_back(peer.index);
      }
      peers_.send_to(others, frame);
    }
  } else if (const auto* execute = std::get_if<consensus::Execute>(&effect)) {
    const consensus::BlockVerdict verdict = open_.execute(*execute->block, pool_);
    if (verdict != consensus::BlockVerdict::valid) say_refused(*execute->block);
    inputs_.push_back(consensus::Executed{execute->block->hash, verdict});
  } else if (const auto* build = std::get_if<consensus::Build>(&effect)) {
    inputs_.push_back(consensus::Built{
        build->view,
        open_.build(*build, {*seat_.index(), options_.self}, now_.wall_clock_ms, pool_)});
  } else if (const auto* report = std::get_if<consensus::Report>(&effect)) {
    keep(*report);
  } else if (const auto* alarm = std::get_if<consensus::RaiseAlarm>(&effect)) {
    // What it signed before may be of the wrong log.
    own_share_.reset();
    say(LogLevel::error,
        fmt::format("alarm: {}: this node signs nothing more until a person has looked",
                    crypto::word_of(alarm->alarm)));
  } else if (const auto* blocks = std::get_if<consensus::ServeBlocks>(&effect)) {
    take_request(*blocks);
  } else if (const auto* chain = std::get_if<consensus::ServeChain>(&effect)) {
    take_request(*chain);
  } else if (const auto* end = std::get_if<consensus::ServeEpochEnd>(&effect)) {
    serve(*end);
  }
}

// A liar's, or a sign that this node executes differently from others.
void Replica::say_refused(const consensus::Block& block) {
  ++refused_["wrong_body"];
  if (std::exchange(said_refused_, block.hash) == block.hash) return;
  say(LogLevel::warn,
      fmt::format("wrong_body: block {} at height {}, proposed by {}, is not what it states here",
                  crypto::to_hex(block.hash.bytes).substr(0, 16), block.height.value,
                  validator(block.proposer).value));
}

void Replica::keep(const consensus::Report& report) {
  const consensus::Vote& vote = report.evidence.first;
  const ledger::MemberId& accused = validator(vote.signer);
  if (!evidence_.keep({accused, {now_.wall_clock_ms}, report.evidence})) return;
  say(LogLevel::warn, fmt::format("evidence: {} cast contradictory votes in view {} ({})",
                                  accused.value, vote.view.value, crypto::word_of(report.sin)));
}

void Replica::stop() {
  sign_shares();
  pool_.refuse_all(Unavailable::stopping);
}

void Replica::say(LogLevel level, std::string_view line) const {
  if (options_.log) options_.log(level, line);
}

}  // namespace centime::runtime
