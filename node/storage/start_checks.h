// Reads the end of a store when it is opened, and refuses one that contradicts itself.
//
// Checks what a crash, a bad disk or a stray program could have done to the end of the log and to
// the accounts. Entries far back are not read again: that is what an audit is for.
#pragma once

#include <expected>
#include <string>

#include "node/storage/database.h"
#include "node/storage/log_edge.h"

namespace centime::storage {

// 2: the column `missing`. 3: governance and epochs. 4: positions by their ends. 5: the column
// `totals`, flows and accounts in the order of their lists, statements with their kinds. A store of
// an older format keeps what salvaging reads.
inline constexpr std::uint32_t format_version = 5;

// What the store keeps in memory about its newest state.
struct NewestState {
  Head head;
  LogEdge edge;
  crypto::MerkleCache state_tree;  // Over the account leaves.
};

struct FormatCheck {
  bool create = false;   // Writes the format version into a database without one.
  bool salvage = false;  // Older formats will do.
};
// Errors as of Store::open.
std::expected<void, std::string> check_format(Database& database, const FormatCheck& check);

// The newest state, with all checks.
std::expected<NewestState, std::string> checked_state(const Database& database);

// Only what the entries and blocks alone say (StoreOptions::salvage), and that they are not less
// than the store recorded.
std::expected<NewestState, std::string> salvaged_state(const Database& database);

}  // namespace centime::storage
