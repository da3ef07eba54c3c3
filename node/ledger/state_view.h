// What the ledger's rules may ask about the past: the narrow interface between them and a store.
//
// A view is one unchanging state. The store's snapshots, the in-memory state of an audit, and the
// overlay of an unfinished block are views.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "node/ledger/account.h"
#include "node/ledger/governance.h"

namespace centime::ledger {

enum class FundStatus : std::uint8_t { proposed, open, closed };
constexpr auto enum_words(FundStatus) {
  return std::to_array<std::string_view>({"proposed", "open", "closed"});
}

struct Fund {
  MemberId ngo;  // Who proposed it and answers for it.
  FundProposal proposal;
  FundStatus status{};
  EntryIndex proposed_in;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(ngo), CENTIME_FIELD(proposal), CENTIME_FIELD(status),
            CENTIME_FIELD(proposed_in));
  }
};

struct Channel {
  MemberId platform;
  ChannelRecord channel;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(platform), CENTIME_FIELD(channel));
  }
};

// Units of one account that one record brought in.
struct Inflow {
  Interval units;
  EntryIndex entry;
  auto operator<=>(const Inflow&) const = default;
};

// Units of one account that one record took out: one segment of its Spend.
struct Outflow {
  Interval units;
  EntryIndex entry;
  auto operator<=>(const Outflow&) const = default;
};

// Whose money went where, added up. `from` and `to` are members, or empty for the world outside.
struct FlowKey {
  FundId fund;
  Currency currency;
  RecordKind kind{};  // donation, disbursement, expenditure, refund, return_ or exchange.
  std::string from;
  std::string to;  // For an expenditure its category's word; for an exchange the currency.
  auto operator<=>(const FlowKey&) const = default;
};

struct FlowTotal {
  std::uint64_t amount = 0;     // Minor units. Wraps only after 2^64, 2,048 times amount_max.
  std::uint64_t to_amount = 0;  // Of an exchange: minor units of the other currency.
  std::uint64_t count = 0;
  bool operator==(const FlowTotal&) const = default;

  FlowTotal& operator+=(const FlowTotal& more) {
    amount += more.amount;
    to_amount += more.to_amount;
    count += more.count;
    return *this;
  }
};

// For those who ask for all flows, however many.
inline constexpr std::size_t all_flows = ~std::size_t{0};

class StateView {
 public:
  virtual ~StateView() = default;

  // All "nothing" or null if there is none.
  virtual std::shared_ptr<const Member> member(const MemberId& id) const = 0;
  virtual std::shared_ptr<const Fund> fund(const FundId& id) const = 0;
  virtual std::shared_ptr<const Channel> channel(const ChannelId& id) const = 0;
  // Null only before the genesis.
  virtual std::shared_ptr<const Governance> governance() const = 0;
  virtual std::optional<AccountIndex> find_account(const AccountKey& key) const = 0;
  virtual std::optional<EntryIndex> find_reference(const MemberId& author,
                                                   const Reference& reference) const = 0;
  virtual std::optional<EntryIndex> find_record(const RecordId& id) const = 0;

  // Requires index < account_count().
  virtual std::shared_ptr<const Account> account(AccountIndex index) const = 0;
  virtual std::uint32_t account_count() const = 0;

  // Requires an entry that is a record.
  virtual RecordEntry record(EntryIndex entry) const = 0;

  // Those that overlap `within`, ascending by position; of more than `max` only the first.
  virtual std::vector<Inflow> inflows(AccountIndex account, const Interval& within,
                                      std::size_t max) const = 0;
  virtual std::vector<Outflow> outflows(AccountIndex account, const Interval& within,
                                        std::size_t max) const = 0;

  // Statements about a record, its refunds or returns, or approvals of it; a fund's proposal's too.
  virtual std::vector<EntryIndex> statements(const RecordId& subject) const = 0;

  // Zeros where nothing of the kind ever moved.
  virtual FlowTotal flow(const FlowKey& key) const = 0;
};

}  // namespace centime::ledger
