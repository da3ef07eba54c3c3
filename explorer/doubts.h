// What auditors think of a record or a fund, where it is a doubt.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/names.h"
#include "explorer/page.h"
#include "node/ledger/records.h"
#include "node/storage/snapshot.h"

namespace centime::explorer {

// A notice on top of the page for each auditor whose last word among the statements, oldest first,
// is a doubt: `words` says it of a verdict and the auditor's name, or nothing of what is none.
void fill_doubts(
    Page& page, Names& names, const storage::Snapshot& snapshot,
    const std::vector<storage::ListedStatement>& statements,
    const std::function<std::optional<std::string>(ledger::Verdict, const std::string&)>& words);

}  // namespace centime::explorer
