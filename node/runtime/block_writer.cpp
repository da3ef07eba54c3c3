#include "node/runtime/block_writer.h"

#include <chrono>

#include "crypto/check.h"
#include "node/runtime/safety_state.h"

namespace centime::runtime {
namespace {

using crypto::check;

std::vector<ledger::RecordId> ids_of(const ledger::CheckedSubmission& submission) {
  std::vector<ledger::RecordId> ids;
  ids.reserve(submission.records.size());
  for (const ledger::CheckedRecord& record : submission.records) ids.push_back(record.id);
  return ids;
}

}  // namespace

ledger::Tip tip_of(const storage::Head& head) {
  return {head.seal.epoch, head.height, head.seal.time, head.hash, head.log};
}

BlockWriter::BlockWriter(storage::Store& store, const ledger::Genesis& genesis,
                         consensus::Engine engine, ledger::MemberId proposer)
    : store_(store),
      genesis_(genesis),
      engine_(std::move(engine)),
      proposer_(std::move(proposer)),
      tip_(tip_of(store.snapshot()->head())) {}

BlockWriter::Written BlockWriter::write(std::deque<PendingSubmission>& pending,
                                        const std::function<void()>& publish) {
  Written written;
  std::vector<Answer> answers;
  {
    const auto snapshot = store_.snapshot();
    ledger::Draft draft(*snapshot, tip_, genesis_.policies, next_time());
    execute(draft, pending, written, answers);
    if (!draft.empty()) {
      commit(std::move(draft));
      publish();
      written.block = true;
    }
  }
  // Only now: what is answered is final and on the disk.
  for (Answer& answer : answers) {
    answer.receipt.height = tip_.height;
    answer.done(std::move(answer.receipt));
  }
  return written;
}

void BlockWriter::execute(ledger::Draft& draft, std::deque<PendingSubmission>& pending,
                          Written& written, std::vector<Answer>& answers) {
  while (!pending.empty() && draft.has_room_for(pending.front().submission)) {
    PendingSubmission next = std::move(pending.front());
    pending.pop_front();
    auto outcome = draft.add(next.submission);
    if (!outcome) {
      ++written.rejected;
      next.done(std::unexpected(SubmitError(std::move(outcome.error()))));
      continue;
    }
    if (outcome->repeat) {
      ++written.repeated;
    } else {
      ++written.accepted;
      written.records += outcome->records.size();
    }
    answers.push_back(
        {std::move(next.done),
         {outcome->repeat, {}, std::move(outcome->records), ids_of(next.submission)}});
  }
}

void BlockWriter::commit(ledger::Draft draft) {
  const ledger::Block block = std::move(draft).seal(proposer_, store_);
  const auto step =
      engine_.propose({{block.seal.height.value}, block.tip.hash, block.seal.previous});
  check(step.has_value(), "the engine follows the tip");
  const crypto::Bytes certificate = crypto::encode(step->finalization);
  store_.commit({block.state->changes(),
                 block.seal,
                 block.tip.hash,
                 certificate,
                 {finalized_row(step->fin)}});
  tip_ = block.tip;
}

ledger::TimeMs BlockWriter::next_time() const {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const auto now_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
  return {std::max(now_ms, tip_.time.value + 1)};
}

}  // namespace centime::runtime
