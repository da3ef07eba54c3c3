// The running node: takes submissions, agrees on blocks, makes them durable, shows the result.
//
// One strand (a thread) owns the ledger's tip, the engine and all writing: a BlockWriter in a
// network of one validator that nobody follows, a ReplicaStrand in others. A small pool checks
// signatures and hashes before submissions reach it, through bounded queues. Readers use snapshots
// and never wait for a block. All public methods may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "consensus/engine.h"
#include "crypto/ed25519.h"
#include "node/ledger/submission.h"
#include "node/network/counters.h"
#include "node/network/peer.h"
#include "node/runtime/disk_watch.h"
#include "node/runtime/log_hook.h"
#include "node/runtime/own_keys.h"
#include "node/runtime/replica_report.h"
#include "node/storage/store.h"

namespace centime::runtime {

// How a node reaches the others, in a network of more than one validator.
struct PeerOptions {
  std::optional<network::Address> listen;                                // Nothing: it only dials.
  std::vector<std::pair<ledger::MemberId, network::Address>> addresses;  // One or more a member.
  consensus::Timing timing;
  // Nobody takes the node's key (KeyDoubt). Called on the strand.
  std::function<void()> key_refused = {};
  std::chrono::milliseconds key_patience{5'000};
};

struct NodeOptions {
  std::filesystem::path directory;  // Holds db/ ; made by create_node.
  ledger::MemberId self;            // The member whose key this node holds.
  std::size_t block_cache_bytes = std::size_t{256} << 20;
  std::size_t write_buffer_bytes = std::size_t{64} << 20;
  unsigned check_threads = 2;
  // Submissions that may wait for their answers at once, wherever they are, and their bytes; a
  // single one is always let in. More are refused as `busy`. A quarter is kept for record() (see
  // Places).
  std::size_t queue_submissions_max = 1'000;
  std::size_t queue_bytes_max = std::size_t{64} << 20;
  PeerOptions peers = {};
  // Keys of `self` that were before the one that the node is opened with, as far as they are at
  // hand (own_keys.h).
  OwnKeys::Earlier earlier_keys = {};
  LogHook log = {};

  // The ledger has this key for the own member now, and it is not the one that this node holds: it
  // follows, and votes and signs no more. Called on the strand.
  std::function<void(const crypto::PublicKey&)> key_changed = {};
  // The only validator is another one from now on, or has another key, or is not alone any more:
  // the node takes no more submissions and has to be opened anew. Called once, on the strand.
  std::function<void()> reopen = {};
};

// A submission that is final: in a block that a quorum agreed on and that is on the disk.
struct Receipt {
  bool repeat = false;    // All of it had been recorded before.
  ledger::Height height;  // Of the block; for a repeat, of the newest block at the time.
  std::vector<ledger::EntryIndex> entries;  // Of the records, in the order of the submission.
  std::vector<ledger::RecordId> ids;        // In the same order.
};

enum class Unavailable {
  busy,      // Too much is waiting; try again later.
  stopping,  // The node is shutting down; what other validators have by now may yet be recorded.
};
constexpr auto enum_words(Unavailable) {
  return std::to_array<std::string_view>({"busy", "stopping"});
}

using SubmitError = std::variant<ledger::Rejection, Unavailable>;
using SubmitResult = std::expected<Receipt, SubmitError>;
using SubmitCallback = std::move_only_function<void(SubmitResult)>;

// A finished block as readers see it. Never changes.
class Published {
 public:
  // `sign` makes the checkpoint; what it refers to must outlive this.
  Published(std::shared_ptr<const storage::Snapshot> its_snapshot,
            std::function<std::string()> sign)
      : snapshot(std::move(its_snapshot)), sign_(std::move(sign)) {}

  const std::shared_ptr<const storage::Snapshot> snapshot;

  // Signed note over the log at the snapshot's head. Signed when it is first asked for, since most
  // blocks are followed by the next before anybody does. Empty where the node signs nothing more.
  const std::string& checkpoint() const {
    std::call_once(signed_, [this] { checkpoint_ = sign_(); });
    return checkpoint_;
  }

 private:
  std::function<std::string()> sign_;
  mutable std::once_flag signed_;
  mutable std::string checkpoint_;
};

struct NodeCounters {
  std::uint64_t submissions_accepted = 0;
  std::uint64_t submissions_rejected = 0;
  std::uint64_t submissions_repeated = 0;
  std::uint64_t records = 0;
  std::uint64_t blocks = 0;
  std::uint64_t waiting = 0;  // Submissions not yet answered.
};

class Node {
 public:
  // Opens the store and checks it against genesis, key and safety state. The error is a word, a
  // colon and a sentence for the operator.
  static std::expected<std::unique_ptr<Node>, std::string> open(NodeOptions options,
                                                                crypto::SecretKey key);
  ~Node();  // Stops.

  // Takes no more submissions, answers those under way, and closes. A second call does nothing.
  void stop();

  // Calls back once, from a thread of the node: when the submission is final, or refused. `client`:
  // who tells it, as Client has it; clients take turns, and none can use up what another may.
  void submit(ledger::Submission submission, SubmitCallback done, std::string client = {});
  void submit(crypto::Bytes canonical, SubmitCallback done, std::string client = {});
  // Signs the records as the node's own member. Requires 1 to submission_records_max records.
  void record(std::vector<ledger::Record> records, SubmitCallback done);

  // The same, waiting for the answer. Not from a callback.
  SubmitResult submit_and_wait(ledger::Submission submission);
  SubmitResult record_and_wait(std::vector<ledger::Record> records);

  // Which records would be refused if these came next, one list per submission; nothing is
  // recorded. See ledger::dry_run. Runs on the caller's thread, on a snapshot.
  std::vector<std::vector<ledger::RecordRefusal>> dry_run(
      std::span<const ledger::CheckedSubmission> submissions,
      std::size_t reads_max = ~std::size_t{0}) const;

  std::shared_ptr<const Published> published() const;
  // The newest block whose checkpoint a quorum of the validators has signed; a moment behind
  // `published`. Null while none is known since the start.
  std::shared_ptr<const Published> certified() const;
  // The same; as `published`, signed by this node alone, where there is none.
  std::shared_ptr<const Published> certified_or_newest() const;
  const storage::Store& store() const;

  const ledger::Genesis& genesis() const;
  const ledger::NetworkId& network() const;
  const ledger::MemberId& self() const;
  NodeCounters counters() const;

  // How agreement stands; a network of one agrees with itself. A fraction of a second old.
  std::shared_ptr<const ReplicaReport> agreement() const;
  std::optional<network::Counters> links() const;  // Nothing while it is alone.
  bool alone() const;                    // It writes blocks by itself, and nobody follows.
  std::optional<DiskRoom> disk() const;  // Under the store, some seconds ago.
  std::uint16_t peer_port() const;       // Where other members connect to; 0: nowhere.

  // Adds one that is called after each block, on the strand: it must be quick, and lives as long as
  // the node.
  void on_block(std::function<void(const Published&)> listener);

 private:
  struct State;
  explicit Node(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Makes a node's store with the genesis block in it. The error is a word, a colon and a sentence.
std::expected<void, std::string> create_node(const std::filesystem::path& directory,
                                             const ledger::Genesis& genesis);

}  // namespace centime::runtime
