#include "node/runtime/repeats.h"

#include "crypto/canonical.h"
#include "node/runtime/block_body.h"

namespace centime::runtime {

std::optional<Receipt> find_repeat(const storage::Snapshot& snapshot,
                                   const ledger::CheckedSubmission& submission) {
  // Whom the ledger refuses it refuses first.
  const ledger::MemberId& name = submission.head.author;
  const auto author = snapshot.member(name);
  const auto governance = snapshot.governance();
  const ledger::Standing* standing =
      author && governance ? ledger::find_standing(*governance, name) : nullptr;
  if (standing == nullptr || standing->status == ledger::MemberStatus::suspended ||
      author->key != submission.head.key) {
    return std::nullopt;
  }
  Receipt receipt{true, snapshot.head().height, {}, ids_of(submission)};
  const auto first = snapshot.find_record(receipt.ids.front());
  if (!first) return std::nullopt;
  // What follows a submission's head in the log are its records, and nothing of two thousand has to
  // be looked up.
  const bool same =
      snapshot.entry({first->value - 1}) == crypto::encode(ledger::Entry{submission.head});
  for (std::size_t i = 0; i < receipt.ids.size(); ++i) {
    const auto entry =
        same ? ledger::EntryIndex{first->value + i} : snapshot.find_record(receipt.ids[i]);
    if (!entry) return std::nullopt;
    receipt.entries.push_back(*entry);
  }
  return receipt;
}

std::optional<SubmissionStart> read_start(crypto::BytesView canonical) {
  SubmissionStart start;
  ledger::AuthoredRecord first;
  try {
    crypto::CanonicalReader reader(canonical);
    crypto::take_value(reader, start.head);
    if (reader.take_integer<std::uint32_t>() == 0) return std::nullopt;
    crypto::take_value(reader, first.record);
  } catch (const crypto::CanonicalReader::Failure&) {
    return std::nullopt;
  }
  first.author = start.head.author;
  start.first = ledger::record_id(crypto::encode(first));
  return start;
}

}  // namespace centime::runtime
