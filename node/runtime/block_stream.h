// The blocks of a log in order, read on one thread and checked for all that needs no state on
// several.
//
// Signatures, hashes and decoding are most of an audit's work and know no order; executing is the
// rest and has one. So entries are cut into runs of whole blocks that any thread may check, the
// consumer's included when it would only wait, and are handed over in the log's order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "node/ledger/replay.h"
#include "node/runtime/audit.h"

namespace centime::runtime {

class BlockStream {
 public:
  // Starts reading. Both must outlive the stream.
  BlockStream(EntrySource& source, const AuditOptions& options);
  ~BlockStream();  // Stops, wherever it is.
  BlockStream(const BlockStream&) = delete;
  BlockStream& operator=(const BlockStream&) = delete;

  // The genesis block first, of which only the seal is there. Nothing at the log's end or at its
  // first fault. One thread.
  std::optional<ledger::ParsedBlock> next();

  // To be asked after next() gave nothing.
  const std::optional<ledger::LogFault>& fault() const { return fault_; }
  // To be asked after next() gave a block.
  const ledger::Genesis& genesis() const { return *genesis_; }

 private:
  // Entries of whole blocks, end to end. The last run of a log may end inside a block.
  struct Run {
    ledger::EntryIndex first;
    crypto::Bytes bytes;
    std::vector<std::size_t> ends;  // Of each entry, in `bytes`.
    bool too_long = false;          // Its last block passes the network's limits.
  };
  enum class Stage { waiting, taken, checked };
  struct Item {
    Run run;
    Stage stage = Stage::waiting;
    std::vector<ledger::ParsedBlock> blocks;  // Those before the fault.
    std::optional<ledger::LogFault> fault;
  };

  // ---- the reading thread
  void read();
  bool add(crypto::BytesView entry);
  bool add_genesis(crypto::BytesView entry);
  bool hand_over();
  bool stop_at(ledger::LogFault fault);

  // ---- any thread
  void check_runs();
  Item* first_waiting();
  void check(Item& item, std::unique_lock<std::mutex>& lock);

  EntrySource& source_;
  const AuditOptions& options_;

  // The reading thread's; genesis_ and source_fault_ are others' once it handed something over.
  std::uint64_t done_ = 0;
  Run run_{{1}, {}, {}, false};   // The genesis is no part of it.
  std::size_t open_entries_ = 0;  // Since the last seal.
  std::optional<ledger::Genesis> genesis_;
  ledger::NetworkId network_;
  std::optional<ledger::LogFault> source_fault_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::size_t waiting_bytes_ = 0;  // In items_.
  bool ended_ = false;
  std::atomic<bool> stop_ = false;

  // The consumer's.
  std::deque<ledger::ParsedBlock> ready_;
  std::optional<ledger::LogFault> fault_;

  std::vector<std::thread> threads_;
};

}  // namespace centime::runtime
