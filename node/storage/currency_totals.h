// What moved in one currency, of one fund or of all: kept up to date with each block.
//
// A fund may have tens of thousands of flows, but its totals are one row for each currency, of
// which there are fewer than two hundred; so whoever shows them reads little, whatever was
// recorded.
#pragma once

#include <cstdint>

#include "node/ledger/state_view.h"

namespace centime::storage {

// donated + exchanged_in = spent + refunded + exchanged_out + what is held, in minor units.
struct CurrencyTotals {
  ledger::Currency currency;
  std::uint64_t donated = 0;
  std::uint64_t donations = 0;  // How many.
  std::uint64_t exchanged_in = 0;
  std::uint64_t spent = 0;
  std::uint64_t refunded = 0;
  std::uint64_t exchanged_out = 0;
  std::uint64_t flows = 0;  // How many rows a list of the flows has; exchanges by what they took.
  std::uint64_t accounts = 0;  // How many there are, those without money too.
  auto operator<=>(const CurrencyTotals&) const = default;
};

}  // namespace centime::storage
