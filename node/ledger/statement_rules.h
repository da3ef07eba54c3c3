// The records that move nothing: statements about records and funds, and the funds' own life.
#pragma once

#include <expected>

#include "node/ledger/overlay.h"
#include "node/ledger/rejection.h"

namespace centime::ledger {

class StatementRules {
 public:
  // One record's execution: `author` states it and it becomes `entry`. All must outlive the object.
  StatementRules(Overlay& state, const Member& author, EntryIndex entry)
      : state_(state), author_(author), entry_(entry) {}

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
  // Indexes this record under its subject; a fund's statements stand under its proposal.
  void add_statement(const RecordId& id, const RecordEntry& subject);
  void add_statement(const Fund& fund);

  Overlay& state_;
  const Member& author_;
  EntryIndex entry_;
};

// The fund that a record is about, if it is about one.
std::optional<FundId> fund_of(const StateView& view, const Record& record);

}  // namespace centime::ledger
