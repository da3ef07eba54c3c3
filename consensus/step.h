// What goes into the engine and what comes out of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "consensus/alarm.h"
#include "consensus/durable.h"
#include "consensus/message.h"

namespace centime::consensus {

using Millis = std::chrono::milliseconds;

// Index of the validator at the other end of an authenticated channel; from the number of
// validators on: followers, numbered by the caller.
using PeerIndex = std::uint16_t;

// The time of an input. The engine has no other.
struct Now {
  Millis ticks{};                   // Monotonic, from any origin. Never goes back.
  std::uint64_t wall_clock_ms = 0;  // Since 1970; only for not voting on blocks from the future.
};

// ---- Inputs

struct Received {
  PeerIndex from = 0;
  Message message;
};

// Time has passed: `Step::next_tick` was reached, or nothing else happened.
struct Tick {};

// Submissions that wait and are not in a final block. Every change is told, zero above all.
struct Work {
  std::uint32_t pending = 0;
};

// Where submissions come from, as far as that can be foreseen: the validator whose member signed
// the newest of the last final block. Nothing: none that votes, or leaders are to stay where they
// are.
struct Ingress {
  std::optional<std::uint16_t> validator;
};

// There is a link to the peer, and was none. What was asked while there was none was heard by
// nobody.
struct Linked {
  PeerIndex peer = 0;
};

// The answer to Build.
struct Built {
  View view;                   // As in Build.
  std::optional<Block> block;  // Nothing: all that waits is in ancestors already, or nothing does.
};

enum class BlockVerdict : std::uint8_t {
  valid,
  invalid,     // For everybody: executing it does not give what its header says.
  wrong_body,  // The body is not the one that the hash commits to; another peer may have it.
};
constexpr auto enum_words(BlockVerdict) {
  return std::to_array<std::string_view>({"valid", "invalid", "wrong_body"});
}

// The answer to Execute.
struct Executed {
  crypto::Digest block;
  BlockVerdict verdict{};
};

// All rows and commits of steps up to this batch are on the disk.
struct Synced {
  std::uint64_t batch = 0;
};

using Input = std::variant<Received, Tick, Work, Ingress, Linked, Built, Executed, Synced>;

// ---- Effects

// Give the message to a peer, or to every peer that is connected.
struct Send {
  std::optional<PeerIndex> to;  // Nothing: all.
  std::shared_ptr<const Message> message;
  bool after_sync = false;          // Only once this step's batch is on the disk.
  std::vector<PeerIndex> except{};  // With `to` nothing: all but these. Ascending.
};

// Execute the block on its parent, which is final or was executed and found valid; answer with
// Executed, at once or later. Not asked again until answered.
struct Execute {
  BlockPtr block;
};

// Make a block on this parent, which is final or was found valid; answer with Built, at once or
// later. Its timestamp is max(wall clock, earliest_ms), its proposer this validator.
struct Build {
  View view;
  crypto::Digest parent;
  BlockHeight height;             // The new block's.
  std::uint64_t earliest_ms = 0;  // Parent's timestamp + 1.
  // Bytes that its body may have. What can't be made smaller may pass it if nothing else waits.
  std::size_t room = body_bytes_max;
};

// Of a Commit. A network may have stood still for weeks: why each of all those views was passed is
// of no use to anybody, and the finalization alone makes the blocks final.
inline constexpr std::size_t commit_justification_max = 1'024;

// Final: write these blocks, in the same atomic batch as the step's rows. `blocks` is empty if the
// last final block was finalized again; its newest finalization then stands in `fin`'s row.
struct Commit {
  std::vector<BlockPtr> blocks;  // Oldest first.
  Certificate finalization;      // Of the last of them.
  // Of every view from the one final before, or of the newest of them; newest first.
  std::vector<Certificate> justification;
  Finalized fin;
  bool closing = false;  // The epoch is over: this engine signs nothing more.
};

// A proof against a validator; each is reported once. Keep it.
struct Report {
  Evidence evidence;
  Sin sin{};
};

struct RaiseAlarm {
  Alarm alarm{};
};

// A peer asks for blocks: answer with Blocks, newest first. They may be large and many may ask, so
// when is the caller's to say.
struct ServeBlocks {
  PeerIndex to = 0;
  GetBlocks request;
  std::vector<BlockPtr> open;  // These. Empty: only the store may have them.
};
// With a Chain from this height through a block that has a finalization of its own.
struct ServeChain {
  PeerIndex to = 0;
  GetChain request;
};
// With the finalization of this earlier epoch's closing block, and so the way forward.
struct ServeEpochEnd {
  PeerIndex to = 0;
  std::uint64_t epoch = 0;
};

using Effect = std::variant<Send, Execute, Build, Commit, Report, RaiseAlarm, ServeBlocks,
                            ServeChain, ServeEpochEnd>;

// Why a message had no effect. A correct peer causes some of these now and then.
enum class Refusal : std::uint8_t {
  unknown_validator,  // R1: the signer is not in the set.
  wrong_channel,      // R1: a vote or proposal that another peer brought.
  wrong_epoch,        // Of another epoch.
  stale_view,         // R1: at or below the last final view.
  future_view,        // R1: too far above the current view.
  repeated,           // Known already.
  bad_signature,      // Signed by another key, or for another network.
  bad_signers,        // A certificate's signers are not ascending validators.
  no_quorum,          // A certificate of too few.
  contradicted,       // R1: the signer said something else in this view; that is evidence.
  wrong_kind,       // A proposal that is not signed by a NOTARIZE, or a chain without finalization.
  second_proposal,  // The leader proposed something else before.
  unrequested_blocks,  // Nobody asked this peer for them.
  wrong_block,         // A block's fields or links are not what its hash says.
  too_often,           // Asked again too soon.
  no_contradiction,    // Evidence that proves nothing.
  wrong_order,         // Evidence whose votes stand in the other order.
  unsorted_views,      // Views that do not ascend.
};
constexpr auto enum_words(Refusal) {
  return std::to_array<std::string_view>(
      {"unknown_validator", "wrong_channel", "wrong_epoch", "stale_view", "future_view", "repeated",
       "bad_signature", "bad_signers", "no_quorum", "contradicted", "wrong_kind", "second_proposal",
       "unrequested_blocks", "wrong_block", "too_often", "no_contradiction", "wrong_order",
       "unsorted_views"});
}

// What no honest node sends, whatever the network does to its packets.
constexpr bool is_misbehaviour(Refusal word) {
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

// What to do, in this order: (1) write `rows` and every Commit among the effects in one atomic,
// synced batch, if there are any; then tell Synced{batch}. (2) the effects in their order, of which
// sends with after_sync wait for (1) and for all batches before.
struct Step {
  std::uint64_t batch = 0;  // Ascending by one for each step that writes; else of the last one.
  std::vector<Row> rows;    // Ascending by key.
  std::vector<Effect> effects;
  std::optional<Refusal> refused;   // Of a message.
  std::optional<Millis> next_tick;  // When to tick at the latest, if nothing else comes.
};

}  // namespace centime::consensus
