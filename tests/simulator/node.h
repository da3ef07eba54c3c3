// One run after another of a participant's node: the real engine on a payload and a disk.
//
// It does with the engine's steps what the running node does: writes rows and blocks in one batch,
// holds back what depends on them until they are synced, executes and builds blocks a little later,
// answers peers from the chain, and starts the next epoch's engine after a closing block. A liar is
// such a node whose messages pass through its Sinner.
#pragma once

#include <memory>
#include <optional>

#include "node/runtime/epoch_seat.h"
#include "tests/simulator/world.h"

namespace centime::simulator {

class Sinner;

class Node {
 public:
  // `instance`: 0, or 1 for the second of a twin.
  Node(World& world, std::size_t participant, std::size_t instance);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void start();
  void crash();
  // Its own votes are gone; it knows that, and rejoins. Requires that it is not running.
  void wipe();
  // All that it had is gone: it is started as a new node is. Requires that it is not running.
  void lose_disk();
  bool running() const { return engine_ != nullptr; }
  // Counts its runs, so that what was meant for an earlier one is dropped.
  std::uint64_t incarnation() const { return incarnation_; }

  // Require that it is running.
  void receive(std::size_t from, const consensus::Message& message);
  void submit(SubmissionId submission, bool tell);
  void offer_again();          // Tells peers some of what waits.
  void greet(std::size_t to);  // As whoever has a new link: tells where it is.

  std::size_t participant() const { return participant_; }
  std::size_t instance() const { return instance_; }
  Role role() const { return world_.scenario().roles[participant_]; }
  bool honest() const { return role() == Role::honest; }
  bool was_wiped() const { return was_wiped_; }
  // Requires running. It may vote in the current view.
  bool votes() const {
    return index() && !engine_->observing() && engine_->view() > engine_->abstains_through();
  }
  bool settled() const { return all_votes_known_; }  // It has all votes that it ever cast.
  const Disk& disk() const { return disk_; }
  const Payload& payload() const { return *payload_; }            // Requires running.
  const consensus::Engine& engine() const { return *engine_; }    // Requires running.
  const std::set<SubmissionId>& known() const { return known_; }  // Submissions, durable.
  std::uint64_t epoch() const { return epoch_; }
  std::size_t chain() const { return chain_.size(); }

  // For its Sinner.
  World& world() { return world_; }
  Random& random() { return random_; }
  const std::vector<std::size_t>& validators() const { return validators_; }
  // Among the validators; nothing for who signs nothing yet.
  std::optional<std::uint16_t> index() const {
    return seat_->silent() ? std::nullopt : seat_->index();
  }
  void sign(consensus::Vote& vote, std::uint64_t free_bytes);  // With its key.
  // Past the Sinner and the disk.
  void tell(std::size_t to, const MessagePtr& message);

 private:
  std::size_t participant_of(consensus::PeerIndex peer) const;
  consensus::PeerIndex peer_of(std::size_t participant) const;
  consensus::Now now() const;
  std::uint64_t wall_clock_ms() const;
  runtime::Past past() const;
  void enter_epoch();
  void start_engine();
  void settle_past();
  void follow_key();
  void step(consensus::Input input);
  void handle(const consensus::Step& step);
  void perform(const consensus::Step& step, const consensus::Effect& effect);
  void commit(const consensus::Commit& commit);
  void write(const consensus::Step& step);
  void synced(std::uint64_t batch);
  void account_for_synced(std::size_t batches);
  void send(const consensus::Send& send);
  void account_for(const consensus::Message& message);
  void serve(const consensus::ServeBlocks& request);
  void serve(const consensus::ServeChain& request);
  void serve(const consensus::ServeEpochEnd& request);
  void tell_work();
  void tell_ingress(const consensus::Block& newest);
  void tick_at(consensus::Millis ticks);
  void check_memory() const;
  void check_parents(const consensus::Step& step) const;
  // Calls it after the delay, in this run of this engine only.
  template <class Call>
  void later(Time delay, Call call) {
    world_.queue().after(delay, [this, run = engine_run_, call = std::move(call)]() mutable {
      if (run == engine_run_ && running()) call();
    });
  }

  World& world_;
  std::size_t participant_;
  std::size_t instance_;
  Random random_;
  std::int64_t drift_ppm_;
  std::int64_t wall_clock_off_ms_;
  std::int64_t tick_offset_ms_;
  std::unique_ptr<Sinner> sinner_;  // Of a liar.

  // What survives a crash.
  Disk disk_;
  std::set<SubmissionId> known_;
  bool all_votes_known_ = false;  // As the row of node/runtime/instance_guard.h says.
  bool votes_lost_ = false;
  bool was_wiped_ = false;
  std::uint64_t incarnation_ = 0;

  // One run.
  std::unique_ptr<consensus::Engine> engine_;
  std::uint64_t engine_run_ = 0;
  std::unique_ptr<Payload> payload_;
  std::vector<consensus::BlockPtr> chain_;  // Durable or about to be.
  std::uint64_t epoch_ = 0;
  std::vector<std::size_t> validators_;
  std::optional<runtime::EpochSeat> seat_;
  crypto::PublicKey key_;  // That it was started with, as the ledger has it.
  bool key_is_old_ = false;
  struct Final {
    consensus::Commit commit;
    std::size_t chain;  // Blocks after it.
    crypto::Digest state;
  };
  using Written = std::vector<Final>;
  Written committed_;             // By the step that is being handled.
  std::deque<Written> unsynced_;  // As on the disk.
  std::uint64_t synced_ = 0;
  Time disk_free_{0};
  struct Held {
    std::uint64_t batch;
    consensus::Send send;
  };
  std::deque<Held> held_;
  std::uint32_t told_work_ = 0;
  std::uint32_t offers_ = 0;
  std::optional<consensus::Millis> tick_at_;
  std::uint64_t tick_token_ = 0;
};

}  // namespace centime::simulator
