// Agreement on blocks as a pure state machine: (state, input) -> rows, effects.
//
// Simplex (Chan and Pass, 2023) for 1 to 50 validators of one epoch; a network of one runs the same
// rules. No I/O, clock, threads or randomness: the same inputs give the same steps, byte for byte.
// Not thread-safe; one engine at a time may hold a validator's key. n validators, of which f =
// (n - 1) / 3 may lie; q = (n + f) / 2 + 1 votes make a certificate.
//
// After every input these are evaluated until nothing changes:
//   R1   admit       count a vote once per signer, kind and view; contradictions are evidence
//   R2   certify     q votes: notarization N, finalization F, nullification L; told once
//   R3   advance     the view after the highest that has a certificate; no body is needed for that
//   R4   propose     as leader: on the newest notarized view below which all others are nullified
//   R5   notarize    the leader's first proposal, justified, executed and durable
//   R6   finalize    any view with N that this validator did not nullify, body durable
//   R7   nullify     the current view, unless finalized: deadline, invalid proposal, leader gave up
//                    or has nothing to do and gives way (D6); at rest also for a validator that
//                    lost its votes (D7)
//   R8   commit      F and all ancestors: oldest first, in one batch; forget the views below
//   R9   deadline    armed only while there is work, growing with views nullified in a row
//   R10  retransmit  own votes, the certificates of entry, the own proposal without its body
//   R11  status      tell who is behind what it lacks; ask who is ahead
//   R12  forward     a certificate is told once, soon after it was learnt, to those who have not
//                    shown that they have it; after that by R10 and R11 only
//
// Deviations from the paper:
//   D1  a proposal carries the certificates that justify it: the parent's, and a nullification for
//       every view between
//   D2  the body is durable before NOTARIZE, and with the first vote of a view the certificates by
//       which it was entered
//   D3  deadlines run only while there is work, and stop when it vanishes
//   D4  instead of empty blocks the parent is proposed again, unchanged
//   D5  never FINALIZE b after NOTARIZE of another b' in that view: every fork has names
//   D6  a leader with nothing to do gives its view up for the one whose members submit, so that
//       the next submission need not be sent to a leader first (docs/decisions/0018)
//   D7  views are passed at rest for a validator that lost its votes, which abstains from what it
//       may have voted in and would be as good as away until others had work
//
// Safety rests on safety.h alone. Everything else decides only whether the network moves.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/step.h"

namespace centime::consensus {

// How a node waits. May differ between validators.
struct Timing {
  Millis deadline_base{1'500};  // Of a view: three message delays, execution and syncs.
  Millis deadline_max{12'000};  // R9: grows by half with each view nullified, up to this.
  Millis flush{250};            // R4: a notarized block waits so long for another on top of it.
  Millis give_way{250};         // R7: after a final block, until an idle leader does. 0: never.
  Millis tell{10};      // R12: of a certificate; meanwhile others may show that they have it.
  Millis request{300};  // Before what is missing is asked for again, the first time.
  Millis status_busy{1'000};
  Millis status_idle{5'000};
  Millis status_answer_min{200};  // R11: between two answers to one peer.
  Millis serve_min{100};    // Between two answers to one peer's requests, after the first few.
  Millis distrust{10'000};  // Nothing is asked so long of who sent a wrong body.
  Millis heartbeat{0};      // 0: never. Else the last block is finalized anew this often.
};

// What every validator of the epoch must share.
struct Rules {
  std::uint64_t epoch = 0;
  std::uint64_t leader_offset = 0;            // leader(v) = validators[(v + leader_offset) mod n]
  std::uint64_t timestamp_ahead_ms = 10'000;  // R5 waits for blocks from further in the future.
};

struct EngineOptions {
  ValidatorSet validators;
  Rules rules;
  std::optional<std::uint16_t>
      self;  // Index of the own key; nothing: a follower, which never votes.
  Timing timing;

  // The own votes are gone or came from a backup: sign nothing until q other validators have told
  // and proven where they are, and then abstain from every view that may have been voted in.
  bool rejoin = false;

  std::function<crypto::Signature(crypto::BytesView)> sign;  // Required with `self`.
  std::function<bool(const crypto::PublicKey&, crypto::BytesView, const crypto::Signature&)>
      verify = crypto::verify;
  // True if the block's hash and fields are those that its body states. Pure. What needs the parent
  // is left to Execute.
  std::function<bool(const Block&)> block_matches;
};

// For people: why is it not moving?
struct ViewReport {
  View view;
  std::uint16_t leader = 0;
  std::optional<Value> proposed;
  // Signers of the current view, by kind.
  std::array<std::vector<std::uint16_t>, vote_kinds> signers;
  std::optional<Millis> deadline;
  std::uint64_t views_nullified = 0;  // In a row, before this one.
  std::uint32_t pending = 0;
};

class Core;

class Engine {
 public:
  // Votes ahead of the current view that are let in.
  static constexpr std::uint64_t views_ahead_max = 64;
  // Proposals ahead of it that are kept.
  static constexpr std::uint64_t proposals_ahead_max = 8;
  // A leader proposes its parent again instead of a longer chain of blocks that are not final.
  static constexpr std::size_t open_blocks_max = 16;
  // Nor one whose bodies are longer than this. With one more body they make what a Chain holds: who
  // catches up gets blocks that became final together in one piece.
  static constexpr std::size_t open_bytes_max = std::size_t{7} << 20;
  // Bodies held that are not final: above this a leader makes the last final block final again,
  // which clears them away; above twice this nothing new is notarized.
  static constexpr std::size_t held_bytes_max = std::size_t{64} << 20;
  // Bodies that did not get through a view in time are followed by smaller ones, down to this; what
  // got through lets the next be longer by a step.
  static constexpr std::size_t room_min = std::size_t{64} << 10;
  static constexpr std::size_t room_step = std::size_t{256} << 10;
  // The wait before a block is asked for again doubles with each time, so often at most.
  static constexpr std::uint32_t request_doublings_max = 5;
  // Of a validator that is behind: blocks above the last final one that are kept while it is told
  // of newer ones; of more bodies than `held_bytes_max` none is kept either.
  static constexpr std::uint64_t kept_ahead_blocks = 64;
  // Of the wait before another is asked for a part of the chain, two with each: in the half-minute
  // that a part takes over a slow line four are asked, however many there are.
  static constexpr std::uint32_t chain_doublings_max = 7;
  // Votes of views further below the current one are forgotten; certificates and own votes stay.
  static constexpr std::uint64_t votes_kept_views = 1'024;
  // Views that idle leaders give up one after the other, at most: each is a vote of everybody's.
  static constexpr std::uint64_t given_up_max = 7;
  // Final blocks by a validator whose view was given up, before others give way to it again: who
  // lets deadlines pass is not waited for at each rest.
  static constexpr std::uint32_t blocks_owed = 16;

  // The wait before a validator's next loss of its votes is heard doubles with each, so often at
  // most.
  static constexpr std::uint32_t abstention_doublings_max = 24;

  // Requires 1 to validators_max validators and what read_rows gave for this epoch.
  Engine(EngineOptions options, Durable durable);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Once, before any step: sends what was voted before a restart, byte for byte the same.
  Step start(Now now);
  // Requires start, and what the inputs say of themselves.
  Step step(Now now, Input input);

  const Finalized& fin() const;
  View view() const;  // The current one.
  std::uint16_t leader(View view) const;
  ViewReport report() const;
  // For a peer to which there is a link now: it does not know yet where this validator is.
  Status status(std::uint64_t wall_clock_ms) const;
  bool halted() const;     // An alarm was raised, by this engine or one before it.
  bool ended() const;      // A closing block is final.
  bool observing() const;  // Signs nothing: a follower, or `rejoin` is not over.
  // The newest view above the final one whose votes certify a block, here or not; view 0 if none.
  View newest_decided() const;
  // All of views above the final one, oldest first: what an engine in this one's place has to be
  // told.
  std::vector<Certificate> certificates() const;
  // It signs nothing in views through this one, having lost its votes; view 0 if it lost none.
  View abstains_through() const;
  std::optional<Alarm> alarm() const;
  bool holds(const crypto::Digest& block) const;  // It is here and not final.
  bool may_build() const;  // Leads a view in which it has proposed nothing and is building nothing.

  // Bounded memory, for whoever watches it.
  struct Use {
    std::size_t views = 0;
    std::size_t votes = 0;
    std::size_t blocks = 0;
    std::size_t body_bytes = 0;
  };
  Use use() const;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace centime::consensus
