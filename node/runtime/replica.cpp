#include "node/runtime/replica.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/runtime/safety_state.h"
#include "node/runtime/wall_clock.h"

namespace centime::runtime {
namespace {

using consensus::Refusal;
using crypto::check;
using std::chrono::milliseconds;

// Places of members that the ledger here does not have yet: none that it ever gives.
constexpr std::size_t introduced_places = 1'000;
static_assert(introduced_places >= ledger::members_max);

consensus::Now machine_clock() {
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<milliseconds>(ticks), wall_clock_ms()};
}

ReplicaOptions with_clock(ReplicaOptions options) {
  if (!options.clock) options.clock = machine_clock;
  return options;
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

// Everything that belongs to one epoch, but the engine.
void Replica::enter_epoch(const consensus::Durable& durable) {
  const std::uint64_t number = durable.final.fin.epoch;
  auto start = store_.snapshot()->epoch(number);
  check(start.has_value(), "the epoch of the safety state has begun");
  epoch_ = std::make_shared<const ledger::EpochRecord>(std::move(start->record));
  seat_.enter(*epoch_);
  shares_.emplace(genesis_.origin, *epoch_);
  seen_.clear();
  for (const ledger::EpochValidator& each : epoch_->validators.items) {
    seen_.push_back(
        {.member = each.member,
         .connected = each.member == options_.self || connected_.contains(each.member)});
  }
}

// The members that the ledger knows now, to the links.
void Replica::tell_peers() {
  auto governance = store_.snapshot()->governance();
  if (governance == governance_) return;
  governance_ = std::move(governance);
  members_.clear();
  const auto& standings = governance_->members.items;
  for (std::size_t place = 0; place < standings.size(); ++place) {
    const ledger::Standing& standing = standings[place];
    if (standing.member == options_.self) {
      const crypto::PublicKey& key = standing.keys.items.back().key;
      if (key != key_.public_key() && options_.key_changed) options_.key_changed(key);
      continue;
    }
    const auto index = ledger::validator_index(*epoch_, standing.member);
    members_.push_back({index ? *index : static_cast<consensus::PeerIndex>(validators() + place),
                        place, standing.member, standing.keys.items.back().key, index.has_value(),
                        standing.status == ledger::MemberStatus::suspended});
  }
  add_introduced();
  peers_.set_peers(members_);
}

// Those who vote in a later epoch, by the keys that they have there.
void Replica::add_introduced() {
  if (!options_.later || options_.later->epoch <= governance_->epoch.epoch) return;
  std::size_t place = introduced_places;
  for (const ledger::EpochValidator& each : options_.later->validators.items) {
    if (each.member == options_.self) continue;
    const auto known = std::ranges::find(members_, each.member, &ReplicaPeer::member);
    if (known != members_.end()) {
      known->key = each.key;
      continue;
    }
    members_.push_back({static_cast<consensus::PeerIndex>(validators() + place), place, each.member,
                        each.key, true});
    ++place;
  }
}

const ReplicaPeer* Replica::find_peer(consensus::PeerIndex peer) const {
  const auto found = std::ranges::find(members_, peer, &ReplicaPeer::index);
  return found == members_.end() ? nullptr : &*found;
}

bool Replica::is_validator(consensus::PeerIndex peer) const {
  const ReplicaPeer* found = find_peer(peer);
  return found != nullptr && found->votes;
}

const ledger::MemberId* Replica::member_of(consensus::PeerIndex peer) const {
  const ReplicaPeer* found = find_peer(peer);
  return found == nullptr ? nullptr : &found->member;
}

std::unique_ptr<consensus::Engine> Replica::make_engine(consensus::Durable durable) {
  consensus::EngineOptions options = options_of(*epoch_, network_);
  if (!seat_.silent()) options.self = seat_.index();
  options.timing = options_.timing;
  options.rejoin = seat_.rejoins();
  options.sign = [this](crypto::BytesView message) { return key_.sign(message); };
  options.block_matches = [epoch = epoch_](const consensus::Block& block) {
    return read_body(block, *epoch).has_value();
  };
  return std::make_unique<consensus::Engine>(std::move(options), std::move(durable));
}

// The engine of the epoch that is over has sent its last; the next one starts from its last row.
void Replica::begin_epoch() {
  epoch_over_ = false;
  inputs_.clear();
  sign_shares();
  ending_shares_ = std::move(shares_);
  ending_size_ = head_->snapshot->head().size;
  auto durable = read_durable(store_);
  check(durable.has_value(), "the state that was just written");
  const bool known = seat_.known();
  enter_epoch(*durable);
  if (seat_.known() && !known && options_.past_known) options_.past_known();
  governance_.reset();  // The indexes are others now.
  pool_.begin_epoch();
  offer_anew();
  served_until_.clear();
  followers_.clear();
  requests_.clear();
  tell_peers();
  engine_ = make_engine(std::move(*durable));
  // Views are counted from 1 again, and so is what followers have shown.
  followers_news_ = {};
  followers_news_at_ = now_.ticks;
  asked_from_ = engine_->view();
  if (seat_.asks_followers()) say_that_it_asks();
  tell_again();
  view_ = {};
  told_pending_.reset();
  told_ingress_.reset();
  new_work_ = true;
  say(LogLevel::info,
      fmt::format("epoch {}: {} validators, {} needed; this node {}", epoch_->epoch, validators(),
                  epoch_->quorum, seat_.index() ? "votes" : "has no vote"));
}

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
  offer_anew();
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

// To the engine of a new epoch, which has heard nobody: who is ahead is asked at once. Of a node
// that was away for long each epoch is a moment only.
void Replica::tell_again() {
  for (const ReplicaPeer& peer : members_) {
    const auto told = told_.find(peer.member);
    if (told == told_.end() || told->second.fin_height <= engine_->fin().height) continue;
    inputs_.push_back(consensus::Received{peer.index, told->second});
  }
}

void Replica::end_silence() {
  if (seat_.asks_followers()) {
    if (!has_what_followers_have()) return;
    seat_.trust_followers();
    say(LogLevel::info, fmt::format("past_known: this node signs what follows block {}",
                                    engine_->fin().height.value));
  } else if (!seat_.decide(engine_->fin(), engine_->view())) {
    return;
  }
  if (seat_.rejoins()) {
    say_rejoins(
        "this node's store is new and the epoch is not, so what it signed before is not "
        "known");
  }
  if (seat_.known() && options_.past_known) options_.past_known();
  auto durable = read_durable(store_);
  check(durable.has_value(), "the state that was just written");
  told_pending_.reset();
  told_ingress_.reset();
  inputs_.clear();
  engine_ = make_engine(std::move(*durable));
  perform(engine_->start(now_));
  for (const auto& [peer, status] : seat_.take_told())
    perform(engine_->step(now_, consensus::Received{peer, status}));
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
    const consensus::Verdict verdict = open_.execute(*execute->block, pool_);
    if (verdict != consensus::Verdict::valid) say_refused(*execute->block);
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

void Replica::say_rejoins(std::string_view why) const {
  say(LogLevel::warn,
      fmt::format("rejoin: {}; {}", why,
                  validators() > epoch_->quorum
                      ? "it votes once enough others have told where they are"
                      : "the others are too few to tell, so it never votes again with this key in "
                        "this epoch (docs/operating.md, \"An alarm\")"));
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

void Replica::stop() {
  sign_shares();
  pool_.refuse_all(Unavailable::stopping);
}

void Replica::say(LogLevel level, std::string_view line) const {
  if (options_.log) options_.log(level, line);
}

}  // namespace centime::runtime
