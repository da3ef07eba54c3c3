#include "node/runtime/block_body.h"

#include <algorithm>

#include "crypto/check.h"
#include "crypto/merkle.h"

namespace centime::runtime {
namespace {

using crypto::check;

crypto::Digest hash_of(const ledger::Seal& seal) {
  return crypto::hash_leaf(crypto::encode(ledger::Entry(seal)));
}

template <class Wanted>
Wanted take_entry(crypto::BytesView bytes) {
  auto entry = crypto::decode<ledger::Entry>(bytes);
  check(entry.has_value() && std::holds_alternative<Wanted>(*entry), "an entry of a final block");
  return std::get<Wanted>(std::move(*entry));
}

}  // namespace

crypto::Bytes canonical_bytes(const ledger::CheckedSubmission& submission) {
  // The records' bytes are there already, each behind its author.
  const std::size_t author_bytes = crypto::encode(submission.head.author).size();
  crypto::Bytes bytes = crypto::encode(submission.head);
  crypto::encode_to(static_cast<std::uint32_t>(submission.records.size()), bytes);
  for (const ledger::CheckedRecord& record : submission.records) {
    const crypto::BytesView rest = record.authored.subspan(author_bytes);
    bytes.insert(bytes.end(), rest.begin(), rest.end());
  }
  return bytes;
}

consensus::Block to_consensus(const BlockBody& body, std::uint16_t proposer) {
  consensus::Block block{hash_of(body.seal),
                         {body.seal.height.value},
                         body.seal.previous,
                         ledger::closes_epoch(body.seal),
                         proposer,
                         body.seal.time.value,
                         {}};
  block.body.value = crypto::encode(body);
  check(block.body.value.size() <= consensus::body_bytes_max, "a body within its limit");
  return block;
}

std::optional<BlockBody> read_body(const consensus::Block& block,
                                   const ledger::EpochRecord& epoch) {
  auto body = crypto::decode<BlockBody>(block.body.value);
  if (!body) return std::nullopt;
  const ledger::Seal& seal = body->seal;
  const bool same = seal.epoch == epoch.epoch &&
                    ledger::validator_index(epoch, seal.proposer) == block.proposer &&
                    seal.height.value == block.height.value && seal.previous == block.parent &&
                    seal.time.value == block.timestamp_ms &&
                    block.closing == ledger::closes_epoch(seal) && hash_of(seal) == block.hash;
  if (!same) return std::nullopt;
  return std::move(*body);
}

consensus::Block block_from_log(const storage::Snapshot& snapshot, ledger::Height height) {
  const auto row = snapshot.block(height);
  check(row.has_value() && height.value > 0, "a block of the log, and not the genesis");
  BlockBody body;
  std::optional<ledger::Submission> open;
  const auto end_submission = [&] {
    if (open) body.submissions.items.push_back({crypto::encode(*open)});
    open.reset();
  };
  snapshot.for_each_entry(row->first_entry, row->seal_entry,
                          [&](ledger::EntryIndex, crypto::BytesView bytes) {
                            auto entry = crypto::decode<ledger::Entry>(bytes);
                            check(entry.has_value(), "an entry of a final block");
                            if (auto* head = std::get_if<ledger::SubmissionHead>(&*entry)) {
                              end_submission();
                              open = ledger::Submission{std::move(*head), {}};
                              return true;
                            }
                            auto* record = std::get_if<ledger::RecordEntry>(&*entry);
                            check(record != nullptr && open, "a record behind its submission");
                            open->records.items.push_back(std::move(record->authored.record));
                            return true;
                          });
  end_submission();
  body.seal = take_entry<ledger::Seal>(snapshot.entry(row->seal_entry));
  const auto epoch = snapshot.epoch(body.seal.epoch);
  check(epoch.has_value(), "a final block's epoch has begun");
  const auto proposer = ledger::validator_index(epoch->record, body.seal.proposer);
  check(proposer.has_value(), "a final block's proposer is a validator");
  return to_consensus(body, *proposer);
}

}  // namespace centime::runtime
