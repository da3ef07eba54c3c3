#include "node/ledger/replay.h"

#include <algorithm>

#include "crypto/check.h"

namespace centime::ledger {
namespace {

std::string described(crypto::DecodeError error) {
  return "bad_encoding: " + std::string(crypto::describe(error));
}

// Reads the authored record at the front of `bytes`. How many bytes it takes.
std::expected<std::size_t, crypto::DecodeError> decode_authored(crypto::BytesView bytes,
                                                                MemberId& author, Record& record) {
  try {
    crypto::CanonicalReader reader(bytes);
    reader(author, record);
    return bytes.size() - reader.left();
  } catch (const crypto::CanonicalReader::Failure& failure) {
    return std::unexpected(failure.error);
  }
}

}  // namespace

BlockParser::BlockParser(const NetworkId& network, EntryIndex first_entry) : network_(network) {
  block_.first_entry = first_entry;
}

std::unexpected<LogFault> BlockParser::fault(std::string detail) const {
  return std::unexpected(
      LogFault{block_.first_entry + block_.leaf_hashes.size(), std::move(detail)});
}

std::expected<std::optional<ParsedBlock>, LogFault> BlockParser::add(crypto::BytesView bytes) {
  // Here to stay: what the block's submissions hold points into it.
  const crypto::Bytes& entry = block_.entries.emplace_back(bytes.begin(), bytes.end());
  std::expected<void, LogFault> added;
  bool sealed = false;
  if (!entry.empty() && entry[0] == record_entry_tag) {
    added = add_record(entry);
  } else {
    auto decoded = crypto::decode<Entry>(entry);
    if (!decoded) return fault(described(decoded.error()));
    if (auto* head = std::get_if<SubmissionHead>(&*decoded)) {
      added = add_head(std::move(*head));
    } else if (auto* seal = std::get_if<Seal>(&*decoded); seal != nullptr) {
      if (pending_) return fault("a seal stands before the end of a submission");
      block_.seal = std::move(*seal);
      sealed = true;
    } else {
      return fault("a genesis entry stands where only entry 0 may be one");
    }
  }
  if (!added) return std::unexpected(std::move(added.error()));
  block_.leaf_hashes.push_back(crypto::hash_leaf(entry));
  if (!sealed) return std::nullopt;

  const EntryIndex next = block_.first_entry + block_.entries.size();
  ParsedBlock whole = std::move(block_);
  block_ = {};
  block_.first_entry = next;
  // The next is mostly as long.
  block_.entries.reserve(whole.entries.size());
  block_.leaf_hashes.reserve(whole.entries.size());
  return whole;
}

std::expected<void, LogFault> BlockParser::add_head(SubmissionHead head) {
  if (pending_) return fault("a submission starts before the end of the one before");
  if (head.count == 0 || head.count > submission_records_max) {
    return fault("too_large: the submission's count of records is out of range");
  }
  pending_.emplace().head = std::move(head);
  pending_->records.reserve(pending_->head.count);
  pending_tree_ = {};
  pending_bytes_ = 0;
  return {};
}

std::expected<void, LogFault> BlockParser::add_record(crypto::BytesView entry) {
  if (!pending_) return fault("a record stands outside a submission");
  CheckedRecord& record = pending_->records.emplace_back();
  const crypto::BytesView body = entry.subspan(1);
  MemberId author;
  const auto size = decode_authored(body, author, record.record);
  if (!size) return fault(described(size.error()));
  if (author != pending_->head.author) {
    return fault("a record names another author than its submission");
  }
  // The encoding is canonical: these are the bytes that encoding the record would give.
  record.authored = body.first(*size);
  record.id = record_id(record.authored);
  pending_tree_.append(crypto::hash_leaf(record.authored));
  pending_bytes_ += *size;
  if (pending_bytes_ > submission_bytes_max) {
    return fault("too_large: a submission is at most 1 MiB of records");
  }
  if (pending_->records.size() < pending_->head.count) return {};
  return end_submission();
}

std::expected<void, LogFault> BlockParser::end_submission() {
  const auto held = check_signature(network_, pending_->head, pending_tree_.root());
  if (!held) {
    const Refusal& refusal = held.error().whole;
    return fault(std::string(crypto::word_of(refusal.word)) + ": " + refusal.detail);
  }
  block_.submissions.push_back(std::move(*pending_));
  pending_.reset();
  return {};
}

std::expected<Block, LogFault> Replayer::execute(const StateView& base, const AccountTree& accounts,
                                                 const ParsedBlock& parsed) {
  const EntryIndex seal_entry = parsed.first_entry + (parsed.entries.size() - 1);
  const auto fault = [](EntryIndex entry, std::string detail) {
    return std::unexpected(LogFault{entry, std::move(detail)});
  };
  if (!(tip_.time < parsed.seal.time)) return fault(seal_entry, "block times do not ascend");
  if (!validator_index(base.governance()->epoch, parsed.seal.proposer)) {
    return fault(seal_entry, "the block's proposer is no validator");
  }
  Draft draft(base, tip_, genesis_.policies, parsed.seal.time);
  for (const CheckedSubmission& submission : parsed.submissions) {
    const EntryIndex at = draft.state().next_entry();
    const auto outcome = draft.add(submission);
    if (!outcome) {
      if (!outcome.error().rejection) return fault(at, "too_large: the block passes its limits");
      const Rejection& rejection = *outcome.error().rejection;
      const std::uint32_t index = rejection.records.empty() ? 0 : rejection.records[0].index + 1;
      return fault(at + index, std::string(crypto::word_of(rejection.whole.word)) + ": " +
                                   rejection.whole.detail);
    }
    if (outcome->repeat) return fault(at, "already_recorded: the log holds a submission twice");
  }
  const std::vector<crypto::Bytes>& executed = draft.state().changes().entries;
  crypto::check(executed.size() + 1 == parsed.entries.size(), "one entry per parsed entry");
  for (std::size_t i = 0; i < executed.size(); ++i) {
    if (executed[i] != parsed.entries[i]) {
      return fault(parsed.first_entry + i,
                   "the effects in the log are not what executing the record does");
    }
  }
  std::vector<crypto::Digest> leaf_hashes(parsed.leaf_hashes.begin(), parsed.leaf_hashes.end() - 1);
  if (leaf_hashes.empty()) return fault(seal_entry, "a block without a submission");
  Block block = std::move(draft).seal(parsed.seal.proposer, accounts, std::move(leaf_hashes));
  if (block.state->changes().entries.back() != parsed.entries.back()) {
    std::string which = "the seal is not the one of this block";
    if (block.seal.state_root != parsed.seal.state_root) {
      which = "the seal's state root is not the root of the accounts";
    } else if (block.seal.log_root != parsed.seal.log_root) {
      which = "the seal's log root is not the root of the entries before it";
    } else if (block.seal.previous != parsed.seal.previous) {
      which = "the seal does not name the seal before it";
    } else if (block.seal.next_epoch != parsed.seal.next_epoch) {
      which = "the seal does not commit to the next epoch's validators";
    }
    return fault(seal_entry, which);
  }
  tip_ = block.tip;
  return block;
}

std::expected<Genesis, LogFault> read_genesis(crypto::BytesView bytes) {
  auto entry = crypto::decode<Entry>(bytes);
  if (!entry || !std::holds_alternative<Genesis>(*entry)) {
    return std::unexpected(LogFault{{0}, "entry 0 is no genesis entry"});
  }
  Genesis genesis = std::move(std::get<Genesis>(*entry));
  if (const auto wrong = fault_of(genesis)) return std::unexpected(LogFault{{0}, *wrong});
  return genesis;
}

}  // namespace centime::ledger
