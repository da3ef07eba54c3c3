// The engine between members that say anything and a node that does anything it may.
//
// The input bytes choose each message, tick, answer, sync and restart. After each step: what was
// signed contradicts nothing signed before, what left was on the disk first, certificates and final
// blocks hold by this file's own arithmetic, memory keeps to its bounds, and the rows can be read
// again. The whole run is done twice and must give the same steps. More than f members may lie
// here, so alarms and forks of what they certify are allowed; a crash, or a lie of the engine's
// own, never is.
#include <algorithm>
#include <cstring>
#include <deque>

#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/step_members.h"
#include "tests/simulator/quorums.h"
#include "tests/simulator/signatures.h"

using namespace centime;
using namespace centime::consensus;
using crypto::check;
using fuzz::Choices;

namespace {

constexpr std::size_t inputs_max = 400;

// What one validator signed in one view, by the rules' plainest reading.
struct Said {
  std::optional<Value> notarized;
  std::optional<Value> finalized;
  bool nullified = false;

  void add(VoteKind kind, const Value& value) {
    const auto other = [&](const std::optional<Value>& said) { return said && *said != value; };
    if (kind == VoteKind::nullify) {
      check(!finalized, "no NULLIFY after FINALIZE");
      nullified = true;
    } else if (kind == VoteKind::notarize) {
      check(!other(notarized) && !other(finalized), "one NOTARIZE in a view");
      notarized = value;
    } else {
      check(!nullified, "no FINALIZE after NULLIFY");
      check(!other(notarized) && !other(finalized), "FINALIZE only what was notarized");
      finalized = value;
    }
  }
};
using SaidByView = std::map<std::pair<std::uint64_t, std::uint64_t>, Said>;

// What a node is to the engine: disk, payload, clock.
class StepRun {
 public:
  explicit StepRun(crypto::BytesView input)
      : choices_(input),
        validators_(choices_.pick<std::size_t>({4, 1, 2, 3, 4, 5, 7, 4})),
        self_(draw_self()),
        members_(validators_, self_) {
    disk_.insert(first_row({{0, {}, {}, fuzz::genesis()->hash}, 1'000, {}}));
    chain_.push_back(fuzz::genesis());
    start(false);
  }

  // The sum of all steps.
  crypto::Digest run() {
    for (std::size_t left = inputs_max; left > 0 && !choices_.done(); --left) next_input();
    return crypto::sha256(trace_);
  }

 private:
  struct Batch {
    std::uint64_t number;
    std::vector<Row> rows;
    std::vector<BlockPtr> blocks;
  };
  struct Held {
    std::uint64_t batch;
    Send send;
  };
  using Rows = std::map<crypto::Bytes, crypto::Bytes>;

  std::optional<std::uint16_t> draw_self() {
    const std::size_t self = choices_.byte();
    if (self >= 0xf0) return std::nullopt;
    return static_cast<std::uint16_t>(self % validators_);
  }

  Now now() const { return {Millis{ticks_}, 1'000'000 + static_cast<std::uint64_t>(ticks_)}; }

  void next_input() {
    const std::uint8_t what = choices_.byte();
    switch (what % 16) {
      default: {
        const StepMembers::Place place{engine_->fin().epoch, engine_->view(), engine_->fin(),
                                       now().wall_clock_ms};
        if (auto message = members_.next(choices_, place)) step(std::move(*message), true);
        return;
      }
      case 8:
        ticks_ += choices_.pick({0, 1, 60, 300, 700, 1'500, 5'000, 12'000});
        return step(Tick{});
      case 9: {
        const std::uint8_t byte = choices_.byte();
        if (byte >= 0xc0) return step(Linked{static_cast<PeerIndex>(byte % 8U)});
        return step(Work{byte % 4U});
      }
      case 10:
      case 11:
        return execute();
      case 12:
        return build();
      case 13:
      case 14:
        return sync(1 + choices_.below(4));
      case 15:
        return what < 0xb0 ? sync(waiting_.size()) : restart();
    }
  }

  void execute() {
    if (to_execute_.empty()) return;
    const std::size_t at = choices_.below(to_execute_.size());
    const BlockPtr block = to_execute_[at];
    to_execute_.erase(to_execute_.begin() + static_cast<std::ptrdiff_t>(at));
    step(Executed{block->hash, fuzz::verdict_on(*block)});
  }

  void build() {
    if (!to_build_) return;
    const Build order = *std::exchange(to_build_, std::nullopt);
    const std::uint8_t how = choices_.byte();
    if (how >= 0xe0) return step(Built{order.view, std::nullopt});
    Block block{{},
                order.height,
                order.parent,
                how >= 0xd0,
                self_.value_or(0),
                std::max(now().wall_clock_ms, order.earliest_ms),
                {{static_cast<std::uint8_t>(how & 0x3fU), 0}}};
    block.hash = fuzz::hash_of(block);
    members_.made(std::make_shared<const Block>(block));
    step(Built{order.view, std::move(block)});
  }

  void sync(std::size_t batches) {
    const std::size_t count = std::min(batches, waiting_.size());
    if (count == 0) return;
    const std::uint64_t last = waiting_[count - 1].number;
    keep(count);
    while (!held_.empty() && held_.front().batch <= last) {
      release(held_.front().send);
      held_.pop_front();
    }
    if (engine_->ended() && waiting_.empty()) return start(false);  // In the next epoch.
    step(Synced{last});
  }

  // Loses what was not synced, of which some is on the disk already.
  void restart() {
    keep(choices_.below(waiting_.size() + 1));
    waiting_.clear();
    const bool wiped = self_ && choices_.byte() >= 0xe0;
    if (wiped) {
      // Whoever lost its votes rests on what honest members say, and here they lie.
      std::erase_if(disk_, [](const auto& row) { return row.first != final_key(); });
      said_.clear();
      wiped_ = true;
    }
    start(wiped);
  }

  void keep(std::size_t batches) {
    for (; batches > 0; --batches) {
      apply(waiting_.front().rows, disk_);
      for (BlockPtr& block : waiting_.front().blocks) chain_.push_back(std::move(block));
      waiting_.pop_front();
    }
  }

  static void apply(const std::vector<Row>& rows, Rows& disk) {
    for (const Row& row : rows) {
      if (row.second.empty()) {
        check(disk.erase(row.first) == 1, "only what is there is deleted");
      } else {
        disk[row.first] = row.second;
      }
    }
  }

  static Durable read(const Rows& disk) {
    const std::vector<Row> rows(disk.begin(), disk.end());
    auto durable = read_rows(rows);
    check(durable.has_value(), "rows that the engine wrote can be read");
    return std::move(*durable);
  }

  void start(bool rejoin) {
    engine_.reset();
    held_.clear();
    to_execute_.clear();
    to_build_.reset();
    Durable durable = read(disk_);
    check(durable.final.fin.block == chain_.back()->hash, "the final row is the chain's end");
    if (durable.final.fin.epoch != epoch_) members_.forget();
    epoch_ = durable.final.fin.epoch;
    signed_ = said_;
    for (const auto& [view, votes] : durable.votes) {
      for (const auto& vote : {votes.notarized, votes.finalized, votes.nullified}) {
        if (vote) signed_[{epoch_, view.value}].add(vote->kind, vote->value);
      }
    }
    tip_ = chain_.back();
    tip_view_ = durable.final.fin.view;
    closed_ = false;
    written_ = disk_;
    view_ = {};
    batch_ = 0;
    engine_ = std::make_unique<Engine>(options(rejoin), std::move(durable));
    check(engine_->halted() == disk_.contains(alarm_key()), "a restart keeps an alarm");
    take(engine_->start(now()), false);
  }

  EngineOptions options(bool rejoin) {
    EngineOptions options;
    options.validators.network = simulator::network();
    for (std::size_t i = 0; i < validators_; ++i) {
      options.validators.keys.push_back(simulator::key_of(i));
    }
    options.rules.epoch = epoch_;
    options.self = self_;
    options.rejoin = rejoin;
    options.timing.heartbeat = Millis{validators_ == 5 ? 20'000 : 0};
    options.verify = simulator::verify;
    options.block_matches = [](const Block& block) { return fuzz::hash_of(block) == block.hash; };
    if (self_) {
      options.sign = [this](crypto::BytesView message) {
        note_signed(message);
        return simulator::sign(simulator::key_of(*self_), message, ++signatures_);
      };
    }
    return options;
  }

  // Reads a vote's bytes as docs/protocol.md lays them out.
  void note_signed(crypto::BytesView message) {
    check(!engine_->halted() && !engine_->ended() && !engine_->observing(), "it may sign");
    check(message.size() == 67 || message.size() == 115, "a vote's length");
    const auto number = [&](std::size_t at) {
      std::uint64_t value = 0;
      for (std::size_t i = at; i < at + 8; ++i) value = value << 8 | message[i];
      return value;
    };
    check(number(50) == epoch_, "a vote of this epoch");
    const auto kind = static_cast<VoteKind>(message[58]);
    check((kind == VoteKind::nullify) == (message.size() == 67), "a NULLIFY has no value");
    Value value;
    if (kind != VoteKind::nullify) {
      value = {{number(67)}, {number(75)}, {}};
      std::memcpy(value.block.bytes.data(), message.data() + 83, 32);
    }
    signed_[{epoch_, number(59)}].add(kind, value);
  }

  void step(Input input, bool message = false) {
    take(engine_->step(now(), std::move(input)), message);
  }

  void take(Step step, bool message) {
    check(message || !step.refused, "only messages are refused");
    check(!step.next_tick || step.next_tick->count() > ticks_, "the next tick is to come");
    note(step);
    Batch batch{step.batch, step.rows, {}};
    bool writes = !step.rows.empty();
    check(std::ranges::is_sorted(step.rows, std::less<>{}, &Row::first), "rows ascend");
    for (Effect& effect : step.effects) {
      if (const auto* final = std::get_if<Commit>(&effect)) {
        commit(*final, batch.blocks);
        writes = true;
      }
    }
    check(step.batch == batch_ + (writes ? 1 : 0), "batches are counted");
    batch_ = step.batch;
    if (writes) {
      apply(batch.rows, written_);
      // Each time is too slow for the many views of a long input.
      if (written_.size() < 32 || step.batch % 16 == 0) read(written_);
      waiting_.push_back(std::move(batch));
    }
    for (Effect& effect : step.effects) perform(step.batch, effect);
    check_place();
  }

  void perform(std::uint64_t batch, Effect& effect) {
    if (auto* send = std::get_if<Send>(&effect)) {
      const crypto::Bytes bytes = encode_message(*send->message);
      const auto again = decode_message(bytes);
      check(again && encode_message(*again) == bytes, "what is sent can be read");
      if (send->after_sync) {
        held_.push_back({batch, std::move(*send)});
      } else {
        release(*send);
      }
    } else if (auto* asked = std::get_if<Execute>(&effect)) {
      to_execute_.push_back(asked->block);
    } else if (auto* order = std::get_if<Build>(&effect)) {
      check(self_ && members_.leader(order->view) == *self_, "only a leader builds");
      to_build_ = *order;
    } else if (const auto* report = std::get_if<Report>(&effect)) {
      judge(report->evidence);
    } else if (std::holds_alternative<RaiseAlarm>(effect)) {
      alarmed_ = true;
    }
  }

  // What leaves now is on the disk, if it is the engine's own word.
  void release(const Send& send) {
    if (const auto* own = std::get_if<Vote>(send.message.get())) said(*own, true);
    if (const auto* own = std::get_if<Proposal>(send.message.get())) said(own->vote, true);
    if (const auto* by = std::get_if<Certificate>(send.message.get())) {
      for (std::size_t i = 0; i < by->signatures.items.size(); ++i) said(by->vote(i), false);
    }
  }

  void said(const Vote& vote, bool alone) {
    if (!self_ || vote.signer != *self_ || StepMembers::forged(vote.signature)) {
      check(!alone || (self_ && vote.signer == *self_), "it votes for itself only");
      return;
    }
    if (wiped_ && !alone) return;
    check(simulator::verify_signed(vote, simulator::key_of(*self_)), "its signatures hold");
    said_[{vote.epoch, vote.view.value}].add(vote.kind, vote.value);
    members_.heard(vote);
    const auto final = crypto::decode<FinalRow>(disk_.at(final_key()));
    check(final.has_value(), "the final row can be read");
    const Finalized& fin = final->fin;
    if (std::pair(fin.epoch, fin.view) >= std::pair(vote.epoch, vote.view)) return;
    const auto row = disk_.find(votes_key(vote.epoch, vote.view));
    check(row != disk_.end() && !std::ranges::search(row->second, vote.signature.bytes).empty(),
          "a vote that leaves is on the disk");
    // Where quorums contradict each other, a block may be dropped that is on no final chain.
    if (vote.kind == VoteKind::nullify || alarmed_) return;
    const bool stored =
        disk_.contains(block_key(vote.epoch, vote.value.height, vote.value.block)) ||
        std::ranges::count(chain_, vote.value.block, &Block::hash) > 0;
    check(stored, "so is the block that it is for");
  }

  void commit(const Commit& commit, std::vector<BlockPtr>& blocks) {
    const Certificate& by = commit.finalization;
    std::set<std::uint16_t> signers;
    for (std::size_t i = 0; i < by.signatures.items.size(); ++i) {
      const Vote vote = by.vote(i);
      check(vote.signer < validators_ &&
                simulator::verify_signed(vote, simulator::key_of(vote.signer)),
            "every signature of a finalization holds");
      signers.insert(vote.signer);
    }
    check(by.kind == VoteKind::finalize && by.epoch == epoch_ && by.view > tip_view_ &&
              signers.size() >= simulator::quorum_of(validators_),
          "a quorum has finalized a later view");
    for (const BlockPtr& block : commit.blocks) {
      check(block->parent == tip_->hash && block->height.value == tip_->height.value + 1,
            "final blocks make a chain");
      check(block->timestamp_ms > tip_->timestamp_ms && !closed_, "as its rules say");
      check(fuzz::verdict_on(*block) == BlockVerdict::valid, "of valid blocks");
      tip_ = block;
      closed_ = block->closing;
      blocks.push_back(block);
    }
    check(by.value.block == tip_->hash && by.value.height == tip_->height, "up to the final one");
    tip_view_ = by.view;
    check(commit.fin == Finalized{epoch_, by.view, tip_->height, tip_->hash} &&
              commit.closing == closed_,
          "and says so");
  }

  // The accused signed both, and they are what no honest one signs.
  void judge(const Evidence& evidence) {
    const Vote& a = evidence.first;
    const Vote& b = evidence.second;
    check(a.signer < validators_ && a.signer == b.signer && a.view == b.view && a.epoch == b.epoch,
          "evidence is of one signer and view");
    for (const Vote& vote : {a, b}) {
      check(simulator::verify_signed(vote, simulator::key_of(a.signer)), "who signed both");
    }
    const bool nullify = a.kind == VoteKind::nullify || b.kind == VoteKind::nullify;
    const bool finalize = a.kind == VoteKind::finalize || b.kind == VoteKind::finalize;
    check(nullify ? finalize && a.kind != b.kind : a.value != b.value, "and contradicts itself");
    if (!self_ || a.signer != *self_) return;
    check(StepMembers::forged(a.signature) || StepMembers::forged(b.signature) || wiped_,
          "the engine's own word proves nothing against it");
  }

  void check_place() {
    const Finalized& fin = engine_->fin();
    check(fin.block == tip_->hash && fin.view == tip_view_, "the engine knows what is final");
    check(engine_->view() > fin.view && engine_->view() >= view_, "views only grow");
    view_ = engine_->view();
    const Engine::Use use = engine_->use();
    const std::uint64_t open = view_.value - fin.view.value;
    const std::uint64_t views = open + Engine::views_ahead_max + 1;
    check(use.views <= views, "views are bounded");
    check(use.votes <= views * validators_ * vote_kinds, "votes are bounded");
    check(use.blocks <= 2 * open + sent_blocks_max * (validators_ + 2), "blocks are bounded");
  }

  void note(const Step& step) {
    crypto::encode_to(step.batch, trace_);
    for (const Row& row : step.rows) {
      trace_.insert(trace_.end(), row.first.begin(), row.first.end());
      trace_.insert(trace_.end(), row.second.begin(), row.second.end());
    }
    for (const Effect& effect : step.effects) {
      trace_.push_back(static_cast<std::uint8_t>(effect.index()));
      const auto* send = std::get_if<Send>(&effect);
      if (send == nullptr) continue;
      trace_.push_back(send->after_sync ? 1 : 0);
      crypto::encode_to(send->to.value_or(UINT16_MAX), trace_);
      crypto::encode_to(*send->message, trace_);
    }
    trace_.push_back(step.refused ? static_cast<std::uint8_t>(*step.refused) : 0xff);
    crypto::encode_to(static_cast<std::uint64_t>(step.next_tick.value_or(Millis{0}).count()),
                      trace_);
    if (trace_.size() < 1U << 16) return;
    const crypto::Digest sum = crypto::sha256(trace_);
    trace_.assign(sum.bytes.begin(), sum.bytes.end());
  }

  using StepMembers = fuzz::StepMembers;

  Choices choices_;
  std::size_t validators_;
  std::optional<std::uint16_t> self_;
  StepMembers members_;

  // Survives restarts.
  std::int64_t ticks_ = 1'000;
  std::uint64_t epoch_ = 0;
  Rows disk_;                    // Synced.
  std::vector<BlockPtr> chain_;  // Synced.
  SaidByView said_;              // What has left.
  bool wiped_ = false;
  bool alarmed_ = false;
  std::uint64_t signatures_ = 0;
  crypto::Bytes trace_;

  // One run of the engine.
  std::unique_ptr<Engine> engine_;
  std::deque<Batch> waiting_;  // Written, not synced.
  Rows written_;               // As the disk will be when all is synced.
  SaidByView signed_;
  std::deque<Held> held_;
  std::vector<BlockPtr> to_execute_;
  std::optional<Build> to_build_;
  BlockPtr tip_;
  View tip_view_;
  bool closed_ = false;  // The tip ends the epoch.
  View view_;
  std::uint64_t batch_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const crypto::BytesView input{data, size};
  check(StepRun(input).run() == StepRun(input).run(), "the same inputs give the same steps");
  return 0;
}
