// The rules of each kind of record: one function per kind behind one entry point.
#pragma once

#include <expected>

#include "node/ledger/execution.h"

namespace centime::ledger {

// Checks one record against the state and applies it: accounts, flows, funds, statements. Not the
// log entry and the reference, which are the same for all kinds. A refused record changes no
// account, fund or channel.
std::expected<Effects, Refusal> apply_record(Overlay& state, History& history,
                                             const ExecutionContext& context, const Member& author,
                                             const Record& record, EntryIndex entry);

}  // namespace centime::ledger
