// A submission's records with their ids and their root, and what is signed: all that does not
// depend on what the signature is for.
#pragma once

#include <string_view>

#include "node/ledger/submission.h"

namespace centime::ledger {

struct HashedRecords {
  CheckedSubmission submission;  // But for its head.
  crypto::Digest root;
};

// Refuses with too_large.
std::expected<HashedRecords, Rejection> hash_records(const MemberId& author,
                                                     std::vector<Record> records);

// Refuses with bad_encoding or too_large. Whether the root is the head's is not looked at.
std::expected<HashedRecords, Rejection> hash_submission(Submission submission);

// From canonical bytes. Refuses with bad_encoding or too_large.
std::expected<Submission, Rejection> decode_submission(crypto::BytesView bytes);

// The submission as it is before it is signed. Requires 1 to submission_records_max records.
Submission unsigned_submission(const MemberId& author, const crypto::PublicKey& key,
                               std::vector<Record> records);

// domain || network id || author || count || root
crypto::Bytes signed_message(std::string_view domain, const NetworkId& network,
                             const SubmissionHead& head);

}  // namespace centime::ledger
