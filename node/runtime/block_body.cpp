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

}  // namespace

std::vector<ledger::RecordId> ids_of(const ledger::CheckedSubmission& submission) {
  std::vector<ledger::RecordId> ids;
  ids.reserve(submission.records.size());
  for (const ledger::CheckedRecord& record : submission.records) ids.push_back(record.id);
  return ids;
}

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

}  // namespace centime::runtime
