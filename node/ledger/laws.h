// The laws of the ledger as checks on a finished state, for audits, simulations and tests.
//
//   1  per fund and currency: donated + exchanged in = spent + refunded + exchanged out + held
//   2  inflows tile [0, received) of their account; outflows tile [0, head) and the holes
//   3  the pieces that tracing makes of an interval tile it; without an exchange their leaves add
//      up to the donation
//   4  what is found forwards is found backwards, and backwards finds nothing else
//
// Law 5, that executing the log again gives the same bytes, is the Replayer's (replay.h). Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "node/ledger/state_view.h"

namespace centime::ledger {

struct LawBreach {
  int law = 0;
  std::string detail;  // One sentence with the figures.
};

// Laws 1 and 2 over the whole state, in time linear in its records: `flows` are all its totals and
// `funds` all its funds. Law 1 is held against each account too, which implies it for the fund.
std::optional<LawBreach> check_laws(const StateView& view,
                                    const std::map<FlowKey, FlowTotal>& flows,
                                    std::span<const FundId> funds);

struct TraceVerdict {
  std::optional<LawBreach> breach;
  bool judged = true;  // False if a path is too fragmented to follow.
};

// Laws 3 and 4 for one donation: everything its units became. Requires the entry of a donation.
// Costs a trace backwards for each place where units of it ended.
TraceVerdict check_trace_laws(const StateView& view, EntryIndex donation);

// Law 4 from the other end, for one record that took money out of the ledger: each donation it is
// traced back to is traced forwards to it, with as many units. Requires the entry of an expenditure
// or a refund.
std::optional<LawBreach> check_source_laws(const StateView& view, EntryIndex outlay);

}  // namespace centime::ledger
