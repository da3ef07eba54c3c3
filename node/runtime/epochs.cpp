#include "node/runtime/epochs.h"

#include "crypto/check.h"
#include "node/runtime/block_body.h"

namespace centime::runtime {

ledger::EpochRecord sealing_epoch(const storage::Snapshot& snapshot) {
  auto start = snapshot.epoch(snapshot.head().seal.epoch);
  crypto::check(start.has_value(), "the epoch of the last block has begun");
  return std::move(start->record);
}

std::optional<proof::EpochLink> epoch_link(const storage::Snapshot& snapshot, std::uint64_t epoch) {
  auto next = snapshot.epoch(epoch + 1);
  if (!next) return std::nullopt;
  const auto row = snapshot.block(snapshot.block_of(next->after));
  const auto certificate = crypto::decode<BlockCertificate>(row->certificate);
  crypto::Bytes seal = snapshot.entry(next->after);
  if (!certificate || !is_of_block(*certificate, crypto::hash_leaf(seal))) return std::nullopt;
  return proof::link_of(std::move(seal), certificate->finalization, std::move(next->record));
}

std::vector<proof::EpochLink> epoch_links(const storage::Snapshot& snapshot) {
  std::vector<proof::EpochLink> links;
  for (std::uint64_t epoch = 0; epoch < snapshot.head().seal.epoch; ++epoch) {
    auto link = epoch_link(snapshot, epoch);
    if (!link) break;
    links.push_back(std::move(*link));
  }
  return links;
}

}  // namespace centime::runtime
