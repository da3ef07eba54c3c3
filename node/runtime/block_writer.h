// The strand's work: turns checked submissions into blocks that are final and durable.
//
// Owns the tip, the engine and the right to write. One thread only.
#pragma once

#include <deque>
#include <functional>

#include "consensus/engine.h"
#include "node/ledger/block.h"
#include "node/runtime/node.h"
#include "node/runtime/wasted_work.h"

namespace centime::runtime {

struct PendingSubmission {
  ledger::CheckedSubmission submission;
  SubmitCallback done;
  Way way = {};
};

class BlockWriter {
 public:
  // All must outlive the writer.
  BlockWriter(storage::Store& store, const ledger::Genesis& genesis, consensus::Engine engine,
              ledger::MemberId proposer);

  struct Written {
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t repeated = 0;
    std::uint64_t records = 0;
    bool block = false;
  };

  // Executes as many of `pending` as one block holds, from the front; writes the block if there is
  // anything to write, calls `publish` once readers may see it, and then answers. What did not fit
  // stays in `pending`. Requires an epoch that goes on.
  Written write(std::deque<PendingSubmission>& pending, const std::function<void()>& publish);

  // The last block closed the epoch: its validator or its key is another one from now on, and this
  // writer is done.
  bool ended() const { return ended_; }

  const ledger::Tip& tip() const { return tip_; }

 private:
  struct Answer {
    SubmitCallback done;
    Receipt receipt;
  };

  void execute(ledger::Draft& draft, std::deque<PendingSubmission>& pending, Written& written,
               std::vector<Answer>& answers);
  void commit(const ledger::Block& block);
  void remember_build(const consensus::Step& step);
  ledger::TimeMs next_time() const;

  storage::Store& store_;
  const ledger::Genesis& genesis_;
  consensus::Engine engine_;
  consensus::Build build_;  // What the engine waits for: the next block.
  ledger::MemberId proposer_;
  ledger::Tip tip_;
  WastedWork wasted_;
  bool ended_ = false;
};

// The engine of a network whose only validator has this key.
consensus::Engine engine_of_one(const ledger::NetworkId& network, const crypto::SecretKey& key,
                                consensus::Durable durable);

}  // namespace centime::runtime
