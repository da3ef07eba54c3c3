// One validator of several, or a member that follows them: engine, ledger, pool and store together.
//
//   inputs                                   what comes of them
//   received(peer, frame) ── messages ──┐
//   submit(submission) ──── pool ───────┼──> engine ──> rows and final blocks: one synced batch
//   turn() ──────────────── time ───────┘       └─────> frames to peers, blocks to execute or make
//
// Carries out the engine's steps exactly as consensus/step.h says: what a step writes is on the
// disk before any of its messages leaves. Nobody is answered before the block is final and durable
// here. No threads and no sockets of its own, so that tests can run many replicas in one thread.
// Source: docs/protocol.md, "Between members".
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/engine.h"
#include "crypto/ed25519.h"
#include "node/network/frame.h"
#include "node/runtime/checkpoint_shares.h"
#include "node/runtime/early_shares.h"
#include "node/runtime/epoch_seat.h"
#include "node/runtime/evidence_book.h"
#include "node/runtime/instance_guard.h"
#include "node/runtime/late_submissions.h"
#include "node/runtime/log_hook.h"
#include "node/runtime/mempool.h"
#include "node/runtime/open_blocks.h"
#include "node/runtime/own_keys.h"
#include "node/runtime/replica_report.h"
#include "node/runtime/waiting_requests.h"

namespace centime::runtime {

// A member as the replica's peer: the epoch's validators under their index among them, the others
// behind them.
struct ReplicaPeer {
  consensus::PeerIndex index = 0;
  std::size_t place = 0;  // Among all members, in the order in which they joined: never changes.
  ledger::MemberId member;
  crypto::PublicKey key;
  bool votes = false;
  bool suspended = false;
};

// The way to the other members. Frames may get lost; nothing here may call back.
class Peers {
 public:
  virtual ~Peers() = default;

  // Who they are from now on, this node aside: before anything else, and when members, keys or
  // validators have changed. A suspended member is among them: it may follow.
  virtual void set_peers(const std::vector<ReplicaPeer>& peers) = 0;

  // False if it is not sent, as there is no link or no room.
  virtual bool send(consensus::PeerIndex to, const network::Frame& frame) = 0;
  // The same to each of these, in their order. Who has many should share the frame's bytes.
  virtual std::vector<bool> send_to(const std::vector<consensus::PeerIndex>& to,
                                    const network::Frame& frame) {
    std::vector<bool> sent;
    for (const consensus::PeerIndex peer : to) sent.push_back(send(peer, frame));
    return sent;
  }
  virtual void send_all(const network::Frame& frame) = 0;
  // It sent what no honest node sends; the word says what.
  virtual void cut_off(consensus::PeerIndex peer, std::string word) = 0;
};

struct ReplicaOptions {
  ledger::MemberId self;
  OwnKeys::Earlier earlier_keys;
  consensus::Timing timing;
  Mempool::Limits pool;
  Past past = Past::known;
  // An epoch that is known to have come, of which the ledger here may know nothing yet: the links
  // have its validators' keys until it does.
  std::optional<ledger::EpochRecord> later;
  std::function<consensus::Now()> clock;  // Empty: the machine's.

  // Called before the first vote of a validator whose past was not known: it is now.
  std::function<void()> past_known;
  // Called when the ledger has this key for this member, and it is not the one that the node holds.
  std::function<void(const crypto::PublicKey&)> key_changed;
  // Called on the strand. A new final block; and one whose checkpoint a quorum has signed.
  std::function<void(std::shared_ptr<const Published>)> published;
  std::function<void(std::shared_ptr<const Published>)> certified;
  LogHook log;
};

class Replica {
 public:
  // All must outlive the replica. Requires the state that the store holds (read_durable).
  Replica(ReplicaOptions options, const ledger::Genesis& genesis, const crypto::SecretKey& key,
          storage::Store& store, Peers& peers, consensus::Durable durable);
  ~Replica();

  // Once, before anything else.
  void start();

  void connected(consensus::PeerIndex peer);
  void disconnected(consensus::PeerIndex peer);
  void received(consensus::PeerIndex from, const network::Frame& frame);

  // Answers once: when the submission is final here, refused, or there is no room.
  void submit(ledger::CheckedSubmission submission, SubmitCallback done, Way way = {});

  // To be called after inputs, and when the time that it gave has come: how long to sleep at most.
  std::chrono::milliseconds turn();

  // Answers all that wait with `stopping`. Nothing may be called afterwards.
  void stop();

  const consensus::Finalized& fin() const { return engine_->fin(); }
  MempoolCounts counts() const { return pool_.counts(); }
  std::size_t waiting() const { return pool_.waiting().size(); }
  std::uint64_t blocks() const { return blocks_; }
  ReplicaReport report() const;

 private:
  // replica.cpp: inputs, the engine's steps, what they ask for.
  void input(consensus::Input input);
  void take_message(consensus::PeerIndex from, const network::Frame& frame);
  // It sent what no honest node sends: counted, and cut off.
  void cut_off(consensus::PeerIndex from, std::string_view word);
  void learn_status(consensus::PeerIndex from, const consensus::Status& status);
  void perform(consensus::Step step);
  void write(const consensus::Step& step);
  void after_commit();
  void show_head();
  void carry_out(consensus::Effect&& effect);
  void say_refused(const consensus::Block& block);
  void keep(const consensus::Report& report);
  void say(LogLevel level, std::string_view line) const;

  // replica_epoch.cpp: who the others are, the engine, and when it may sign.
  void enter_epoch(const consensus::Durable& durable);
  void begin_epoch();
  std::unique_ptr<consensus::Engine> make_engine(consensus::Durable durable);
  void tell_peers();
  void add_introduced();
  const ReplicaPeer* find_peer(consensus::PeerIndex peer) const;
  const ledger::MemberId* member_of(consensus::PeerIndex peer) const;
  bool is_validator(consensus::PeerIndex peer) const;
  std::size_t validators() const { return epoch_->validators.items.size(); }
  const ledger::MemberId& validator(std::size_t index) const {
    return epoch_->validators.items[index].member;
  }
  void tell_again();
  void end_silence();
  void say_rejoins(std::string_view why) const;

  // replica_alone.cpp: the only validator, whose store may be older than what it signed.
  bool is_only_validator() const;
  bool is_further(const consensus::Status& status) const;
  bool has_what_followers_have();
  void say_that_it_asks() const;

  // replica_submissions.cpp: what is told here, sent by others, and handed on.
  void take_submission(consensus::PeerIndex from, const network::Frame& frame);
  void add_late(const ReplicaPeer& from, std::size_t bytes);
  void spread(Waiting& item);
  void keep_back(Waiting& item);
  void spread_kept_back();
  void offer_anew();
  void offer_again();
  void tell_work();
  void tell_ingress();

  // replica_checkpoints.cpp: its signatures under checkpoints, and the others'.
  std::string sign_head(const storage::Snapshot& snapshot) const;
  void share_checkpoint();
  void sign_shares();
  void sign_share_of(const storage::Head& head);
  CheckpointShares& shares_of(const storage::Head& head);
  void take_share(consensus::PeerIndex from, const network::Frame& frame);
  void take_passed(consensus::PeerIndex from, const network::Frame& frame);
  // False: it is not that member's signature. `by`: who brought it.
  bool add_share(const ledger::MemberId& by, const ledger::MemberId& member,
                 const CheckpointShare& share);
  bool count_share(const ledger::MemberId& member, const CheckpointShare& share);
  void add_early_shares(std::uint64_t size);
  void say_other_logs(CheckpointShares& shares);
  void take_certified();
  void pass_on(const CheckpointShares::Certified& certified, const ledger::EpochRecord& epoch);
  void give_again(consensus::PeerIndex to, const consensus::Status& status);

  // replica_serve.cpp: blocks for others.
  void take_request(WaitingRequests::Request request);
  void serve_next();
  void send_served(consensus::PeerIndex to, const consensus::Message& answer);
  void serve(const consensus::ServeBlocks& request);
  void serve(const consensus::ServeChain& request);
  void serve(const consensus::ServeEpochEnd& request);

  // replica_standing.cpp: how it stands, for people.
  bool may_vote() const;
  bool counts_as_away() const;
  void say_whether_it_counts();
  std::optional<std::chrono::milliseconds> stuck() const;
  void say_stuck();
  void look_for_overdue(const OpenBlock& block);
  void say_overdue();

  ReplicaOptions options_;
  const ledger::Genesis& genesis_;
  const ledger::NetworkId network_;
  const crypto::SecretKey& key_;
  const OwnKeys keys_;  // That one, and those before it.
  storage::Store& store_;
  Peers& peers_;

  std::shared_ptr<const ledger::EpochRecord> epoch_;      // Of the block that comes next.
  std::shared_ptr<const ledger::Governance> governance_;  // That the peers were told of.
  std::vector<ReplicaPeer> members_;                      // Told as peers.
  std::set<ledger::MemberId> connected_;
  // What those that are connected told last, of whatever epoch.
  std::map<ledger::MemberId, consensus::Status> told_;

  Mempool pool_;
  LateSubmissions late_;
  std::map<ledger::MemberId, std::chrono::milliseconds> said_late_;  // When, of whom.
  OpenBlocks open_;
  std::optional<CheckpointShares> shares_;
  // Of the epoch before, until something newer is certified: its closing block is its last.
  std::optional<CheckpointShares> ending_shares_;
  std::uint64_t ending_size_ = 0;
  EarlyShares early_shares_;
  EvidenceBook evidence_;
  std::shared_ptr<const Published> head_;  // The store's.
  // Signatures under a checkpoint as others are sent them.
  struct GivenShares {
    network::Frame frame;
    std::uint64_t height = 0;          // Of the block.
    std::set<ledger::MemberId> again;  // Who got them once more, having come to the block.
  };
  std::optional<GivenShares> own_share_;  // Of the newest block that was shared.
  std::optional<GivenShares> passed_;     // A quorum's, of the newest block that has one.
  // Whose checkpoints are to be shared, oldest first, and when.
  std::vector<std::shared_ptr<const Published>> to_share_;
  std::chrono::milliseconds share_at_{};
  std::atomic<bool> halted_ = false;  // By an alarm. Read by whoever asks for a checkpoint too.
  bool epoch_over_ = false;           // The engine's last block is final and written.

  EpochSeat seat_;
  bool said_away_ = false;  // In the log, and not yet that it votes again.
  // While this node is the only validator: what those who follow told.
  std::map<consensus::PeerIndex, consensus::Status> followers_;
  std::pair<consensus::BlockHeight, std::size_t> followers_news_;  // How far it is, how many told.
  std::chrono::milliseconds followers_news_at_{};
  consensus::View asked_from_{};  // The engine's view before anybody had told.
  std::unique_ptr<consensus::Engine> engine_;
  std::deque<consensus::Input> inputs_;
  consensus::Now now_;
  std::optional<std::chrono::milliseconds> tick_at_;
  std::chrono::milliseconds offer_at_{};
  std::chrono::milliseconds offered_at_{};  // The last round.
  std::vector<SubmissionId> kept_back_;     // Told here, for the block that is made in this turn.
  std::optional<std::uint32_t> told_pending_;
  bool new_work_ = false;                        // Something waits that the engine was not told of.
  std::optional<ledger::MemberId> last_author_;  // Of what became final since the start.
  std::optional<std::uint16_t> told_ingress_;

  WaitingRequests requests_;  // For blocks.
  // Who was sent blocks gets no more before this time.
  std::map<consensus::PeerIndex, std::chrono::milliseconds> served_until_;
  std::vector<PeerReport> seen_;                       // By validator.
  std::map<std::string_view, std::uint64_t> refused_;  // What peers sent, by word.
  std::uint64_t blocks_ = 0;
  consensus::View view_;
  std::chrono::milliseconds view_since_{};
  std::chrono::milliseconds said_stuck_{};
  std::chrono::milliseconds waits_since_{};  // Anything at all.
  crypto::Digest said_refused_;              // The block that did not give what it states.
  std::deque<ledger::MemberId> proposers_;   // Of the newest blocks that left something out.
  std::optional<std::chrono::milliseconds> said_overdue_;
};

}  // namespace centime::runtime
