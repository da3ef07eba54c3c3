// Flows of one account, in memory: ascending and disjoint, as StateView's inflows and outflows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "node/ledger/ids.h"

namespace centime::ledger {

// Requires that none of the rows overlaps the flow.
template <class Flow>
void insert_sorted(std::vector<Flow>& rows, const Flow& flow) {
  if (rows.empty() || rows.back() < flow) {
    rows.push_back(flow);
  } else {
    rows.insert(std::ranges::upper_bound(rows, flow), flow);
  }
}

// Appends the rows that overlap `within`, the first `max` of them.
template <class Flow>
void append_overlapping(const std::vector<Flow>& rows, const Interval& within, std::size_t max,
                        std::vector<Flow>& found) {
  auto row =
      std::ranges::upper_bound(rows, within.lo, {}, [](const Flow& f) { return f.units.hi; });
  for (std::size_t added = 0; added < max; ++added, ++row) {
    if (row == rows.end() || !(row->units.lo < within.hi)) break;
    found.push_back(*row);
  }
}

}  // namespace centime::ledger
