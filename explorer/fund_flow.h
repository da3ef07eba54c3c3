// All the money of a fund as flow diagrams, one for each currency.
//
// A member is one box, however often money came to it, so returns are drawn as less sent, and money
// that goes in a circle leaves on the right and comes in again on the left. The table has each sum
// as it was recorded.
#pragma once

#include "explorer/catalogue.h"
#include "explorer/flow_diagram.h"
#include "explorer/names.h"
#include "node/storage/snapshot.h"

namespace centime::explorer {

// Ascending by currency; none for a fund without money.
std::vector<FlowDiagram> fund_flows(const Catalogue& words, Names& names,
                                    const storage::Snapshot& snapshot, const ledger::FundId& fund);

}  // namespace centime::explorer
