// Turns one block into the rows that are written for it.
//
// Reads the store only for the totals it adds to; all other rows are new or replaced as a whole.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "node/storage/currency_totals.h"
#include "node/storage/database.h"
#include "node/storage/log_edge.h"

namespace centime::storage {

// The block must follow the head: heights, sizes, counts and the log root are checked.
void check_follows(const BlockWrite& block, const Head& head);

// The end of the log with the block's entries on it. Puts the tiles that they fill into the batch.
struct LogEnd {
  Head head;
  LogEdge edge;
};
LogEnd extend_log(const BlockWrite& block, const Head& head, const LogEdge& edge,
                  Database::Batch& batch);

// Puts the accounts and returns their leaves.
crypto::MerkleCache::Changes put_accounts(const ledger::Changes& changes, Database::Batch& batch);

// Sums as earlier blocks left them: of those that changed lately.
struct RunningTotals {
  std::map<ledger::FlowKey, ledger::FlowTotal> flows;
  // By a fund's name, or an empty one for all funds.
  std::map<std::pair<std::string, ledger::Currency>, CurrencyTotals> of_currency;
};

// Puts everything else. `totals` saves reading what it holds, and is brought up to date.
void put_rows(const BlockWrite& block, const Database& database, RunningTotals& totals,
              Database::Batch& batch);

// Puts rows of the safety state, or deletes those without a value.
void put_votes(std::span<const VoteRow> rows, Database::Batch& batch);

}  // namespace centime::storage
