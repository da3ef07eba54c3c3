// The engine's state and rules; engine.h is the door.
//
// One class in several files, one for each group of rules: admit (R1, R2), tell (R12), advance
// (R3), propose (R4), notarize (R5), finalize (R6), nullify (R7, R9), commit (R8), retransmit
// (R10), status (R11), sync (what peers ask for), rejoin.
#pragma once

#include <bitset>
#include <deque>
#include <tuple>

#include "consensus/answer_gate.h"
#include "consensus/block_tree.h"
#include "consensus/engine.h"
#include "consensus/mutation.h"
#include "consensus/quorum.h"
#include "consensus/row_log.h"
#include "consensus/sources.h"
#include "consensus/view_votes.h"

namespace centime::consensus {

using Holders = std::bitset<validators_max>;

// Everything of one view above the last final one, own votes aside (safety.h).
struct OpenView {
  ViewVotes votes;
  std::array<std::optional<Certificate>, vote_kinds> certificates;  // N, F, L by vote kind.
  std::optional<Vote> proposal;                                     // The leader's first.
  bool equivocated = false;   // Its leader proposed two values.
  bool bad_proposal = false;  // R7: provably invalid, or its leader sent a wrong body.
  std::array<Holders, vote_kinds> told_by;  // Who told a certificate, by vote kind.

  Holders holders(VoteKind kind) const;

  std::optional<Certificate>& certificate(VoteKind kind) {
    return certificates[static_cast<std::size_t>(kind)];
  }
  const std::optional<Certificate>& certificate(VoteKind kind) const {
    return certificates[static_cast<std::size_t>(kind)];
  }
  // F or N, whose value is the same.
  const Certificate* decided() const {
    for (const VoteKind kind : {VoteKind::finalize, VoteKind::notarize}) {
      if (certificate(kind)) return &*certificate(kind);
    }
    return nullptr;
  }
};

class Core {
 public:
  Core(EngineOptions options, Durable durable);

  Step start(Now now);
  Step step(Now now, Input input);

  const Finalized& fin() const { return final_.fin; }
  View view() const { return cur_; }
  std::uint16_t leader(View view) const;
  ViewReport report() const;
  Status status(std::uint64_t wall_clock_ms) const;
  bool ended() const { return ended_; }
  bool observing() const { return !self_ || rejoining_; }
  View newest_decided() const;
  std::vector<Certificate> certificates() const;
  View abstains_through() const { return safety_.abstain_through(); }
  std::optional<Alarm> alarm() const {
    return alarm_ ? std::optional(alarm_->alarm) : std::nullopt;
  }
  Engine::Use use() const;
  bool holds(const crypto::Digest& block) const { return tree_.find(block) != nullptr; }
  bool may_build() const;

 private:
  using Refused = std::optional<Refusal>;

  // core.cpp: inputs, the fixpoint, the step's end.
  void take(Received&& input);
  void take(const Tick&) {}
  void take(const Work& input);
  void take(const Ingress& input);
  void take(const Linked& input);
  void take(Built&& input);
  void take(const Executed& input);
  void take(const Synced& input);
  void evaluate();
  Step finish();
  std::optional<crypto::Bytes> row_value(const RowName& row) const;
  void raise(Alarm alarm);
  void wake_at(Millis at);
  OpenView* open_view(View view);
  const OpenView* open_view(View view) const;
  bool signs() const { return self_ && !alarm_ && !ended_ && !rejoining_; }
  // From the current view, having lost its votes.
  bool abstains() const { return signs() && cur_ <= safety_.abstain_through(); }
  std::uint16_t validators() const {
    return static_cast<std::uint16_t>(options_.validators.keys.size());
  }
  std::size_t quorum_here() const {
    return quorum(validators()) - (mutated(Mutation::quorum_too_small) ? 1 : 0);
  }
  bool more_than_faulty(std::size_t votes) const { return votes > faulty_max(validators()); }

  // Effects.
  void send(std::optional<PeerIndex> to, Message message);
  void send_to_others(const Holders& holders, Message message);
  void cast(VoteKind kind, View view, const Value& value, bool tell = true);
  bool execute_next(const Path& path);
  Path path_of(const Certificate& certificate) const;

  // admit.cpp: R1, R2.
  Refused receive(Proposal&& proposal, PeerIndex from);
  Refused receive(Vote&& vote, PeerIndex from);
  Refused receive(Certificate&& certificate, PeerIndex from);
  Refused receive(Evidence&& evidence, PeerIndex from);
  Refused admit(const Certificate& certificate);
  bool holds(const Vote& vote) const;
  void observe(const Vote& vote);
  bool long_past(View view) const { return view.value + Engine::votes_kept_views < cur_.value; }
  bool accused_enough(std::uint16_t signer, View view) const;
  void report(const Evidence& evidence, Sin sin);
  Refused place(std::uint64_t epoch, PeerIndex from);
  bool certify();
  void learn(const Certificate& certificate);
  bool contradicts_known(const Certificate& certificate) const;

  // tell.cpp: R12.
  void tell(const Certificate& certificate);
  void tell_certificates();
  void note_holder(View view, VoteKind kind, PeerIndex peer);

  bool advance();  // R3.

  // propose.cpp: R4.
  struct Parent {
    View view;
    ParentLink link;
  };
  bool propose();
  std::optional<Parent> best_parent();
  bool has_room(const Parent& parent) const;
  bool may_lengthen(const ParentLink& parent) const;
  bool waits_for_flush() const;
  bool heart_beats() const;
  void propose_value(const Value& value, const BlockPtr& block);
  void propose_again(const Parent& parent);
  // The certificates by which a view may build on an earlier one. Nothing: some are not known.
  std::optional<std::vector<Certificate>> justify(View parent, View view) const;
  enum class Body { sent, left_out };
  void send_proposal(std::optional<PeerIndex> to, const Vote& vote, Body body);
  std::size_t room() const;
  void judge_room();

  // notarize.cpp: R5.
  enum class Judgement { good, wait, bad };
  bool notarize();
  Judgement judge(const Vote& proposal);
  Judgement judge_extension(const Vote& proposal, const ParentLink& parent);
  std::optional<ParentLink> justified_parent(View parent, View view);

  bool finalize();  // R6.
  void save_blocks(const Path& path);

  // nullify.cpp: R7, R9.
  bool nullify();
  bool leader_failed();
  bool leader_gave_up() const;
  std::optional<Millis> gives_way_at() const;
  void note_abstainer(std::uint16_t index, View through);
  std::optional<Millis> passes_at() const;
  void arm_deadline();
  bool work_to_do() const;
  bool knows_work() const;
  bool gave_up() const;
  bool open_notarization() const;
  bool heartbeat_due() const;
  Millis deadline_after() const;
  Millis flush_after() const;

  // commit.cpp: R8.
  bool commit();
  void commit(Certificate finalization, const Path& path);
  const Certificate* newest_finalization() const;
  std::vector<Certificate> justification_of(View view) const;
  void forget();
  void forget_far_ahead();
  bool is_far_ahead(const Certificate& decided) const;

  // retransmit.cpp: R10.
  void retransmit();
  void send_own_votes(std::optional<PeerIndex> to, View view);
  void send_entry(std::optional<PeerIndex> to);
  Millis retransmit_every() const;

  // status.cpp: R11.
  void tell_status();
  void send_status(std::optional<PeerIndex> to);
  Refused receive(Status&& status, PeerIndex from);
  void send_finalization(PeerIndex to);

  // sync.cpp.
  Refused receive(GetCertificates&& request, PeerIndex from);
  Refused receive(GetBlocks&& request, PeerIndex from);
  Refused receive(GetChain&& request, PeerIndex from);
  Refused receive(Blocks&& blocks, PeerIndex from);
  Refused receive(Chain&& chain, PeerIndex from);
  void request_certificates(std::vector<View> views);
  void request_block(const crypto::Digest& block, View view, std::uint64_t ancestors,
                     Millis patience);
  bool has_waited_for(const crypto::Digest& block, Millis patience);
  void request_chain();
  void request_missing(const Path& path, const Certificate& certificate);
  Millis patience() const;
  void distrust(PeerIndex peer);

  // rejoin.cpp.
  bool rejoin();
  std::vector<View> lost_certificates() const;

  struct BlockRequest {
    Millis next{};
    std::uint32_t attempts = 0;
    std::size_t turn = 0;        // Among those that may have it.
    std::uint8_t ancestors = 0;  // More than these are not taken from an answer.
    std::set<PeerIndex> asked;
  };
  struct Building {
    View view;
    Parent parent;
  };

  // Fixed.
  EngineOptions options_;
  std::optional<std::uint16_t> self_;

  // Durable, through rows_.
  FinalRow final_;
  Safety safety_;
  std::optional<RaisedAlarm> alarm_;
  RowLog rows_;

  // Volatile, and found again after a restart.
  BlockTree tree_;
  std::map<View, OpenView> views_;  // Above the final view.
  View cur_;
  std::set<View> to_certify_;
  struct Untold {
    View view;
    VoteKind kind{};
    Millis at{};
  };
  std::deque<Untold> untold_;  // Certificates that are to be told.
  Holders final_holders_;      // Of the last finalization.
  std::uint32_t pending_ = 0;
  std::optional<std::uint16_t> ingress_;
  // Validators whose view was given up here, and how many final blocks each has yet to lead to
  // before leaders give way to it again.
  std::map<std::uint16_t, std::uint32_t> failed_leaders_;
  struct Abstainer {
    View through;
    Millis heard_at{};
    std::uint32_t times = 0;
  };
  // Validators that said since the last final block that they lost their votes.
  std::map<std::uint16_t, Abstainer> abstainers_;
  std::optional<Building> building_;
  View nothing_to_build_;  // The view in which the caller had nothing.
  struct Sized {
    View view;
    std::size_t bytes = 0;
  };
  std::optional<Sized> last_body_;     // Proposed here, and what became of it is not judged yet.
  std::size_t room_ = body_bytes_max;  // As earlier bodies from here fared.
  bool ended_ = false;
  bool executing_final_ = false;  // Blocks that are certified as final are being executed.
  bool chain_wanted_ = false;     // Was to be asked for meanwhile.
  std::set<std::pair<std::uint16_t, View>> accused_;
  bool rejoining_ = false;
  std::map<PeerIndex, View> rejoin_views_;

  // Time. Nothing safety rests on.
  Now now_;
  Millis entered_at_{};
  std::optional<Millis> deadline_;
  std::uint64_t nullified_in_row_ = 0;
  std::uint64_t repeated_in_row_ = 0;  // Notarized views since one with a new block.
  Millis final_at_{};
  Millis retransmit_at_{};
  Millis status_at_{};
  Millis certificates_asked_{};
  Millis chain_asked_{};
  std::uint32_t chain_attempts_ = 0;  // Since a part of it came.
  std::set<PeerIndex> chain_asked_of_;
  std::map<crypto::Digest, BlockRequest> block_requests_;
  AnswerGate statuses_;      // What is answered to STATUS.
  AnswerGate certificates_;  // To GET_CERTS.
  AnswerGate blocks_;        // To GET_BLOCKS, by hash and by height.
  Sources sources_;          // Of what is final.

  // The step that is being made.
  Step out_;
  std::optional<Millis> wake_;
  std::uint64_t batch_ = 0;
  std::uint64_t synced_ = 0;
};

}  // namespace centime::consensus
