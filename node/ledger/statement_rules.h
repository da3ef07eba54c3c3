// The records that move nothing: statements about records and funds, and the funds' own life.
#pragma once

#include <expected>

#include "node/ledger/history.h"

namespace centime::ledger {

// Acknowledgements, disputes, attestations and evidence of one member about one record or fund. All
// of them are read for each page about it, so they need a bound; weekly reports reach it in 5
// years.
inline constexpr std::size_t statements_of_one_max = 256;

// True of those four kinds. What else stands about a record can't be stated without end: money and
// decisions run out.
bool is_limited(RecordKind kind);

class StatementRules {
 public:
  // One record's execution: `author` states `record` and it becomes `entry`. All must outlive the
  // object.
  StatementRules(Overlay& state, History& history, const Member& author, const Record& record,
                 EntryIndex entry)
      : state_(state), history_(history), author_(author), record_(record), entry_(entry) {}

  std::expected<Effects, Refusal> apply(const Acknowledgement& record);
  std::expected<Effects, Refusal> apply(const Dispute& record);
  std::expected<Effects, Refusal> apply(const Attestation& record);
  std::expected<Effects, Refusal> apply(const EvidenceRecord& record);
  std::expected<Effects, Refusal> apply(const FundProposal& record);
  std::expected<Effects, Refusal> apply(const FundApproval& record);
  std::expected<Effects, Refusal> apply(const FundClosure& record);
  std::expected<Effects, Refusal> apply(const ChannelRecord& record);

 private:
  std::expected<std::shared_ptr<const Fund>, Refusal> existing_fund(const FundId& id) const;
  std::expected<RecordEntry, Refusal> existing_record(const RecordId& id) const;
  struct Sight {
    Amount amount;
    std::uint64_t least;  // That the amount may be.
    bool acknowledged;
  };
  std::expected<Effects, Refusal> about_disbursement(const RecordId& id, const Sight& seen);
  void set_status(const Fund& fund, FundStatus status);
  void note_missing(const RecordId& subject, const FundId& fund, Missing what, bool missing);
  // This record becomes one of those about its subject, unless its author has said enough of that
  // already; what is said of a fund stands under its proposal.
  std::expected<Effects, Refusal> add_statement(const RecordId& id, const RecordEntry& subject);
  std::expected<Effects, Refusal> add_statement(const Fund& fund);
  void index_statement(const RecordId& id, const RecordEntry& subject);

  Overlay& state_;
  History& history_;
  const Member& author_;
  const Record& record_;
  EntryIndex entry_;
};

// The fund that a record is about, if it is about one.
std::optional<FundId> fund_of(const StateView& view, const Record& record);

}  // namespace centime::ledger
