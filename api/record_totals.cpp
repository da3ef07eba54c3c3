#include "api/record_totals.h"

#include <algorithm>
#include <limits>

#include "api/record_filter.h"

namespace centime::api {
namespace {

bool moves_money(ledger::RecordKind kind) { return kind <= ledger::RecordKind::exchange; }

std::optional<std::string> key_of(const RecordView& record, TotalsBy by) {
  switch (by) {
    case TotalsBy::month:
      return filed_day(record).to_text().substr(0, 7);
    case TotalsBy::fund:
      return record.fund ? std::optional(record.fund->value) : std::nullopt;
    case TotalsBy::category:
      break;
  }
  const auto* paid = std::get_if<ledger::Expenditure>(&record.content.authored.record.body);
  if (!paid) return std::nullopt;
  return std::string(crypto::word_of(paid->category));
}

}  // namespace

std::optional<TotalsBy> totals_by(std::string_view word) {
  const auto words = enum_words(TotalsBy{});
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<TotalsBy>(found - words.begin());
}

void RecordTotals::add(const RecordView& record) {
  if (!record.money || !moves_money(record.kind())) return;
  auto key = key_of(record, by_);
  if (!key) return;
  Sum& sum = sums_[{record.money->currency, record.kind(), std::move(*key)}];
  const auto room = std::numeric_limits<std::uint64_t>::max() - sum.amount;
  sum.amount += std::min(room, record.money->amount.value);
  ++sum.count;
}

std::vector<TotalsRow> RecordTotals::rows() const {
  std::vector<TotalsRow> rows;
  rows.reserve(sums_.size());
  for (const auto& [key, sum] : sums_) {
    const auto& [currency, kind, name] = key;
    rows.push_back({currency, kind, name, sum.amount, sum.count});
  }
  return rows;
}

}  // namespace centime::api
