// Re-executes a log from its entries, trusting nothing in it but the genesis it starts with.
//
// Split in two so that they can run on two threads: BlockParser does what needs no state (decoding,
// hashing, signatures), Replayer does the rules, and compares effects, roots and seals byte by
// byte.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "node/ledger/block.h"

namespace centime::ledger {

// What is wrong with a log, and where.
struct LogFault {
  EntryIndex entry;
  std::string detail;
};

// One block as it stands in a log, its submissions checked. Their bytes lie in `entries`.
struct ParsedBlock {
  ParsedBlock() = default;
  ParsedBlock(ParsedBlock&&) = default;
  ParsedBlock& operator=(ParsedBlock&&) = default;

  EntryIndex first_entry;
  std::vector<crypto::Bytes> entries;       // Seal included.
  std::vector<crypto::Digest> leaf_hashes;  // Of the entries.
  std::vector<CheckedSubmission> submissions;
  Seal seal;
};

class BlockParser {
 public:
  BlockParser(const NetworkId& network, EntryIndex first_entry);

  // Takes the next entry. A block when this was its seal. After a fault the parser is done for. Of
  // a record's entry it does not read the effects: whoever executes the record compares them.
  std::expected<std::optional<ParsedBlock>, LogFault> add(crypto::BytesView entry);

  // True between two blocks: a log may end here.
  bool at_boundary() const { return block_.entries.empty(); }

 private:
  std::expected<void, LogFault> add_head(SubmissionHead head);
  std::expected<void, LogFault> add_record(crypto::BytesView entry);
  std::expected<void, LogFault> end_submission();
  std::unexpected<LogFault> fault(std::string detail) const;

  NetworkId network_;
  ParsedBlock block_;
  // The submission being read.
  std::optional<CheckedSubmission> pending_;
  crypto::CompactRange pending_tree_;
  std::size_t pending_bytes_ = 0;
};

class Replayer {
 public:
  // Starts at a tip whose state is `base`, and executes against `accounts`.
  Replayer(Genesis genesis, Tip tip) : genesis_(std::move(genesis)), tip_(std::move(tip)) {}

  // Executes the next block on `base`, which is the state at the tip, and moves the tip. The
  // caller makes the block part of its state before the next call.
  std::expected<Block, LogFault> execute(const StateView& base, const AccountTree& accounts,
                                         const ParsedBlock& parsed);

  const Tip& tip() const { return tip_; }

 private:
  Genesis genesis_;
  Tip tip_;
};

// The genesis block at the start of a log, checked against the first two entries.
std::expected<Genesis, LogFault> read_genesis(crypto::BytesView entry);

}  // namespace centime::ledger
