#include "node/ledger/trial_submission.h"

#include <utility>

#include "node/ledger/hashed_submission.h"

namespace centime::ledger {

crypto::Bytes trial_message(const NetworkId& network, const SubmissionHead& head) {
  return signed_message("centime/submission-check/v1\n", network, head);
}

Submission sign_for_trial(const NetworkId& network, const MemberId& author,
                          const crypto::SecretKey& key, std::vector<Record> records) {
  Submission submission = unsigned_submission(author, key.public_key(), std::move(records));
  submission.head.signature = key.sign(trial_message(network, submission.head));
  return submission;
}

std::expected<CheckedSubmission, Rejection> check_for_trial(const NetworkId& network,
                                                            crypto::BytesView bytes) {
  auto decoded = decode_submission(bytes);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  auto hashed = hash_submission(std::move(*decoded));
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  const SubmissionHead& head = hashed->submission.head;
  const bool for_trial = hashed->root == head.root &&
                         crypto::verify(head.key, trial_message(network, head), head.signature);
  if (!for_trial) {
    if (auto held = check_signature(network, head, hashed->root); !held)
      return std::unexpected(std::move(held.error()));
  }
  return std::move(hashed->submission);
}

}  // namespace centime::ledger
