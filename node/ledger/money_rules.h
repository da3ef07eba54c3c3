// The records that move units: donation, disbursement, expenditure, refund, return, exchange.
//
// Money leaves an account first in, first out, unless the record names what it takes: a refund its
// donation, a return its disbursement, an expenditure the donation it fulfils.
#pragma once

#include <expected>
#include <span>

#include "node/ledger/history.h"

namespace centime::ledger {

// What one member may send another of a fund in one currency, over all time and less what was
// returned, in minor units; returns count up to as much. What an account ever received is bounded
// (amount_max), and nobody must be able to use up more than an eighth of that for another.
inline constexpr std::uint64_t sent_to_one_max = amount_max / 16;

class MoneyRules {
 public:
  // One record's execution: `author` states it and it becomes `entry`. All must outlive the object.
  MoneyRules(Overlay& state, History& history, const Member& author, EntryIndex entry)
      : state_(state), history_(history), author_(author), entry_(entry) {}

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
  struct Named {
    EntryIndex entry;
    RecordEntry record;
  };
  std::expected<Named, Refusal> existing_record(const RecordId& id, RecordKind kind) const;

  // The lowest unspent units of an account of the author's.
  std::expected<Spend, Refusal> take_first(const AccountKey& key, Amount amount) const;
  static NamedMoney money_of(const Named& named);
  // The lowest unspent units in the account among those that the named record brought in.
  std::expected<Spend, Refusal> take_named(const AccountKey& key, Amount amount,
                                           const NamedMoney& named);
  std::expected<Spend, Refusal> take_for_donation(const AccountKey& key, const Expenditure& record,
                                                  const RecordId& donation);
  // Refuses if the receiver is suspended: it can neither deny having the money nor account for it.
  std::optional<Refusal> check_voice(const MemberId& receiver) const;
  // Refuses if the author has sent the receiver too much over time.
  std::optional<Refusal> check_share(const AccountKey& from, const MemberId& to,
                                     Amount amount) const;
  // Refuses if the account cannot hold that much more.
  std::optional<Refusal> check_room(const AccountKey& key, Amount amount);

  // What refunds or returns have given back of the record so far, in minor units, if one more may.
  std::expected<std::uint64_t, Refusal> repaid(const RecordId& id);
  // Refuses to give back more than there was: exchanges may have made any number of units of it.
  static std::optional<Refusal> check_repaid(std::uint64_t repaid, Amount more, Amount of,
                                             const Currency& currency);

  std::optional<Refusal> spend(const Spend& spend);
  Fill fill(const AccountKey& key, Amount amount);
  Fill fill_moved(const AccountKey& key, Amount amount);  // With money that was given before.
  void note_flow(const AccountKey& key, RecordKind kind, std::string from, std::string to,
                 Amount amount, Amount to_amount = {});

  Overlay& state_;
  History& history_;
  const Member& author_;
  EntryIndex entry_;
};

}  // namespace centime::ledger
