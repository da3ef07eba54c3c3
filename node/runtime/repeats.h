// Submissions that are in the log already, found beside the strand or at a glance.
//
// Anybody can put a recorded submission together again from the log, so finding out must cost
// whoever agrees on blocks nothing, or next to nothing.
#pragma once

#include <optional>

#include "node/runtime/node.h"

namespace centime::runtime {

// The answer to a submission whose every record is in the log up to the snapshot.
std::optional<Receipt> find_repeat(const storage::Snapshot& snapshot,
                                   const ledger::CheckedSubmission& submission);

// What stands at the beginning of a submission's canonical bytes. Nothing of it is proven.
struct SubmissionStart {
  ledger::SubmissionHead head;
  ledger::RecordId first;  // Of its first record, if its author is whom the head names.
};
// Nothing if no submission begins so.
std::optional<SubmissionStart> read_start(crypto::BytesView canonical);

}  // namespace centime::runtime
