// A batch of records that one member signs once, and the checks that need no state.
//
// The checks are the costly part (hashing, one signature), so they run before the records reach the
// strand and on any thread.
#pragma once

#include <expected>
#include <memory>
#include <vector>

#include "crypto/merkle.h"
#include "node/ledger/entries.h"
#include "node/ledger/rejection.h"

namespace centime::ledger {

// What a member sends: canonical bytes of this, or its JSON.
struct Submission {
  SubmissionHead head;
  crypto::List<Record, submission_records_max> records;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(head), CENTIME_FIELD(records));
  }
};

struct CheckedRecord {
  Record record;
  crypto::BytesView authored;  // Canonical bytes of the AuthoredRecord.
  RecordId id;
};

// A submission whose count, root and signature hold. Whether its key is the author's is for
// execution to say.
struct CheckedSubmission {
  SubmissionHead head;
  std::vector<CheckedRecord> records;
  // Where the records' bytes lie; null if in the block that the submission was read from.
  std::shared_ptr<const crypto::Bytes> bytes;
};

// The bytes that a submission's signature covers.
crypto::Bytes submission_message(const NetworkId& network, const SubmissionHead& head);

// Requires 1 to submission_records_max records.
Submission sign_submission(const NetworkId& network, const MemberId& author,
                           const crypto::SecretKey& key, std::vector<Record> records);

// The same, checked already: nothing that was signed here needs to be verified here. Refuses with
// too_large.
std::expected<CheckedSubmission, Rejection> sign_checked(const NetworkId& network,
                                                         const MemberId& author,
                                                         const crypto::SecretKey& key,
                                                         std::vector<Record> records);

// Refuses with bad_encoding, too_large or bad_signature.
std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             Submission submission);

// Refuses with bad_signature unless `root` is the head's and the head's signature holds.
std::expected<void, Rejection> check_signature(const NetworkId& network, const SubmissionHead& head,
                                               const crypto::Digest& root);

// The same from canonical bytes.
std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             crypto::BytesView bytes);

}  // namespace centime::ledger
