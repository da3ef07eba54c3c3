// Blocks that were executed here and are not final yet, and the states that stand on them.
//
// Executes what others propose and makes what this node proposes, on the final tip or on another
// open block. The strand only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "consensus/step.h"
#include "node/runtime/block_body.h"
#include "node/runtime/mempool.h"
#include "node/runtime/parent_state.h"

namespace centime::runtime {

struct OpenBlock {
  crypto::Digest parent;
  std::shared_ptr<ParentState> base;  // Outlives the block's state.
  ledger::Block block;
  std::vector<Included> submissions;
  ledger::MemberId last_author;  // Of the last of them.
  // Told here, and could have been in it too (Mempool::due).
  std::vector<SubmissionId> left_out;
};

class OpenBlocks {
 public:
  // All must outlive this.
  OpenBlocks(const storage::Store& store, const ledger::Genesis& genesis);

  // Executes the block on its parent, which is the final tip or open. `known` gives submissions
  // that were checked before, by id.
  //
  // `invalid` is said only of what no body could make good: a field of the seal that contradicts
  // the parent, or roots other than those of the very entries that the seal commits to. Anything
  // else may be the fault of who sent this body, and is `wrong_body`.
  consensus::BlockVerdict execute(const consensus::Block& block, const Mempool& known);

  // A block of what waits, in its order, without what its open ancestors hold. Nothing if there is
  // nothing to put into it. Where nothing that waits fits into the order's room, a single
  // submission passes it. `proposer` is this node's index among the epoch's validators.
  struct Proposer {
    std::uint16_t index = 0;
    const ledger::MemberId& member;
  };
  std::optional<consensus::Block> build(const consensus::Build& order, const Proposer& proposer,
                                        std::uint64_t wall_clock, const Mempool& pool);

  // Null if it is not open.
  const OpenBlock* find(const crypto::Digest& hash) const;
  bool includes(const SubmissionId& id) const;  // In any of them.

  // The store's head is this block now: drops it and its ancestors, and what does not stand on it.
  void finalized(const crypto::Digest& hash);

  // Drops the others. Whoever wants a block wants its open ancestors.
  void retain(const std::function<bool(const crypto::Digest&)>& wanted);

  std::size_t size() const { return blocks_.size(); }

 private:
  // What a block is executed on.
  struct Ground {
    std::shared_ptr<ParentState> base;
    ledger::Tip tip;
    ledger::AccountLeaves inherited;
    std::set<SubmissionId> included;  // By the open ancestors.
  };

  std::optional<Ground> ground(const crypto::Digest& parent) const;
  bool add(ledger::Draft& draft, const CanonicalSubmission& bytes, const Mempool& known,
           OpenBlock& open) const;
  std::vector<const Waiting*> due(const consensus::Block& block, const ledger::Seal& seal,
                                  const Ground& on, const Mempool& pool) const;

  const storage::Store& store_;
  const ledger::Genesis& genesis_;
  const ledger::NetworkId network_;
  std::map<crypto::Digest, std::shared_ptr<OpenBlock>> blocks_;
};

}  // namespace centime::runtime
