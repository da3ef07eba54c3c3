// Re-verifies a whole log from its entries, trusting nothing but the genesis it is given.
//
// Reads the entries of a store or the tiles of any node over HTTP, checks every signature, executes
// every rule again and compares effects, state roots, log roots and seals byte for byte; then the
// five laws of the ledger over the final state.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "node/ledger/memory_state.h"
#include "node/ledger/replay.h"

namespace centime::runtime {

// What an audit found to be true.
struct AuditReport {
  ledger::NetworkId network;
  std::string origin;
  ledger::Height height;
  std::uint64_t entries = 0;
  std::uint64_t submissions = 0;  // Each with a signature that held.
  std::uint64_t records = 0;
  std::uint64_t accounts = 0;
  std::uint64_t traced = 0;          // Donations that were followed forwards and backwards.
  std::uint64_t too_fragmented = 0;  // Donations in too many pieces to be followed so.
  crypto::Digest log_root;
  crypto::Digest state_root;
  std::string checkpoint;  // What was compared with the recomputed root; empty for a bare store.
  std::uint64_t quorum_signatures = 0;
  std::map<std::string, std::uint64_t> records_by_kind;
};

using AuditError = ledger::LogFault;  // The entry, and a sentence that starts with a word.

// Gives the log's entries in order; stops when the visitor returns false.
class EntrySource {
 public:
  virtual ~EntrySource() = default;
  virtual std::uint64_t size() const = 0;
  // False if the source itself failed; `error` then says how.
  virtual bool read(const std::function<bool(crypto::BytesView)>& visit, std::string& error) = 0;
  // Again, one that was visited. Called from another thread than read, and while it runs. A store's
  // throws StorageFailure if that fails, which ends the audit.
  virtual crypto::Bytes entry(ledger::EntryIndex index) = 0;
};

struct AuditOptions {
  // Called now and then with entries done and entries in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  // Checked against the recomputed root when given: a signed note by a quorum of the validators.
  std::optional<std::string> checkpoint;
  std::optional<ledger::NetworkId> expected_network;
  // Follows every donation forwards and backwards at the end, not some 200 to 400 of them, evenly
  // spread. Each costs a trace backwards for every place where units of it ended.
  bool trace_all = false;
};

std::expected<AuditReport, AuditError> audit(EntrySource& source, const AuditOptions& options);

// Reads the store of a node that is not running. `on_warning` is told of what an audit can't see,
// in a sentence that begins with a word.
std::expected<std::unique_ptr<EntrySource>, std::string> open_store_source(
    const std::filesystem::path& directory,
    std::function<void(const std::string&)> on_warning = {});

}  // namespace centime::runtime
