// Submissions that are in the log already, found beside the strand.
//
// Anybody can put a recorded submission together again from the log, so finding out must cost
// whoever agrees on blocks nothing.
#pragma once

#include <optional>

#include "node/runtime/node.h"

namespace centime::runtime {

// The answer to a submission whose every record is in the log up to the snapshot.
std::optional<Receipt> find_repeat(const storage::Snapshot& snapshot,
                                   const ledger::CheckedSubmission& submission);

}  // namespace centime::runtime
