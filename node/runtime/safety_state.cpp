#include "node/runtime/safety_state.h"

namespace centime::runtime {
namespace {

constexpr std::string_view finalized_key = "finalized";

}  // namespace

storage::VoteRow finalized_row(const consensus::Finalized& fin) {
  return {crypto::to_bytes(finalized_key), crypto::encode(fin)};
}

std::expected<consensus::Finalized, std::string> read_finalized(const storage::Store& store) {
  const auto snapshot = store.snapshot();
  for (const storage::VoteRow& row : store.votes()) {
    if (crypto::as_text(row.first) != finalized_key) continue;
    auto fin = crypto::decode<consensus::Finalized>(row.second);
    if (!fin) break;
    if (fin->block != snapshot->head().hash || fin->height.value != snapshot->head().height.value) {
      return std::unexpected(
          "wrong_safety_state: the safety state is not that of the log's last block; the store was "
          "put together from different times and must not sign");
    }
    return *fin;
  }
  return std::unexpected("wrong_safety_state: the store has no readable safety state");
}

}  // namespace centime::runtime
