#include "crypto/check.h"
#include "node/runtime/block_body.h"

namespace centime::runtime {
namespace {

using crypto::check;

template <class Wanted>
Wanted take_entry(crypto::BytesView bytes) {
  auto entry = crypto::decode<ledger::Entry>(bytes);
  check(entry.has_value() && std::holds_alternative<Wanted>(*entry), "an entry of a final block");
  return std::get<Wanted>(std::move(*entry));
}

}  // namespace

std::optional<ledger::Height> find_block(const storage::Snapshot& snapshot,
                                         const crypto::Digest& hash, std::uint64_t depth) {
  const std::uint64_t head = snapshot.head().height.value;
  crypto::Digest at = snapshot.head().hash;
  for (std::uint64_t height = head; height > 0 && head - height < depth; --height) {
    if (at == hash) return ledger::Height{height};
    at = take_entry<ledger::Seal>(snapshot.entry(snapshot.block({height})->seal_entry)).previous;
  }
  return std::nullopt;
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
