// What the records of one submission ask of the past at length: the units that named money has
// become, and what has been stated about a subject.
//
// Every node executes every record, so what one record may make them all read needs a bound. Each
// answer is read once for a submission, and what is read counts against a budget that the
// submissions of a block share.
#pragma once

#include <expected>
#include <map>
#include <set>

#include "node/ledger/overlay.h"
#include "node/ledger/rejection.h"

namespace centime::ledger {

// Outflows, pieces of named money, statements and holes, 1,024 at a time, that the records of one
// block may make a node read. A submission alone in its block has all of them.
inline constexpr std::size_t block_reads_max = 50'000;

// An account that changes is copied, and written and hashed with all its holes.
inline constexpr std::size_t holes_a_read = 1'024;

// What a governance record counts as: it may hold a key and its proof, which take as long.
inline constexpr std::size_t governance_reads = 40;

// Refunds of one donation, and returns of one disbursement: all are read with what is stated there.
inline constexpr std::size_t repayments_of_one_max = 4'096;

class ReadBudget {
 public:
  explicit ReadBudget(std::size_t reads = block_reads_max) : left_(reads) {}

  std::size_t left() const { return left_; }
  // False, with nothing left, if that is more than there is.
  bool take(std::size_t reads);

 private:
  std::size_t left_;
};

// What stands about one record.
struct Stated {
  std::map<MemberId, std::size_t> limited;  // By author; see statements_of_one_max.
  std::size_t repayments = 0;               // Refunds or returns of it.
  std::uint64_t repaid = 0;                 // Minor units, by these.
};

// A record that brought money in, and what.
struct NamedMoney {
  EntryIndex entry;
  Fill fill;
};

class History {
 public:
  // Both must outlive the object. `state` is the submission's, and changes with its records.
  History(const Overlay& state, ReadBudget& budget) : state_(state), budget_(budget) {}

  // The lowest unspent units in `account` among those that the named record brought in, by whatever
  // way; `amount` of them, or all if they are fewer. Error: too_many_reads.
  std::expected<std::vector<Interval>, Refusal> named_units(const NamedMoney& named,
                                                            AccountIndex account, Amount amount);

  // To be called before the account changes. Error: too_many_reads.
  std::optional<Refusal> count_holes(AccountIndex account);

  // Money other than a donation has come into the account: it may be what was named before.
  void arrived(AccountIndex account);

  // To be called before a governance record is tried. Error: too_many_reads.
  std::optional<Refusal> count_governance();

  // The subject must be a record. Error: too_many_reads.
  std::expected<const Stated*, Refusal> stated(const RecordId& subject);

  // One more record about the subject; `repaid`: what a refund or a return gives back.
  void add_statement(const RecordId& subject, const MemberId& author, RecordKind kind,
                     Amount repaid = {});

 private:
  // Units that a record brought in and that no record before had spent; those before `first` have
  // been since.
  struct Held {
    std::vector<Interval> units;
    std::size_t first = 0;
  };

  std::expected<Held*, Refusal> held(EntryIndex entry, AccountIndex account);

  const Overlay& state_;
  ReadBudget& budget_;
  std::map<AccountIndex, std::map<EntryIndex, Held>> held_;
  std::map<RecordId, Stated> stated_;
  std::set<AccountIndex> counted_;  // Their holes.
};

}  // namespace centime::ledger
