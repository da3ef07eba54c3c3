#include "node/runtime/replica.h"

#include <fmt/format.h>

#include <algorithm>

#include "consensus/quorum.h"
#include "crypto/check.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/safety_state.h"

namespace centime::runtime {
namespace {

using consensus::Refusal;
using crypto::check;
using std::chrono::milliseconds;

// How often what still waits is sent to the validators again, and how much of it at a time: the
// links promise nothing, and a leader may have come without hearing of it.
constexpr milliseconds offer_every{1'000};
constexpr std::size_t offered_at_once = 16;

consensus::Now machine_clock() {
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<milliseconds>(ticks), wall_clock_ms()};
}

// What no honest node sends, whatever the network does to its packets.
bool is_misbehaviour(Refusal word) {
  switch (word) {
    case Refusal::unknown_validator:
    case Refusal::wrong_channel:
    case Refusal::bad_signature:
    case Refusal::bad_signers:
    case Refusal::no_quorum:
    case Refusal::wrong_kind:
    case Refusal::no_contradiction:
    case Refusal::wrong_order:
    case Refusal::unsorted_views:
    case Refusal::wrong_block:
      return true;
    default:
      return false;
  }
}

}  // namespace

Replica::Replica(ReplicaOptions options, const ledger::Genesis& genesis,
                 const crypto::SecretKey& key, storage::Store& store, Peers& peers,
                 consensus::Durable durable)
    : options_(std::move(options)),
      genesis_(genesis),
      network_(ledger::network_id(genesis)),
      key_(key),
      store_(store),
      peers_(peers),
      pool_(store, genesis.policies, options_.pool),
      open_(store, genesis),
      shares_(genesis),
      evidence_(store),
      validator_ids_(
          std::make_shared<const std::vector<ledger::MemberId>>(genesis.validators.items)) {
  if (!options_.clock) options_.clock = machine_clock;
  probation_ = options_.validator && options_.past == Past::fresh;
  rejoining_ = options_.validator && options_.past == Past::lost;
  for (const ledger::MemberId& member : genesis.validators.items)
    seen_.push_back({.member = member});
  if (options_.validator) seen_[*options_.validator].connected = true;
  engine_ = make_engine(std::move(durable), probation_);
}

Replica::~Replica() = default;

std::unique_ptr<consensus::Engine> Replica::make_engine(consensus::Durable durable, bool silent) {
  consensus::EngineOptions options;
  options.validators.network = {network_.bytes};
  for (std::size_t i = 0; i < validators(); ++i)
    options.validators.keys.push_back(validator_key(genesis_, i));
  options.rules.epoch = durable.final.fin.epoch;
  if (!silent) options.self = options_.validator;
  options.timing = options_.timing;
  options.rejoin = rejoining_;
  options.sign = [this](crypto::BytesView message) { return key_.sign(message); };
  options.block_matches = [ids = validator_ids_](const consensus::Block& block) {
    return read_body(block, *ids).has_value();
  };
  return std::make_unique<consensus::Engine>(std::move(options), std::move(durable));
}

void Replica::start() {
  now_ = options_.clock();
  view_since_ = now_.ticks;
  if (rejoining_) {
    say("rejoin: what this node signed before is not known; it votes once enough others have told "
        "where they are");
  }
  show_head();
  share_checkpoint();
  perform(engine_->start(now_));
  turn();
}

void Replica::connected(consensus::PeerIndex peer) {
  if (peer < seen_.size()) seen_[peer].connected = true;
  // What it may have missed while there was no link.
  const consensus::Finalized& fin = engine_->fin();
  peers_.send(peer, to_frame(consensus::Status{fin.epoch, engine_->view(), fin.view, fin.height,
                                               fin.block, pool_.pending(), wall_clock_ms()}));
  if (own_share_) peers_.send(peer, *own_share_);
  offer_at_ = {};
}

void Replica::disconnected(consensus::PeerIndex peer) {
  if (peer < seen_.size()) seen_[peer].connected = false;
}

void Replica::received(consensus::PeerIndex from, const network::Frame& frame) {
  if (frame.kind == submission_frame) return take_submission(from, frame);
  if (frame.kind == checkpoint_share_frame) return take_share(from, frame);
  take_message(from, frame);
}

void Replica::take_message(consensus::PeerIndex from, const network::Frame& frame) {
  auto message = read_message(frame);
  if (!message) return peers_.cut_off(from, std::string(message.error()));
  if (const auto* status = std::get_if<consensus::Status>(&*message)) learn_status(from, *status);
  now_ = options_.clock();
  consensus::Step step = engine_->step(now_, consensus::Received{from, std::move(*message)});
  if (step.refused) {
    ++refused_[static_cast<std::size_t>(*step.refused)];
    if (is_misbehaviour(*step.refused)) {
      peers_.cut_off(from, std::string(crypto::word_of(*step.refused)));
    }
  }
  perform(std::move(step));
}

void Replica::learn_status(consensus::PeerIndex from, const consensus::Status& status) {
  if (from >= seen_.size()) return;
  if (probation_) told_[from] = status;
  PeerReport& peer = seen_[from];
  peer.heard = true;
  peer.view = status.view.value;
  peer.height = status.fin_height.value;
  peer.pending = status.pending;
  peer.clock_ahead_ms = static_cast<std::int64_t>(status.wall_clock_ms - wall_clock_ms());
}

void Replica::end_probation() {
  if (!probation_) return;
  // As many as any progress needs: before they are there, waiting costs nothing.
  std::size_t heard = 0;
  bool ahead = engine_->fin().height.value > 0 || engine_->view().value > 1;
  for (const PeerReport& peer : seen_) {
    heard += peer.heard ? 1 : 0;
    ahead |= peer.heard && (peer.height > 0 || peer.view > 1);
  }
  if (heard + 1 < consensus::quorum(validators())) return;
  probation_ = false;
  rejoining_ = ahead;
  if (ahead) {
    say("rejoin: this node's store is new and the network is not; what it signed before is not "
        "known, so it votes once enough others have told where they are");
  }
  if (!ahead && options_.past_known) options_.past_known();
  auto durable = read_durable(store_);
  check(durable.has_value(), "the state that was just written");
  told_pending_.reset();
  inputs_.clear();
  engine_ = make_engine(std::move(*durable), false);
  perform(engine_->start(now_));
  for (const auto& [peer, status] : std::exchange(told_, {}))
    perform(engine_->step(now_, consensus::Received{peer, status}));
}

void Replica::take_submission(consensus::PeerIndex from, const network::Frame& frame) {
  if (pool_.contains(crypto::sha256(frame.bytes))) return;
  auto checked = ledger::check_submission(network_, frame.bytes);
  // An honest node checks before it sends.
  if (!checked) {
    return peers_.cut_off(from, std::string(crypto::word_of(checked.error().whole.word)));
  }
  freshen_pool();
  new_work_ |= pool_.add(std::move(*checked), frame.bytes, {}) == Mempool::Taken::waiting;
}

void Replica::take_share(consensus::PeerIndex from, const network::Frame& frame) {
  if (from >= validators()) return peers_.cut_off(from, "unknown_validator");
  const auto share = crypto::decode<CheckpointShare>(frame.bytes);
  if (!share) return peers_.cut_off(from, "bad_message");
  switch (shares_.add_share(from, *share)) {
    case CheckpointShares::Taken::bad_signature:
      return peers_.cut_off(from, "bad_signature");
    case CheckpointShares::Taken::other_log:
      say(fmt::format("other_log: {} signed another log of {} entries than this node's",
                      genesis_.validators.items[from].value, share->size));
      return;
    case CheckpointShares::Taken::counted:
    case CheckpointShares::Taken::early:
    case CheckpointShares::Taken::old:
      return take_certified();
  }
}

void Replica::submit(ledger::CheckedSubmission submission, SubmitCallback done) {
  crypto::Bytes canonical = canonical_bytes(submission);
  if (canonical.size() > ledger::submission_bytes_max) {
    return done(std::unexpected(SubmitError(
        ledger::Rejection{{ledger::Word::too_large, "a submission is at most 1 MiB"}, {}})));
  }
  freshen_pool();
  if (pool_.add(std::move(submission), std::move(canonical), std::move(done)) ==
      Mempool::Taken::waiting) {
    new_work_ = true;
    now_ = options_.clock();
    spread(pool_.waiting().back());
  }
}

// What is tried out is judged at the time at which trying began, and the last block may be of last
// week.
void Replica::freshen_pool() {
  if (pool_.waiting().empty()) pool_.retry();
}

// To every validator: whoever leads next has it.
void Replica::spread(Waiting& item) {
  const network::Frame frame{submission_frame, item.canonical};
  for (std::uint16_t peer = 0; peer < validators(); ++peer) {
    if (peer != options_.validator) peers_.send(peer, frame);
  }
  item.offered = now_.ticks;
}

void Replica::offer_again() {
  if (now_.ticks < offer_at_) return;
  offer_at_ = now_.ticks + offer_every;
  std::size_t offered = 0;
  for (Waiting& item : pool_.waiting()) {
    if (item.held || !item.done || now_.ticks < item.offered + offer_every) continue;
    spread(item);
    if (++offered == offered_at_once) return;
  }
}

// The number alone does not tell: one may have become final while another came.
void Replica::tell_work() {
  if (!new_work_ && told_pending_ == pool_.pending()) return;
  new_work_ = false;
  told_pending_ = pool_.pending();
  input(consensus::Work{pool_.pending()});
}

milliseconds Replica::turn() {
  now_ = options_.clock();
  end_probation();
  if (rejoining_ && !engine_->observing()) {
    rejoining_ = false;
    say("rejoined: this node votes again");
    if (options_.past_known) options_.past_known();
  }
  tell_work();
  if (tick_at_ && now_.ticks >= *tick_at_) input(consensus::Tick{});
  if (pool_.pending() > 0) offer_again();
  say_stuck();
  milliseconds next{1'000};
  if (tick_at_) next = std::clamp(*tick_at_ - now_.ticks, milliseconds{0}, next);
  return next;
}

void Replica::input(consensus::Input input) { perform(engine_->step(now_, std::move(input))); }

// The steps that an input brings about, one after the other.
void Replica::perform(consensus::Step first) {
  std::optional<consensus::Step> step(std::move(first));
  while (step) {
    const bool writes =
        !step->rows.empty() || std::ranges::any_of(step->effects, [](const auto& e) {
          return std::holds_alternative<consensus::Commit>(e);
        });
    if (writes) {
      write(*step);
      inputs_.push_back(consensus::Synced{step->batch});
    }
    tick_at_ = step->next_tick;
    for (consensus::Effect& effect : step->effects) carry_out(std::move(effect));
    step.reset();
    if (inputs_.empty()) continue;
    consensus::Input next = std::move(inputs_.front());
    inputs_.pop_front();
    step = engine_->step(now_, std::move(next));
  }
}

void Replica::write(const consensus::Step& step) {
  struct Finished {
    std::shared_ptr<const crypto::Bytes> certificate;
    const OpenBlock* block;
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
      finished.push_back({certificate, open});
    }
  }
  if (finished.empty()) return store_.write_votes(step.rows);
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
  for (const Finished& each : finished)
    pool_.finalized(each.block->submissions, each.block->block.tip.height);
  open_.finalized(finished.back().block->block.tip.hash);
  after_commit();
}

void Replica::after_commit() {
  pool_.retry();
  share_checkpoint();
}

// Readers see the store's head from now on.
void Replica::show_head() {
  const auto snapshot = store_.snapshot();
  head_ = std::make_shared<const Published>(snapshot, [this, &head = snapshot->head()] {
    return proof::sign_checkpoint(
        {genesis_.origin.value, head.size, head.log.root()}, {options_.self, key_},
        std::chrono::sys_seconds(std::chrono::seconds(head.seal.time.value / 1000)));
  });
  if (options_.published) options_.published(head_);
}

void Replica::share_checkpoint() {
  shares_.add_state(head_);
  if (options_.validator) {
    const CheckpointShare own = sign_share(genesis_, head_->snapshot->head(), options_.self, key_);
    own_share_ = network::Frame{checkpoint_share_frame, crypto::encode(own)};
    shares_.add_share(*options_.validator, own);
    peers_.send_all(*own_share_);
  }
  take_certified();
}

void Replica::take_certified() {
  auto certified = shares_.take_certified();
  if (!certified || !options_.certified) return;
  options_.certified(std::make_shared<const Published>(
      certified->state->snapshot, [note = std::move(certified->note)] { return note; }));
}

void Replica::carry_out(consensus::Effect&& effect) {
  if (const auto* send = std::get_if<consensus::Send>(&effect)) {
    const network::Frame frame = to_frame(*send->message);
    if (send->to) {
      peers_.send(*send->to, frame);
    } else {
      peers_.send_all(frame);
    }
  } else if (const auto* execute = std::get_if<consensus::Execute>(&effect)) {
    inputs_.push_back(
        consensus::Executed{execute->block->hash, open_.execute(*execute->block, pool_)});
  } else if (const auto* build = std::get_if<consensus::Build>(&effect)) {
    inputs_.push_back(consensus::Built{
        build->view, open_.build(*build, *options_.validator, now_.wall_clock_ms, pool_)});
  } else if (const auto* report = std::get_if<consensus::Report>(&effect)) {
    keep(*report);
  } else if (const auto* alarm = std::get_if<consensus::RaiseAlarm>(&effect)) {
    say(fmt::format("alarm: {}: this node signs nothing more until a person has looked",
                    crypto::word_of(alarm->alarm)));
  } else if (const auto* blocks = std::get_if<consensus::ServeBlocks>(&effect)) {
    serve(*blocks);
  } else if (const auto* chain = std::get_if<consensus::ServeChain>(&effect)) {
    serve(*chain);
  }
}

void Replica::keep(const consensus::Report& report) {
  const consensus::Vote& vote = report.evidence.first;
  const ledger::MemberId& accused = genesis_.validators.items[vote.signer];
  if (!evidence_.keep({accused, {now_.wall_clock_ms}, report.evidence})) return;
  say(fmt::format("evidence: {} cast contradictory votes in view {} ({})", accused.value,
                  vote.view.value, crypto::word_of(report.sin)));
}

void Replica::stop() { pool_.refuse_all(Unavailable::stopping); }

void Replica::say(std::string line) const {
  if (options_.log) options_.log(line);
}

}  // namespace centime::runtime
