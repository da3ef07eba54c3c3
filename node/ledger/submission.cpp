#include "node/ledger/submission.h"

#include "crypto/check.h"
#include "node/ledger/hashed_submission.h"

namespace centime::ledger {
namespace {

std::unexpected<Rejection> reject(Word word, std::string detail) {
  return std::unexpected(Rejection{{word, std::move(detail)}, {}});
}

}  // namespace

crypto::Bytes submission_message(const NetworkId& network, const SubmissionHead& head) {
  return signed_message("centime/submission/v1\n", network, head);
}

Submission sign_submission(const NetworkId& network, const MemberId& author,
                           const crypto::SecretKey& key, std::vector<Record> records) {
  Submission submission = unsigned_submission(author, key.public_key(), std::move(records));
  submission.head.signature = key.sign(submission_message(network, submission.head));
  return submission;
}

std::expected<CheckedSubmission, Rejection> sign_checked(const NetworkId& network,
                                                         const MemberId& author,
                                                         const crypto::SecretKey& key,
                                                         std::vector<Record> records) {
  crypto::check(!records.empty() && records.size() <= submission_records_max,
                "a submission's number of records");
  auto hashed = hash_records(author, std::move(records));
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  CheckedSubmission& checked = hashed->submission;
  checked.head = {author,
                  key.public_key(),
                  static_cast<std::uint32_t>(checked.records.size()),
                  hashed->root,
                  {}};
  checked.head.signature = key.sign(submission_message(network, checked.head));
  return std::move(checked);
}

std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             Submission submission) {
  auto hashed = hash_submission(std::move(submission));
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  if (auto held = check_signature(network, hashed->submission.head, hashed->root); !held) {
    return std::unexpected(std::move(held.error()));
  }
  return std::move(hashed->submission);
}

std::expected<void, Rejection> check_signature(const NetworkId& network, const SubmissionHead& head,
                                               const crypto::Digest& root) {
  if (root != head.root) {
    return reject(Word::bad_signature, "the signed root is not the root of these records");
  }
  // Not admitted here, which costs as much as the signature: execution compares the key with the
  // member's, and that one was admitted when it entered the ledger.
  if (!crypto::verify(head.key, submission_message(network, head), head.signature)) {
    return reject(Word::bad_signature, "the signature does not hold for this key and network");
  }
  return {};
}

std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             crypto::BytesView bytes) {
  auto submission = decode_submission(bytes);
  if (!submission) return std::unexpected(std::move(submission.error()));
  return check_submission(network, std::move(*submission));
}

}  // namespace centime::ledger
