#include "tests/simulator/node.h"

#include <algorithm>
#include <bit>

#include "crypto/check.h"
#include "tests/simulator/message_text.h"
#include "tests/simulator/signatures.h"
#include "tests/simulator/sinner.h"

namespace centime::simulator {
namespace {

using consensus::Millis;
using consensus::Step;

constexpr std::uint64_t start_of_time_ms = 1'772'323'200'000;  // 2026-03-01.

}  // namespace

Node::Node(World& world, std::size_t participant, std::size_t instance)
    : world_(world),
      participant_(participant),
      instance_(instance),
      random_(world.scenario().seed, fmt::format("node {} {}", participant, instance)),
      disk_(world.kind().genesis()) {
  const Scenario& scenario = world.scenario();
  drift_ppm_ = random_.between(-scenario.drift_ppm_max, scenario.drift_ppm_max);
  wall_clock_off_ms_ = random_.between(-scenario.wall_clock_off_ms, scenario.wall_clock_off_ms);
  tick_offset_ms_ = random_.between(0, 1'000'000);
  if (!honest()) sinner_ = std::make_unique<Sinner>(*this);
  all_votes_known_ =
      !scenario.ledger || (participant < scenario.validators && !scenario.begins_with_nothing());
  if (honest())
    for (const SubmissionId id : world.kind().known()) known_.insert(id);
}

Node::~Node() = default;

consensus::Now Node::now() const {
  const std::int64_t us = world_.queue().now().count();
  return {Millis{tick_offset_ms_ + (us + us / 1'000 * drift_ppm_ / 1'000) / 1'000},
          wall_clock_ms()};
}

std::uint64_t Node::wall_clock_ms() const {
  return start_of_time_ms + static_cast<std::uint64_t>(world_.queue().now().count() / 1'000 +
                                                       10'000 + wall_clock_off_ms_);
}

std::size_t Node::participant_of(consensus::PeerIndex peer) const {
  return peer < validators_.size() ? validators_[peer] : peer - validators_.size();
}

consensus::PeerIndex Node::peer_of(std::size_t participant) const {
  const auto found = std::ranges::find(validators_, participant);
  const auto at = static_cast<std::size_t>(found - validators_.begin());
  return static_cast<consensus::PeerIndex>(
      found != validators_.end() ? at : validators_.size() + participant);
}

void Node::start() {
  crypto::check(!running(), "one run at a time");
  ++incarnation_;
  chain_ = disk_.blocks();
  payload_ = world_.kind().start(chain_);
  for (const SubmissionId submission : known_) payload_->add(submission);
  disk_free_ = world_.queue().now();
  // Whoever runs the node has the file with the key that the ledger knows.
  const PayloadKind& kind = world_.kind();
  key_ = payload_->key_of(participant_).value_or(kind.first_key(participant_));
  key_is_old_ = false;
  seat_.emplace(kind.member(participant_), key_, past());
  enter_epoch();
  start_engine();
  if (sinner_) sinner_->started();
}

// As node/runtime/instance_guard.h has it.
runtime::Past Node::past() const {
  if (all_votes_known_) return runtime::Past::known;
  return votes_lost_ ? runtime::Past::lost : runtime::Past::fresh;
}

// Everything that belongs to one epoch, but the engine.
void Node::enter_epoch() {
  epoch_ = disk_.fin().epoch;
  const auto& epochs = payload_->epochs();
  if (epoch_ + 1 != epochs.size()) {
    throw Violation{"S19", fmt::format("{} has rows of epoch {} and a log that ends in epoch {}",
                                       participant_, epoch_, epochs.size() - 1)};
  }
  const ledger::EpochRecord& epoch = epochs.back();
  seat_->enter(epoch);
  // No scenario takes an only validator's disk, so its followers have nothing that it lacks.
  if (seat_->asks_followers()) seat_->trust_followers();
  validators_.clear();
  std::vector<Seat> seats;
  for (const ledger::EpochValidator& each : epoch.validators.items) {
    validators_.push_back(world_.kind().participant(each.member));
    seats.push_back({validators_.back(), voting_key(each.key, world_.scenario().signing)});
  }
  world_.oracle().entered(participant_, epoch_, seats, chain_);
}

void Node::start_engine() {
  const std::vector<consensus::Row> rows(disk_.rows().begin(), disk_.rows().end());
  auto durable = consensus::read_rows(rows);
  if (!durable) {
    throw Violation{
        "restore",
        fmt::format("{} cannot read its own rows: {}", participant_,
                    enum_words(durable.error())[static_cast<std::size_t>(durable.error())])};
  }
  const ledger::EpochRecord& epoch = payload_->epochs().back();
  consensus::EngineOptions options =
      runtime::options_of(epoch, ledger::NetworkId{world_.kind().network().bytes});
  for (crypto::PublicKey& key : options.validators.keys) {
    key = voting_key(key, world_.scenario().signing);
  }
  options.rules.leader_offset = world_.kind().leader_offset(epoch);
  options.self = index();
  options.timing = world_.scenario().timing;
  options.rejoin = seat_->rejoins();
  options.sign = [this](crypto::BytesView message) {
    if (honest() && engine_ && engine_->ended()) {
      throw Violation{"S17", fmt::format("{} signs in an epoch that is over", participant_)};
    }
    return simulator::sign(voting_key(key_, world_.scenario().signing), message, random_.next());
  };
  options.verify = [this](const auto& key, crypto::BytesView message, const auto& signature) {
    world_.count_check();
    return simulator::verify(key, message, signature);
  };
  options.block_matches = [this, epoch](const consensus::Block& block) {
    return world_.kind().matches(block, epoch);
  };
  ++engine_run_;
  synced_ = 0;
  held_.clear();
  told_work_ = 0;
  tick_at_.reset();
  ++tick_token_;
  engine_ = std::make_unique<consensus::Engine>(std::move(options), std::move(*durable));
  world_.trace().line(world_.queue().now(), "{} starts in epoch {} at height {}{}", participant_,
                      epoch_, chain_.size() - 1,
                      seat_->silent()    ? ", silent"
                      : seat_->rejoins() ? ", rejoining"
                                         : "");
  handle(engine_->start(now()));
  for (const auto& [peer, status] : seat_->take_told()) step(consensus::Received{peer, status});
}

void Node::sign(consensus::Vote& vote, std::uint64_t free_bytes) {
  sign_vote(vote, voting_key(key_, world_.scenario().signing), free_bytes, world_.kind().network());
}

void Node::greet(std::size_t to) {
  send({peer_of(to), std::make_shared<const consensus::Message>(engine_->status(wall_clock_ms())),
        false});
  step(consensus::Linked{peer_of(to)});
}

// Once its own rows are on the disk: what it may sign is known there, or can be found out now.
void Node::settle_past() {
  if (disk_.unsynced() > 0) return;
  if (seat_->rejoins() && !engine_->observing()) seat_->rejoined();
  const bool decided = seat_->decide(engine_->fin(), engine_->view());
  if (seat_->known()) {
    all_votes_known_ = true;
    votes_lost_ = false;
  }
  if (decided) {
    engine_.reset();
    start_engine();
  }
}

// With the key that the ledger has now, as whoever runs the node does it: by opening it anew.
void Node::follow_key() {
  const auto key = payload_->key_of(participant_);
  if (!key || *key == key_ || key_is_old_) return;
  key_is_old_ = true;
  world_.queue().after(std::chrono::milliseconds{random_.between(10, 1'500)},
                       [this, run = incarnation_] {
                         if (run != incarnation_ || !running()) return;
                         crash();
                         start();
                       });
}

void Node::crash() {
  if (!running()) return;
  world_.trace().line(world_.queue().now(), "{} crashes", participant_);
  ++incarnation_;
  ++engine_run_;
  engine_.reset();
  payload_.reset();
  account_for_synced(disk_.crash(random_));
  unsynced_.clear();
  if (sinner_) sinner_->crashed(disk_);
}

void Node::wipe() {
  crypto::check(!running(), "nobody has the disk open");
  world_.trace().line(world_.queue().now(), "{} loses its votes", participant_);
  disk_.wipe();
  all_votes_known_ = false;
  votes_lost_ = was_wiped_ = true;
}

void Node::lose_disk() {
  crypto::check(!running(), "nobody has the disk open");
  world_.trace().line(world_.queue().now(), "{} loses its disk", participant_);
  disk_ = Disk(world_.kind().genesis());
  known_.clear();
  for (const SubmissionId id : world_.kind().known()) known_.insert(id);
  all_votes_known_ = false;
  was_wiped_ = true;
}

void Node::step(consensus::Input input) { handle(engine_->step(now(), std::move(input))); }

void Node::receive(std::size_t from, const consensus::Message& message) {
  if (sinner_ && !sinner_->hears(from, message)) return;
  const consensus::PeerIndex peer = peer_of(from);
  const auto* status = std::get_if<consensus::Status>(&message);
  if (status && status->epoch == epoch_ && peer < validators_.size()) seat_->hear(peer, *status);
  const Step made = engine_->step(now(), consensus::Received{peer, message});
  const bool both = honest() && world_.scenario().roles[from] == Role::honest;
  // A node would cut the link.
  if (both && made.refused && consensus::is_misbehaviour(*made.refused)) {
    throw Violation{"S25", fmt::format("{} refuses what {} sends as {}: {}", participant_, from,
                                       crypto::word_of(*made.refused), text_of(message))};
  }
  handle(made);
}

void Node::submit(SubmissionId submission, bool tell) {
  if (!known_.insert(submission).second) return;
  payload_->add(submission);
  if (tell) {
    for (std::size_t to = 0; to < world_.scenario().participants; ++to) {
      if (to != participant_) world_.carry(*this, to, submission);
    }
  }
  tell_work();
}

void Node::offer_again() {
  // Over slow lines ever more rarely.
  if (world_.scenario().line_bytes_each_ms > 0 && std::popcount(++offers_) > 1) return;
  std::size_t left = 8;
  for (const SubmissionId submission : payload_->waiting()) {
    if (left-- == 0) break;
    for (std::size_t to = 0; to < world_.scenario().participants; ++to) {
      if (to != participant_) world_.carry(*this, to, submission);
    }
  }
}

void Node::tell_work() {
  if (payload_->pending() == told_work_) return;
  later(Time{0}, [this] {
    if (payload_->pending() == told_work_) return;
    told_work_ = payload_->pending();
    step(consensus::Work{told_work_});
  });
}

// Whoever it is, all who have the same final block say the same.
void Node::tell_ingress(const consensus::Block& newest) {
  if (!world_.scenario().ingress) return;
  const auto content = world_.kind().content(newest);
  if (!content || content->submissions.empty()) return;
  const auto who = content->submissions.back() % (validators_.size() + 1);
  later(Time{0}, [this, who] {
    const bool nobody = who == validators_.size();
    step(
        consensus::Ingress{nobody ? std::nullopt : std::optional(static_cast<std::uint16_t>(who))});
  });
}

void Node::handle(const Step& step) {
  for (const consensus::Effect& effect : step.effects) {
    if (const auto* final = std::get_if<consensus::Commit>(&effect)) commit(*final);
  }
  if (!step.rows.empty() || std::ranges::any_of(step.effects, [](const auto& effect) {
        return std::holds_alternative<consensus::Commit>(effect);
      })) {
    write(step);
  }
  check_parents(step);
  for (const consensus::Effect& effect : step.effects) perform(step, effect);
  if (step.next_tick) tick_at(*step.next_tick);
  if (!all_votes_known_) {
    later(Time{0}, [this] { settle_past(); });
  }
  tell_work();
  check_memory();
}

// Of what is to be executed or built on: a node that does it at once, as node/runtime/replica.h,
// has nothing else to stand on. When it is done later here, all may have gone on meanwhile.
void Node::check_parents(const Step& step) const {
  if (!honest()) return;
  for (const consensus::Effect& effect : step.effects) {
    const auto* execute = std::get_if<consensus::Execute>(&effect);
    const auto* build = std::get_if<consensus::Build>(&effect);
    if (execute == nullptr && build == nullptr) continue;
    if (payload_->stands(execute != nullptr ? execute->block->parent : build->parent)) continue;
    throw Violation{"S24", fmt::format("{} is to {} on a block that is neither final nor valid",
                                       participant_, execute != nullptr ? "execute" : "build")};
  }
}

void Node::perform(const Step& step, const consensus::Effect& effect) {
  if (const auto* out = std::get_if<consensus::Send>(&effect)) {
    if (out->after_sync && step.batch > synced_) {
      held_.push_back({step.batch, *out});
    } else {
      send(*out);
    }
  } else if (const auto* execute = std::get_if<consensus::Execute>(&effect)) {
    later(Time{random_.between(10, 5'000)}, [this, block = execute->block] {
      this->step(consensus::Executed{block->hash, payload_->execute(*block)});
    });
  } else if (const auto* build = std::get_if<consensus::Build>(&effect)) {
    later(Time{random_.between(10, 3'000)}, [this, request = *build] {
      const Scenario& scenario = world_.scenario();
      const std::size_t fit = request.room / std::max<std::size_t>(scenario.submission_bytes, 1);
      auto block = payload_->build(request, index().value_or(0), wall_clock_ms(),
                                   std::clamp<std::size_t>(fit, 1, scenario.submissions_per_block));
      this->step(consensus::Built{request.view, std::move(block)});
    });
  } else if (const auto* report = std::get_if<consensus::Report>(&effect)) {
    world_.trace().line(world_.queue().now(), "{} has evidence against {}", participant_,
                        participant_of(report->evidence.first.signer));
    if (honest()) world_.oracle().accused(participant_, epoch_, report->evidence);
  } else if (const auto* raised = std::get_if<consensus::RaiseAlarm>(&effect)) {
    world_.trace().line(world_.queue().now(), "{} raises the alarm {}", participant_,
                        enum_words(raised->alarm)[static_cast<std::size_t>(raised->alarm)]);
    if (honest()) world_.oracle().alarmed(participant_, raised->alarm);
    if (sinner_) sinner_->halted();
  } else if (const auto* blocks = std::get_if<consensus::ServeBlocks>(&effect)) {
    serve(*blocks);
  } else if (const auto* chain = std::get_if<consensus::ServeChain>(&effect)) {
    serve(*chain);
  } else if (const auto* end = std::get_if<consensus::ServeEpochEnd>(&effect)) {
    serve(*end);
  }
}

void Node::commit(const consensus::Commit& commit) {
  for (const consensus::BlockPtr& block : commit.blocks) {
    chain_.push_back(block);
    payload_->commit(*block);
    world_.trace().line(world_.queue().now(), "{} has final height {} in view {}", participant_,
                        block->height.value, commit.finalization.view.value);
  }
  if (!commit.blocks.empty()) tell_ingress(*commit.blocks.back());
  committed_.push_back({commit, chain_.size(), payload_->state()});
  world_.trace().note(world_.queue().now(), participant_, chain_.size());
}

void Node::write(const Step& step) {
  disk_.write(step);
  unsynced_.push_back(std::move(committed_));
  committed_.clear();
  const Scenario& scenario = world_.scenario();
  const Time latency{random_.between(scenario.disk_min.count(), scenario.disk_max.count())};
  const Time start = std::max(disk_free_, world_.queue().now());
  disk_free_ = start + latency;
  later(disk_free_ - world_.queue().now(), [this, batch = step.batch] { synced(batch); });
  // Dies with the batch written and not synced.
  if (world_.strikes(*this)) later(Time{0}, [this] { crash(); });
}

// Final is what is on the disk: before, nobody was told.
void Node::account_for_synced(std::size_t batches) {
  for (; batches > 0; --batches) {
    for (const Final& final : unsynced_.front()) {
      if (honest()) {
        world_.oracle().committed(participant_, final.commit, final.chain, final.state);
      }
    }
    unsynced_.pop_front();
  }
}

void Node::synced(std::uint64_t batch) {
  disk_.sync(1);
  account_for_synced(1);
  synced_ = batch;
  if (world_.strikes(*this)) return crash();  // With the batch synced and nothing sent.
  while (!held_.empty() && held_.front().batch <= synced_) {
    const consensus::Send next = held_.front().send;
    held_.pop_front();
    send(next);
  }
  if (disk_.fin().epoch != epoch_ && disk_.unsynced() == 0) {
    engine_.reset();
    enter_epoch();
    start_engine();
    follow_key();
    return;
  }
  follow_key();
  step(consensus::Synced{batch});
}

void Node::send(const consensus::Send& send) {
  if (honest()) account_for(*send.message);
  const bool votes = std::holds_alternative<consensus::Vote>(*send.message) ||
                     std::holds_alternative<consensus::Proposal>(*send.message);
  if (votes && (honest() || role() == Role::restored)) {
    world_.oracle().alarm_kept(participant_, disk_);
  }
  std::vector<std::size_t> to;
  if (send.to) {
    to.push_back(participant_of(*send.to));
  } else {
    for (std::size_t other = 0; other < world_.scenario().participants; ++other) {
      const bool has_it = std::ranges::count(send.except, peer_of(other)) > 0;
      if (other != participant_ && !has_it) to.push_back(other);
    }
  }
  for (const std::size_t participant : to) {
    if (participant >= world_.scenario().participants) continue;
    if (sinner_) {
      sinner_->says(participant, send.message);
    } else {
      world_.carry(*this, participant, send.message);
    }
  }
}

void Node::tell(std::size_t to, const MessagePtr& message) { world_.carry(*this, to, message); }

// Every own vote that leaves, in whatever message.
void Node::account_for(const consensus::Message& message) {
  if (const auto* vote = std::get_if<consensus::Vote>(&message)) {
    world_.oracle().spoken(participant_, *vote, &disk_);
  } else if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
    world_.oracle().spoken(participant_, proposal->vote, &disk_);
  } else if (const auto* by = std::get_if<consensus::Certificate>(&message)) {
    const auto& validators = world_.oracle().validators(by->epoch);
    for (const consensus::SignerSignature& one : by->signatures.items) {
      if (was_wiped_ || validators.at(one.signer).participant != participant_) continue;
      world_.oracle().spoken(participant_,
                             {by->epoch, by->kind, by->view, by->value, one.signer, one.signature},
                             &disk_);
    }
  }
}

void Node::serve(const consensus::ServeBlocks& request) {
  consensus::Blocks answer;
  for (const consensus::BlockPtr& block : request.open) answer.blocks.items.push_back(*block);
  const FinalBlock* found = request.open.empty() ? disk_.find(request.request.block) : nullptr;
  std::size_t height = found == nullptr ? 0 : found->block->height.value;
  for (std::size_t left = request.request.ancestors + 1U;
       left > 0 && height > 0 && answer.blocks.items.size() < consensus::sent_blocks_max; --left) {
    answer.blocks.items.push_back(*disk_.chain()[height--].block);
  }
  if (answer.blocks.items.empty()) return;
  send({request.to, std::make_shared<const consensus::Message>(std::move(answer)), false});
}

void Node::serve(const consensus::ServeChain& request) {
  const std::size_t first = request.request.from.value;
  std::optional<std::size_t> last;
  for (std::size_t height = first;
       height < disk_.chain().size() && height < first + consensus::sent_blocks_max; ++height) {
    if (disk_.chain()[height].epoch != disk_.chain()[first].epoch) break;
    if (disk_.chain()[height].finalization) last = height;
  }
  if (!last) return;
  consensus::Chain answer;
  for (std::size_t height = first; height <= *last; ++height) {
    answer.blocks.items.push_back(*disk_.chain()[height].block);
  }
  answer.finalization = *disk_.chain()[*last].finalization;
  send({request.to, std::make_shared<const consensus::Message>(std::move(answer)), false});
}

void Node::serve(const consensus::ServeEpochEnd& request) {
  for (auto final = disk_.chain().rbegin(); final != disk_.chain().rend(); ++final) {
    if (final->epoch != request.epoch || !final->block->closing || !final->finalization) continue;
    // The closing block was final in that epoch; later finalizations of it cannot be.
    send({request.to, std::make_shared<const consensus::Message>(*final->finalization), false});
    return;
  }
}

void Node::tick_at(Millis ticks) {
  if (tick_at_ && *tick_at_ <= ticks) return;
  tick_at_ = ticks;
  const Millis wait = std::max(ticks - now().ticks, Millis{0});
  const std::uint64_t token = ++tick_token_;
  later(wait, [this, token] {
    if (token != tick_token_) return;
    const Millis wanted = *tick_at_;
    tick_at_.reset();
    if (now().ticks < wanted) return tick_at(wanted + Millis{1});  // Its clock is slow.
    step(consensus::Tick{});
  });
}

void Node::check_memory() const {
  const consensus::Engine::Use use = engine_->use();
  const std::size_t n = validators_.size();
  const std::uint64_t open = engine_->view().value - engine_->fin().view.value;
  const std::size_t views = open + consensus::Engine::views_ahead_max + 1;
  if (use.views > views || use.votes > views * n * consensus::vote_kinds * 2 ||
      use.blocks > 4 * open + 16 * n + 64 || use.body_bytes > std::size_t{64} << 20) {
    throw Violation{
        "S11", fmt::format("{} holds {} views, {} votes, {} blocks, {} body bytes with {} "
                           "views open",
                           participant_, use.views, use.votes, use.blocks, use.body_bytes, open)};
  }
}

}  // namespace centime::simulator
