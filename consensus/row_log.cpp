#include "consensus/row_log.h"

namespace centime::consensus {

void RowLog::defer(const RowName& row) {
  if (!stored(row)) deferred_.insert(row);
}

void RowLog::touch_deferred() {
  touched_.merge(deferred_);
  deferred_.clear();
}

void RowLog::drop_deferred(View through) {
  std::erase_if(deferred_, [&](const RowName& row) { return row.number <= through.value; });
}

void RowLog::touch_stored(const std::function<bool(const RowName&)>& which) {
  for (const RowName& row : stored_) {
    if (which(row)) touched_.insert(row);
  }
}

std::vector<Row> RowLog::take(
    const std::function<std::optional<crypto::Bytes>(const RowName&)>& value) {
  std::vector<Row> rows;
  for (const RowName& row : touched_) {
    if (auto bytes = value(row)) {
      rows.emplace_back(key_of(row), std::move(*bytes));
      stored_.insert(row);
    } else if (stored_.erase(row) != 0) {
      rows.emplace_back(key_of(row), crypto::Bytes{});
    }
  }
  touched_.clear();
  return rows;
}

crypto::Bytes RowLog::key_of(const RowName& row) const {
  switch (row.table) {
    case RowName::Table::votes:
      return votes_key(epoch_, {row.number});
    case RowName::Table::certificate:
      return certificate_key(epoch_, {row.number}, row.kind);
    case RowName::Table::block:
      return block_key(epoch_, {row.number}, row.block);
    case RowName::Table::abstain:
      return abstain_key(epoch_);
    case RowName::Table::final:
      return final_key();
    case RowName::Table::alarm:
      return alarm_key();
  }
  return {};
}

}  // namespace centime::consensus
