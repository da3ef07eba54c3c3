#include "node/runtime/repeats.h"

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
  Receipt receipt{true, snapshot.head().height, {}, {}};
  for (const ledger::CheckedRecord& record : submission.records) {
    const auto entry = snapshot.find_record(record.id);
    if (!entry) return std::nullopt;
    receipt.entries.push_back(*entry);
    receipt.ids.push_back(record.id);
  }
  return receipt;
}

}  // namespace centime::runtime
