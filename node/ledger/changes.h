// Everything a block adds to a store, gathered while its records are executed.
//
// Also what a submission adds to its block, so that a refused submission is simply not merged.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <utility>
#include <vector>

#include "node/ledger/state_view.h"

namespace centime::ledger {

struct ReferenceRow {
  MemberId author;
  Reference reference;
  EntryIndex entry;
};

struct IdRow {
  RecordId id;
  EntryIndex entry;
};

struct InflowRow {
  AccountIndex account;
  Inflow inflow;
};

struct OutflowRow {
  AccountIndex account;
  Outflow outflow;
};

struct StatementRow {
  RecordId subject;
  EntryIndex entry;
  RecordKind kind;  // Of the entry's record.
};

// What an entry of a fund may wait for.
enum class Missing : std::uint8_t {
  acknowledgement,  // A disbursement, that its receiver acknowledges it; a dispute is none.
  evidence,         // An expenditure, that any is filed.
};
constexpr auto enum_words(Missing) {
  return std::to_array<std::string_view>({"acknowledgement", "evidence"});
}

// That an entry waits for something from now on, or does so no longer. The last row counts.
struct MissingRow {
  FundId fund;
  Missing what;
  EntryIndex entry;
  bool missing;
  auto operator<=>(const MissingRow&) const = default;
};

// Entries [first, last] that one fund, member or day takes part in. Consecutive ones share a run.
struct EntryRun {
  EntryIndex first;
  EntryIndex last;
};
using EntryRuns = std::vector<EntryRun>;

struct Changes {
  std::vector<crypto::Bytes> entries;            // Canonical bytes, in log order.
  std::vector<crypto::Digest> leaf_hashes;       // Of the entries; filled when the block is sealed.
  std::vector<Member> members;                   // New or changed.
  std::shared_ptr<const Governance> governance;  // Null if unchanged.
  std::optional<EpochStart> epoch;               // The one that the block's seal begins.
  std::map<FundId, Fund> funds;                  // New or changed.
  std::map<ChannelId, Channel> channels;         // New.
  std::map<AccountIndex, std::shared_ptr<Account>> accounts;  // New or changed, in full.
  std::vector<AccountIndex> new_accounts;                     // Ascending; also in `accounts`.
  std::vector<ReferenceRow> references;
  std::vector<IdRow> ids;
  std::vector<InflowRow> inflows;
  std::vector<OutflowRow> outflows;
  std::vector<StatementRow> statements;
  std::vector<MissingRow> missing;
  std::map<FlowKey, FlowTotal> flows;  // What is to be added to the stored totals.
  std::map<FundId, EntryRuns> by_fund;
  std::map<MemberId, EntryRuns> by_member;
  std::map<Date, EntryRuns> by_day;
};

// Appends an entry to the runs. Requires it to be above all that are there, or the last one again.
void add_to_runs(EntryRuns& runs, EntryIndex entry);

}  // namespace centime::ledger
