// Blocks: submissions executed on a parent state, ended by a seal that commits to all of it.
//
// Pure and stackable: a draft's base may be an unfinished block, and dropping a block undoes it.
// The network's genesis makes block 0 the same way.
#pragma once

#include <expected>
#include <memory>

#include "crypto/merkle.h"
#include "node/ledger/execution.h"

namespace centime::ledger {

// Where a block ends, and what the next one builds on.
struct Tip {
  std::uint64_t epoch = 0;  // Of the next block.
  Height height;
  TimeMs time;
  crypto::Digest hash;       // Leaf hash of the block's seal.
  crypto::CompactRange log;  // Up to and including the seal.

  EntryIndex next_entry() const { return {log.size()}; }
};

// Leaf hashes of accounts that changed, by account index.
using AccountLeaves = crypto::MerkleCache::Changes;

// The state tree of the last finished block.
class AccountTree {
 public:
  virtual ~AccountTree() = default;

  // As crypto::MerkleCache::root_with.
  virtual crypto::Digest root_with(const AccountLeaves& changes, std::uint64_t size) const = 0;
};

struct Block {
  std::unique_ptr<Overlay> state;  // On the parent's state; its changes are the block.
  Seal seal;
  Tip tip;
  AccountLeaves leaves;  // This block's and its unfinished ancestors'.
};

class Draft {
 public:
  // A block on a finished parent. `base` is the state there.
  Draft(const StateView& base, const Tip& parent, const Policies& policies, TimeMs time);
  // A block on an unfinished one whose state `base` is; `inherited`: the leaves of the accounts
  // that it and its unfinished ancestors changed.
  Draft(const StateView& base, const Tip& parent, AccountLeaves inherited, const Policies& policies,
        TimeMs time);
  // The same; the parent must outlive this and its block.
  Draft(const Block& parent, const Policies& policies, TimeMs time);

  struct NotAdded {
    // Nothing if the submission would pass the block's limits: it then waits for the next block.
    // The first always has room.
    std::optional<Rejection> rejection;
    std::size_t work = 0;  // What it has cost: a unit for each record tried and each row read.
  };

  // As ledger::execute.
  std::expected<SubmissionOutcome, NotAdded> add(const CheckedSubmission& submission);

  bool empty() const { return state_->changes().entries.empty(); }
  const Overlay& state() const { return *state_; }

  // Ends the block, and the epoch if its validators changed. `leaf_hashes`, if the caller knows
  // them, are those of the entries so far.
  Block seal(const MemberId& proposer, const AccountTree& accounts,
             std::vector<crypto::Digest> leaf_hashes = {}) &&;

 private:
  bool has_room_for(const CheckedSubmission& submission) const;

  std::unique_ptr<Overlay> state_;
  Tip parent_;
  ExecutionContext context_;
  AccountLeaves inherited_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
  ReadBudget reads_;
};

// Block 0. `base` must be empty of everything. Requires a genesis without fault.
Block genesis_block(const StateView& base, const Genesis& genesis);

}  // namespace centime::ledger
