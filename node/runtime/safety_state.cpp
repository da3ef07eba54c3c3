#include "node/runtime/safety_state.h"

#include "node/runtime/evidence_book.h"
#include "node/runtime/instance_guard.h"

namespace centime::runtime {

storage::VoteRow genesis_row(const crypto::Digest& block, ledger::TimeMs time) {
  return consensus::first_row({{0, {0}, {0}, block}, time.value, {}});
}

std::expected<consensus::Durable, std::string> read_durable(const storage::Store& store) {
  auto rows = store.votes();
  std::erase_if(rows, [](const storage::VoteRow& row) {
    return is_instance_row(row.first) || is_evidence_row(row.first);
  });
  auto durable = consensus::read_rows(rows);
  if (!durable) {
    return std::unexpected("wrong_safety_state: the store has no readable safety state (" +
                           std::string(crypto::word_of(durable.error())) + ")");
  }
  const auto snapshot = store.snapshot();
  const consensus::Finalized& fin = durable->final.fin;
  if (fin.block != snapshot->head().hash || fin.height.value != snapshot->head().height.value) {
    return std::unexpected(
        "wrong_safety_state: the safety state is not that of the log's last block; the store was "
        "put together from different times and must not sign");
  }
  return std::move(*durable);
}

}  // namespace centime::runtime
