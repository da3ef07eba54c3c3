// What records moved, added up by what they have in common.
//
// Pure. Amounts are minor units of one currency; different kinds of records are never added up, nor
// are different currencies. Statements move nothing and are not in it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "api/queries.h"

namespace centime::api {

enum class TotalsBy : std::uint8_t { month, fund, category };
constexpr auto enum_words(TotalsBy) {
  return std::to_array<std::string_view>({"month", "fund", "category"});
}
std::optional<TotalsBy> totals_by(std::string_view word);

struct TotalsRow {
  ledger::Currency currency;
  ledger::RecordKind kind{};
  std::string key;           // A month "2026-11", a fund's name, or a category.
  std::uint64_t amount = 0;  // No more than 2^64 - 1: there it stays.
  std::uint64_t count = 0;   // How many records.
};

class RecordTotals {
 public:
  explicit RecordTotals(TotalsBy by) : by_(by) {}

  // Of an exchange, what was given away. Only an expenditure has a category.
  void add(const RecordView& record);
  // Ascending by currency, then kind, then key.
  std::vector<TotalsRow> rows() const;

 private:
  struct Sum {
    std::uint64_t amount = 0;
    std::uint64_t count = 0;
  };

  TotalsBy by_;
  std::map<std::tuple<ledger::Currency, ledger::RecordKind, std::string>, Sum> sums_;
};

}  // namespace centime::api
