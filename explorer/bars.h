// Sums as a table in which each row has a bar: the chart and its figures are one thing.
//
// A table is of one currency and one kind of record, so bars compare like with like and their
// colour says nothing that the caption does not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/record_totals.h"
#include "explorer/names.h"
#include "explorer/page.h"

namespace centime::explorer {

struct BarsOptions {
  api::TotalsBy by{};
  // Where the records of one key are listed: "/explore?month=…", without the language.
  std::function<std::string(const std::string& key, ledger::RecordKind kind)> path;
};

// Fills the TABLE sections of explore.html from rows as RecordTotals gives them; the number of
// currencies that were left out, since only a few fit on a page.
std::size_t fill_bars(Page& page, Section section, Names& names,
                      const std::vector<api::TotalsRow>& rows, const BarsOptions& options);

}  // namespace centime::explorer
