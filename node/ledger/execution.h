// The rules of the ledger: what each record needs, and what it does.
//
// Pure: a submission is executed on a view and either adds all of its records to the overlay or
// none. Same view, same submission, same time: same effects, on every node.
#pragma once

#include <expected>
#include <span>
#include <vector>

#include "node/ledger/history.h"
#include "node/ledger/submission.h"

namespace centime::ledger {

struct ExecutionContext {
  TimeMs time;  // Of the block.
  Policies policies;
};

struct SubmissionOutcome {
  // True if every record had been recorded before, with the same content: nothing was added, and
  // `records` are the first entries of each.
  bool repeat = false;
  std::vector<EntryIndex> records;
};

// Executes a submission on `state`, which is unchanged if it is rejected or a repeat. The rejection
// lists every bad record; one that only fails because of another bad one may be listed too. What is
// read is taken from `budget`. Where that runs out, the submission as a whole is refused as
// too_many_reads; or, if one record alone asked for more than a block may read, that one as
// too_fragmented.
std::expected<SubmissionOutcome, Rejection> execute(Overlay& state, const ExecutionContext& context,
                                                    const CheckedSubmission& submission,
                                                    ReadBudget& budget);

// Which records would be refused if these submissions came next, one list per submission; those
// that are recorded already are listed as already_recorded. Unlike execute, the good records of a
// bad submission count for those after them. Nothing is recorded. The lists are fewer than the
// submissions where those before have read `reads_max` rows in all; the others were not tried.
std::vector<std::vector<RecordRefusal>> dry_run(const StateView& view, EntryIndex next_entry,
                                                const ExecutionContext& context,
                                                std::span<const CheckedSubmission> submissions,
                                                std::size_t reads_max);

}  // namespace centime::ledger
