// A submission that is signed only so that a node can say what the ledger would refuse of it.
//
// Its signature is in a domain of its own and holds nowhere on the ledger: neither the node that is
// asked, nor who listens, can have the records recorded. But for the signature it is a submission
// like any other.
#pragma once

#include "node/ledger/submission.h"

namespace centime::ledger {

// The bytes that the signature of a trial covers: those of a submission after
// "centime/submission-check/v1\n".
crypto::Bytes trial_message(const NetworkId& network, const SubmissionHead& head);

// Requires 1 to submission_records_max records.
Submission sign_for_trial(const NetworkId& network, const MemberId& author,
                          const crypto::SecretKey& key, std::vector<Record> records);

// As check_submission, but for a trial; takes what is signed for the ledger too, since whoever
// sends that had it to give away. What comes back is never to be recorded.
std::expected<CheckedSubmission, Rejection> check_for_trial(const NetworkId& network,
                                                            crypto::BytesView bytes);

}  // namespace centime::ledger
