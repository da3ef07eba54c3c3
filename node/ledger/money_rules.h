// The records that move units: donation, disbursement, expenditure, refund, return, exchange.
//
// Money leaves an account first in, first out, unless the record names what it takes: a refund its
// donation, a return its disbursement, an expenditure the donation it fulfils.
#pragma once

#include <expected>
#include <span>

#include "node/ledger/overlay.h"
#include "node/ledger/rejection.h"

namespace centime::ledger {

class MoneyRules {
 public:
  // One record's execution: `author` states it and it becomes `entry`. All must outlive the object.
  MoneyRules(Overlay& state, const Member& author, EntryIndex entry)
      : state_(state), author_(author), entry_(entry) {}

  std::expected<Effects, Refusal> apply(const Donation& record);
  std::expected<Effects, Refusal> apply(const Disbursement& record);
  std::expected<Effects, Refusal> apply(const Expenditure& record);
  std::expected<Effects, Refusal> apply(const Refund& record);
  std::expected<Effects, Refusal> apply(const Return& record);
  std::expected<Effects, Refusal> apply(const Exchange& record);

 private:
  using Segments = std::vector<Interval>;

  std::optional<Refusal> check_money(Amount amount, const Currency& currency) const;
  std::optional<Refusal> check_holder() const;
  std::expected<std::shared_ptr<const Fund>, Refusal> existing_fund(const FundId& id) const;
  std::expected<RecordEntry, Refusal> existing_record(const RecordId& id, RecordKind kind) const;
  std::uint64_t returned(const RecordId& disbursement) const;

  // The lowest unspent units of an account of the author's.
  std::expected<Spend, Refusal> take_first(const AccountKey& key, Amount amount) const;
  // The lowest unspent units in the account among those that the record `origin` brought in.
  std::expected<Spend, Refusal> take_named(const AccountKey& key, Amount amount,
                                           const RecordId& origin) const;
  std::expected<Spend, Refusal> take_for_donation(const AccountKey& key, const Expenditure& record,
                                                  const RecordId& donation) const;
  // Refuses if the account cannot hold that much more.
  std::optional<Refusal> check_room(const AccountKey& key, Amount amount) const;

  std::optional<Refusal> spend(const Spend& spend);
  Fill fill(const AccountKey& key, Amount amount);
  void note_flow(const AccountKey& key, RecordKind kind, std::string from, std::string to,
                 Amount amount, Amount to_amount = {});

  Overlay& state_;
  const Member& author_;
  EntryIndex entry_;
};

}  // namespace centime::ledger
