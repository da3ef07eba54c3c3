#include "consensus/core.h"

#include <utility>

#include "crypto/check.h"

namespace centime::consensus {
namespace {

using crypto::check;

// Requests of one peer that are answered at once: it may lack several things.
constexpr std::uint32_t requests_at_once = 8;

// Only these may tell of an own vote that is not on the disk yet.
bool carries_votes(const Message& message) {
  switch (kind_of(message)) {
    case MessageKind::proposal:
    case MessageKind::vote:
    case MessageKind::certificate:
    case MessageKind::evidence:
      return true;
    default:
      return false;
  }
}

ParentLink link_to(const FinalRow& final) {
  return {final.fin.block, final.fin.height, final.timestamp_ms, false};
}

}  // namespace

Core::Core(EngineOptions options, Durable durable)
    : options_(std::move(options)),
      self_(options_.self),
      final_(std::move(durable.final)),
      safety_(final_.fin.view, durable.abstain_through),
      alarm_(durable.alarm),
      rows_(options_.rules.epoch),
      tree_(link_to(final_)),
      cur_(final_.fin.view.next()),
      rejoining_(options_.rejoin && options_.self),
      statuses_(options_.timing.status_answer_min, 1),
      certificates_(options_.timing.serve_min, requests_at_once),
      blocks_(options_.timing.serve_min, requests_at_once),
      sources_(validators(), self_) {
  const auto& keys = options_.validators.keys;
  check(!keys.empty() && keys.size() <= validators_max, "1 to 50 validators");
  check(!self_ || (*self_ < keys.size() && options_.sign), "a validator can sign");
  check(options_.block_matches && options_.verify, "blocks and signatures can be checked");
  check(final_.fin.epoch == options_.rules.epoch, "the state of this epoch");
  if (mutated(Mutation::alarm_forgotten)) alarm_.reset();
  rows_.restore(final_row());
  if (durable.abstain_through > View{}) rows_.restore(abstain_row());
  if (alarm_) rows_.restore(alarm_row());

  if (mutated(Mutation::votes_forgotten)) durable.votes.clear();
  for (auto& [view, votes] : durable.votes) {
    rows_.restore(votes_row(view));
    // The own votes count in the own tally, also after a restart.
    for (const auto& vote : {votes.notarized, votes.finalized, votes.nullified}) {
      if (vote && !mutated(Mutation::own_votes_uncounted)) views_[view].votes.add(*vote);
    }
    to_certify_.insert(view);
    cur_ = std::max(cur_, view);
    safety_.restore(view, std::move(votes));
  }
  for (Certificate& certificate : durable.certificates) {
    rows_.restore(certificate_row(certificate.view, certificate.kind));
    cur_ = std::max(cur_, certificate.view.next());
    OpenView& open = views_[certificate.view];
    open.certificate(certificate.kind) = std::move(certificate);
  }
  for (BlockPtr& block : durable.blocks) {
    rows_.restore(block_row(block->height, block->hash));
    tree_.insert(std::move(block));
  }
}

Step Core::start(Now now) {
  now_ = now;
  entered_at_ = final_at_ = status_at_ = now.ticks;
  retransmit_at_ = now.ticks + retransmit_every();
  certificates_asked_ = chain_asked_ = now.ticks - options_.timing.request;
  if (signs()) {
    for (const auto& [view, votes] : safety_.all()) send_own_votes({}, view);
  }
  evaluate();
  return finish();
}

Step Core::step(Now now, Input input) {
  now_.ticks = std::max(now_.ticks, now.ticks);
  now_.wall_clock_ms = now.wall_clock_ms;
  std::visit([this](auto&& any) { take(std::move(any)); }, std::move(input));
  evaluate();
  return finish();
}

void Core::take(Received&& input) {
  if (self_ && input.from == *self_) {
    out_.refused = Refusal::wrong_channel;
    return;
  }
  out_.refused = std::visit([&](auto&& message) { return receive(std::move(message), input.from); },
                            std::move(input.message));
}

void Core::take(const Work& input) {
  pending_ = input.pending;
  nothing_to_build_ = {};
}

void Core::take(const Ingress& input) { ingress_ = input.validator; }

void Core::take(const Linked& input) {
  sources_.linked(input.peer);
  chain_attempts_ = 0;
  chain_asked_ = std::min(chain_asked_, now_.ticks - options_.timing.request);
}

void Core::take(Built&& input) {
  if (!building_ || building_->view != input.view) return;  // Too late.
  const Building building = *building_;
  building_.reset();
  if (input.view != cur_ || !signs() || !safety_.may_notarize(cur_)) return;
  if (building.parent.view < final_.fin.view) return;  // Another block is final since.
  if (!input.block) {
    nothing_to_build_ = cur_;
    return;
  }
  check(extends(building.parent.link, *input.block) && input.block->proposer == *self_,
        "the block that was asked for");
  auto block = std::make_shared<const Block>(std::move(*input.block));
  tree_.insert(block, BlockTree::Execution::valid);
  propose_value({building.parent.view, block->height, block->hash}, block);
}

void Core::take(const Executed& input) {
  switch (input.verdict) {
    case BlockVerdict::valid:
      tree_.set_execution(input.block, BlockTree::Execution::valid);
      break;
    case BlockVerdict::invalid:
      tree_.set_execution(input.block, BlockTree::Execution::invalid);
      break;
    case BlockVerdict::wrong_body: {
      const auto source = tree_.source(input.block);
      // What the disk has under this name is no better.
      if (const BlockPtr* block = tree_.find(input.block)) {
        const RowName row = block_row((*block)->height, input.block);
        if (rows_.stored(row)) rows_.touch(row);
      }
      tree_.erase(input.block);
      if (source) distrust(*source);
      // R7, at once. It proves nothing to others: only the seal is signed.
      for (auto& [view, open] : views_) {
        const auto& proposal = open.proposal;
        if (proposal && proposal->value.block == input.block && proposal->signer == source)
          open.bad_proposal = true;
      }
      // Of the others at once.
      const auto request = block_requests_.find(input.block);
      if (request != block_requests_.end()) request->second.next = now_.ticks;
      break;
    }
  }
}

void Core::take(const Synced& input) {
  check(input.batch <= batch_, "a batch that was written");
  synced_ = std::max(synced_, input.batch);
}

void Core::evaluate() {
  wake_.reset();
  bool changed = true;
  while (changed) {
    changed = certify();
    changed |= commit();
    changed |= advance();
    changed |= rejoin();
    changed |= propose();
    changed |= notarize();
    changed |= finalize();
    changed |= nullify();
  }
  arm_deadline();
  retransmit();
  tell_certificates();
  tell_status();
}

Step Core::finish() {
  out_.rows = rows_.take([this](const RowName& row) { return row_value(row); });
  bool writes = !out_.rows.empty();
  for (const Effect& effect : out_.effects) writes |= std::holds_alternative<Commit>(effect);
  if (writes) ++batch_;
  out_.batch = batch_;
  for (Effect& effect : out_.effects) {
    if (auto* sent = std::get_if<Send>(&effect)) {
      sent->after_sync =
          carries_votes(*sent->message) && synced_ < batch_ && !mutated(Mutation::sent_before_sync);
    }
  }
  if (wake_) out_.next_tick = std::max(*wake_, now_.ticks + Millis{1});
  return std::exchange(out_, {});
}

std::optional<crypto::Bytes> Core::row_value(const RowName& row) const {
  if (row.table == RowName::Table::final) {
    FinalRow final = final_;
    if (ended_) final.fin = {final.fin.epoch + 1, {}, final.fin.height, final.fin.block};
    return crypto::encode(final);
  }
  if (row.table == RowName::Table::alarm) {
    return alarm_ ? std::optional(crypto::encode(*alarm_)) : std::nullopt;
  }
  if (ended_) return std::nullopt;
  if (row.table == RowName::Table::block && mutated(Mutation::body_not_durable)) {
    return std::nullopt;
  }
  if (row.table == RowName::Table::abstain) {
    if (safety_.abstain_through() <= final_.fin.view) return std::nullopt;
    return crypto::encode(safety_.abstain_through());
  }
  if (row.table == RowName::Table::votes) {
    const OwnVotes* votes = safety_.at({row.number});
    return votes ? std::optional(crypto::encode(*votes)) : std::nullopt;
  }
  if (row.table == RowName::Table::certificate) {
    const OpenView* open = open_view({row.number});
    if (!open || !open->certificate(row.kind)) return std::nullopt;
    return crypto::encode(*open->certificate(row.kind));
  }
  const BlockPtr* block = tree_.find(row.block);
  return block ? std::optional(crypto::encode(**block)) : std::nullopt;
}

void Core::raise(Alarm alarm) {
  if (alarm_) return;
  alarm_ = {alarm, options_.rules.epoch, cur_, now_.wall_clock_ms};
  rows_.touch(alarm_row());
  deadline_.reset();
  out_.effects.push_back(RaiseAlarm{alarm});
}

void Core::wake_at(Millis at) { wake_ = wake_ ? std::min(*wake_, at) : at; }

OpenView* Core::open_view(View view) {
  const auto found = views_.find(view);
  return found == views_.end() ? nullptr : &found->second;
}

const OpenView* Core::open_view(View view) const {
  const auto found = views_.find(view);
  return found == views_.end() ? nullptr : &found->second;
}

std::uint16_t Core::leader(View view) const {
  const std::uint64_t n = validators();
  return static_cast<std::uint16_t>((view.value % n + options_.rules.leader_offset % n) % n);
}

void Core::send(std::optional<PeerIndex> to, Message message) {
  // A validator alone has nobody to tell but followers, who need what is final.
  if (!to && validators() == 1 && carries_votes(message)) {
    const auto* certificate = std::get_if<Certificate>(&message);
    if (!certificate || certificate->kind != VoteKind::finalize) return;
  }
  out_.effects.push_back(Send{to, std::make_shared<const Message>(std::move(message)), true});
}

// To all but those validators.
void Core::send_to_others(const Holders& holders, Message message) {
  std::vector<PeerIndex> except;
  for (std::uint16_t index = 0; index < validators(); ++index) {
    if (holders.test(index)) except.push_back(index);
  }
  out_.effects.push_back(
      Send{{}, std::make_shared<const Message>(std::move(message)), true, std::move(except)});
}

// Every own vote is made here, recorded, counted, and told once it is durable.
void Core::cast(VoteKind kind, View view, const Value& value, bool tell) {
  check(signs(), "a validator that may sign");
  Vote vote{options_.rules.epoch, kind, view, value, *self_, {}};
  check(safety_.may_cast(vote), "a vote that the own votes allow");
  vote.signature = options_.sign(vote_message(options_.validators.network, vote));
  safety_.record(vote);
  rows_.touch(votes_row(view));
  if (!mutated(Mutation::entry_not_durable))
    rows_.touch_deferred();  // D2: what this vote stands on is durable with it.
  views_[view].votes.add(vote);
  to_certify_.insert(view);
  if (tell) send({}, std::move(vote));
}

// Asks for the execution that the path waits for. True if it is ready.
bool Core::execute_next(const Path& path) {
  if (path.state == Path::State::unexecuted) {
    tree_.set_execution(path.at, BlockTree::Execution::running);
    out_.effects.push_back(Execute{*tree_.find(path.at)});
  }
  return path.state == Path::State::ready;
}

// The way to the block that a certificate names. Its height is signed too: a block that is at
// another one is invalid there.
Path Core::path_of(const Certificate& certificate) const {
  const Value& value = certificate.value;
  Path path = tree_.path_to(value.block);
  if (path.state == Path::State::ready && tree_.link_of(value.block).height != value.height) {
    path.state = Path::State::invalid;
    path.at = value.block;
  }
  return path;
}

std::vector<Certificate> Core::certificates() const {
  std::vector<Certificate> certificates;
  for (const auto& [view, open] : views_) {
    for (const auto& certificate : open.certificates) {
      if (certificate) certificates.push_back(*certificate);
    }
  }
  return certificates;
}

View Core::newest_decided() const {
  View newest;
  for (const auto& [view, open] : views_) {
    if (open.decided()) newest = std::max(newest, view);
  }
  return newest;
}

ViewReport Core::report() const {
  ViewReport report{cur_, leader(cur_), {}, {}, deadline_, nullified_in_row_, pending_};
  const OpenView* open = open_view(cur_);
  if (!open) return report;
  if (open->proposal) report.proposed = open->proposal->value;
  for (const VoteKind kind : {VoteKind::notarize, VoteKind::finalize, VoteKind::nullify}) {
    for (const auto& [signer, vote] : open->votes.of(kind)) {
      report.signers[static_cast<std::size_t>(kind)].push_back(signer);
    }
  }
  return report;
}

Engine::Use Core::use() const {
  Engine::Use use{views_.size(), 0, tree_.size(), tree_.body_bytes()};
  for (const auto& [view, open] : views_) use.votes += open.votes.size();
  return use;
}

}  // namespace centime::consensus
