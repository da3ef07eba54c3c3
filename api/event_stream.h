// What became final, as server-sent events, read from the store by entry index.
//
// One event per record: its id is the record's entry index, so that a reader who names the last id
// it saw goes on right behind it, at any node and after any restart. Source: WHATWG HTML, 9.2.
#pragma once

#include <string>
#include <vector>

#include "node/storage/snapshot.h"

namespace centime::api {

// Which records are told about: those of any of the funds, and those about any of the records
// (statements, refunds and returns). All of them when both are empty.
struct EventFilter {
  std::vector<ledger::FundId> funds;
  std::vector<ledger::RecordId> records;

  bool all() const { return funds.empty() && records.empty(); }
};

struct EventBatch {
  std::string text;         // Empty: nothing in the entries looked through.
  ledger::EntryIndex next;  // What the next batch begins with.
  bool more = false;        // Entries of the snapshot were left for the next batch.
};

// The next events from `from` on, as much as one write should carry; where a long run of entries
// held none, only the id from which to go on. Requires from <= snapshot.head().size.
EventBatch read_events(const storage::Snapshot& snapshot, const EventFilter& filter,
                       ledger::EntryIndex from);

// An event without data: it makes a reader that reconnects go on behind the entry.
std::string position_event(ledger::EntryIndex last_told);

}  // namespace centime::api
