#include "node/ledger/execution.h"

#include <fmt/format.h>

#include "crypto/check.h"
#include "node/ledger/record_rules.h"

namespace centime::ledger {
namespace {

std::unexpected<Rejection> reject(Word word, std::string detail) {
  return std::unexpected(Rejection{{word, std::move(detail)}, {}});
}

crypto::Bytes record_entry_bytes(const CheckedRecord& record, const Effects& effects) {
  crypto::Bytes bytes;
  bytes.reserve(record.authored.size() + 64);
  bytes.push_back(record_entry_tag);
  bytes.insert(bytes.end(), record.authored.begin(), record.authored.end());
  crypto::encode_to(effects, bytes);
  return bytes;
}

RecordId id_of(const StateView& view, EntryIndex entry) {
  return record_id(crypto::encode(view.record(entry).authored));
}

Refusal too_much_for_one() {
  return {Word::too_fragmented,
          fmt::format("this record alone asks for more than {} earlier ones to be read; record it "
                      "without naming where its money came from, or in smaller amounts",
                      block_reads_max)};
}

class SubmissionExecution {
 public:
  SubmissionExecution(Overlay& state, const ExecutionContext& context,
                      const CheckedSubmission& submission, ReadBudget& budget)
      : base_(state),
        state_(state, state.next_entry()),
        budget_(budget),
        history_(state_, budget),
        context_(context),
        submission_(submission) {}

  std::expected<SubmissionOutcome, Rejection> run() {
    if (auto executed = add_all(); !executed) return std::unexpected(executed.error());
    return finish();
  }

  // Keeps the good records, and says which are bad or recorded already.
  std::vector<RecordRefusal> run_leniently() {
    if (auto executed = add_all(); !executed) {
      refusals_.clear();
      for (std::uint32_t i = 0; i < submission_.records.size(); ++i) {
        refuse(i, executed.error().whole);
      }
      return std::move(refusals_);
    }
    refuse_repeats();
    base_.merge(std::move(state_));
    return std::move(refusals_);
  }

 private:
  std::expected<void, Rejection> add_all() {
    const auto author = state_.member(submission_.head.author);
    if (!author) {
      return reject(Word::unknown_member,
                    "no member is called '" + submission_.head.author.value + "'");
    }
    own_key_ = submission_.head.key;
    if (author->key != own_key_) {
      return reject(Word::unknown_key,
                    "this key is not a key of member '" + submission_.head.author.value + "'");
    }
    const auto governance = state_.governance();
    const Standing* standing = governance ? find_standing(*governance, author->member) : nullptr;
    if (standing != nullptr && standing->status == MemberStatus::suspended) {
      return reject(Word::member_suspended,
                    "member '" + author->member.value + "' is suspended and records nothing");
    }
    state_.reserve(submission_.records.size());
    outcome_.records.reserve(submission_.records.size());
    state_.add_entry(crypto::encode(Entry(submission_.head)));
    first_ = state_.next_entry();
    for (std::uint32_t i = 0; i < submission_.records.size(); ++i) {
      const std::size_t left = budget_.left();
      auto refusal = add(i, *author);
      if (!refusal) continue;
      // Alone it would read as much, so no smaller submission helps.
      if (refusal->word == Word::too_many_reads && left == block_reads_max)
        *refusal = too_much_for_one();
      if (refusal->word == Word::too_many_reads) {
        if (refusals_.empty()) return std::unexpected(Rejection{std::move(*refusal), {}});
        // The record that took all there was to read is named. None of the rest has been tried.
        for (std::uint32_t rest = i; rest < submission_.records.size(); ++rest)
          refuse(rest, *refusal);
        return {};
      }
      refuse(i, std::move(*refusal));
    }
    return {};
  }

  // Why it is refused, if it is.
  std::optional<Refusal> add(std::uint32_t index, const Member& author) {
    const CheckedRecord& record = submission_.records[index];
    const auto known = state_.find_reference(author.member, record.record.reference);
    if (known) return add_known(index, *known);
    if (auto silenced = check_voice(author.member)) return silenced;

    const EntryIndex entry = state_.next_entry();
    auto effects = apply_record(state_, history_, context_, author, record.record, entry);
    if (!effects) return std::move(effects.error());
    const auto* rotation = std::get_if<KeyRotation>(&record.record.body);
    if (rotation != nullptr && rotation->member == author.member) own_key_ = rotation->key;
    crypto::Bytes bytes = record_entry_bytes(record, *effects);
    crypto::check(bytes.size() <= entry_size_max, "an entry within its limit");
    state_.add_entry(std::move(bytes));
    state_.add_reference(author.member, record.record.reference, record.id, entry);
    state_.mention(author.member, entry);
    state_.mention(stated_day(record.record).value_or(context_.time.day()), entry);
    outcome_.records.push_back(entry);
    return std::nullopt;
  }

  // A record before it, of this submission, may have completed the author's own suspension, or the
  // replacement of its key by others. Whoever signed all this has no voice from then on: what it
  // approves or proposes later in the submission would outlive the taking back.
  std::optional<Refusal> check_voice(const MemberId& author) const {
    const auto& changed = state_.changes().governance;
    if (!changed) return std::nullopt;
    const Standing* standing = find_standing(*changed, author);
    if (standing->status == MemberStatus::suspended) {
      return Refusal{Word::member_suspended,
                     "a record before it, of this submission, suspends member '" + author.value +
                         "', which records nothing from then on"};
    }
    if (standing->keys.items.back().key != own_key_) {
      return Refusal{Word::unknown_key,
                     "a record before it, of this submission, gives member '" + author.value +
                         "' another key, as others proposed; sign with that one"};
    }
    return std::nullopt;
  }

  std::optional<Refusal> add_known(std::uint32_t index, EntryIndex known) {
    const CheckedRecord& record = submission_.records[index];
    const bool is_here = !(known < first_);
    if (const RecordId other = id_of(state_, known); other != record.id) {
      // Only what is recorded already will be found by its id.
      const std::string which = is_here ? "of this submission" : "already, " + other.hex();
      return Refusal{Word::reference_reused, fmt::format("reference '{}' names another record {}",
                                                         record.record.reference.value, which)};
    }
    if (is_here)
      return Refusal{Word::already_recorded, "this record stands twice in the submission"};
    repeats_.push_back({index, known});
    return std::nullopt;
  }

  void refuse(std::uint32_t index, Refusal refusal) {
    refusals_.push_back({index, std::move(refusal)});
  }

  // For a submission that is not a repeat as a whole. Brings the refusals into order.
  void refuse_repeats() {
    for (const auto& [index, entry] : repeats_) {
      refuse(index, {Word::already_recorded,
                     fmt::format("this record is entry {} already; send the others without it",
                                 entry.value)});
    }
    std::ranges::sort(refusals_, {}, &RecordRefusal::index);
  }

  std::expected<SubmissionOutcome, Rejection> finish() {
    if (repeats_.size() == submission_.records.size()) {
      SubmissionOutcome outcome{true, {}};
      for (const auto& [index, entry] : repeats_) outcome.records.push_back(entry);
      return outcome;
    }
    refuse_repeats();
    if (!refusals_.empty()) {
      Refusal first = refusals_.front().refusal;
      return std::unexpected(Rejection{std::move(first), std::move(refusals_)});
    }
    base_.merge(std::move(state_));
    return std::move(outcome_);
  }

  Overlay& base_;
  Overlay state_;
  ReadBudget& budget_;
  History history_;
  const ExecutionContext& context_;
  const CheckedSubmission& submission_;
  EntryIndex first_;
  crypto::PublicKey own_key_;  // The head's, or what a rotation of the author's own made of it.
  SubmissionOutcome outcome_;
  std::vector<std::pair<std::uint32_t, EntryIndex>> repeats_;
  std::vector<RecordRefusal> refusals_;
};

}  // namespace

std::vector<std::vector<RecordRefusal>> dry_run(const StateView& view, EntryIndex next_entry,
                                                const ExecutionContext& context,
                                                std::span<const CheckedSubmission> submissions,
                                                std::size_t reads_max) {
  Overlay state(view, next_entry);
  std::vector<std::vector<RecordRefusal>> refusals;
  refusals.reserve(submissions.size());
  ReadBudget all(reads_max);
  for (const CheckedSubmission& submission : submissions) {
    ReadBudget budget;
    refusals.push_back(SubmissionExecution(state, context, submission, budget).run_leniently());
    if (!all.take(block_reads_max - budget.left())) break;
  }
  return refusals;
}

std::expected<SubmissionOutcome, Rejection> execute(Overlay& state, const ExecutionContext& context,
                                                    const CheckedSubmission& submission,
                                                    ReadBudget& budget) {
  return SubmissionExecution(state, context, submission, budget).run();
}

}  // namespace centime::ledger
