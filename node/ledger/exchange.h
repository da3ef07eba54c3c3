// How positions of one currency map to positions of another inside an exchange.
//
// Offset o of the m_from units taken maps to f(o) = floor(o * m_to / m_from), with a 128-bit
// product. Adjacent intervals share their mapped boundary, so no unit is lost or counted twice.
#pragma once

#include "node/ledger/ids.h"

namespace centime::ledger {

// Offsets [lo, hi) into the units of one record, from 0.
struct Offsets {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
  auto operator<=>(const Offsets&) const = default;
  bool empty() const { return lo >= hi; }
  std::uint64_t size() const { return hi - lo; }
};

struct Rate {
  std::uint64_t from_units = 1;  // m_from, from 1.
  std::uint64_t to_units = 1;    // m_to, from 1. Equal to from_units where money just moves.

  // [f(lo), f(hi)): may be empty. Requires hi <= from_units.
  Offsets forwards(const Offsets& from) const;

  // The units whose image meets [lo, hi): from the greatest o with f(o) <= lo to the least o with
  // f(o) >= hi. Requires lo < hi <= to_units.
  Offsets backwards(const Offsets& to) const;
};

}  // namespace centime::ledger
