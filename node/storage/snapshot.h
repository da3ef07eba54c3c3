// One finished state of the store: everything up to one block's seal, and nothing after it.
//
// Never changes and never blocks a commit. All methods may be called from any thread; a snapshot
// keeps the database open, so it must be dropped before the directory is opened anew. A row that
// can't be read, or that contradicts another, stops the process (StoreOptions::on_failure).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/merkle.h"
#include "crypto/tiles.h"
#include "node/ledger/block.h"
#include "node/ledger/changes.h"
#include "node/ledger/entries.h"
#include "node/ledger/state_view.h"
#include "node/storage/currency_totals.h"

namespace centime::storage {

// Where the log ends. A store without a genesis block has size 0, and then only `size`, `log`,
// `state_root` (of the empty tree) and `account_count` mean anything.
struct Head {
  ledger::Height height;
  std::uint64_t size = 0;  // Entries, the seal of the last block included.
  ledger::Seal seal;       // Of the last block.
  ledger::EntryIndex seal_entry;
  crypto::Digest hash;       // Of the last block: its seal's leaf hash.
  crypto::CompactRange log;  // Over all `size` entries; its root is what a checkpoint states.
  crypto::Digest state_root = crypto::empty_root();
  std::uint32_t account_count = 0;
  ledger::NetworkId network;

  bool empty() const { return size == 0; }

  // What the next block builds on. Requires a head that is not empty.
  ledger::Tip tip() const { return {ledger::epoch_after(seal), height, seal.time, hash, log}; }
};

struct BlockRow {
  ledger::EntryIndex first_entry;
  ledger::EntryIndex seal_entry;
  crypto::Bytes certificate;
};

struct Flow {
  ledger::FlowKey key;
  ledger::FlowTotal total;
};

enum class Order { oldest_first, newest_first };

// A record about another one, and what kind it is of.
struct ListedStatement {
  ledger::EntryIndex entry;
  ledger::RecordKind kind{};
  bool operator==(const ListedStatement&) const = default;
};

inline constexpr std::size_t all_rows = std::numeric_limits<std::size_t>::max();

// Which of the entries of one fund, member, day or subject are wanted.
struct EntryQuery {
  Order order = Order::newest_first;
  std::optional<ledger::EntryIndex> from;  // The first that may come; none: begin at the end.
  std::size_t limit = 200;
};

// Which rows of a list that is ordered by name, or by another key.
template <class Id>
struct ListQuery {
  std::optional<Id> after;  // Begin behind this one; it need not exist.
  std::size_t limit = all_rows;
};

enum class PrefixError {
  unknown,    // No record's id begins like this.
  ambiguous,  // More than one does.
  bad,        // Not 16 to 64 lower-case hexadecimal digits.
};

// Gets one entry; false stops the scan. The bytes are valid during the call only.
using EntryVisitor = std::function<bool(ledger::EntryIndex, crypto::BytesView)>;

class Snapshot final : public ledger::StateView {
 public:
  struct Parts;
  explicit Snapshot(std::unique_ptr<const Parts> parts);  // Made by Store only.
  ~Snapshot() override;

  const Head& head() const;

  // ---- the ledger's rules
  std::shared_ptr<const ledger::Member> member(const ledger::MemberId& id) const override;
  std::shared_ptr<const ledger::Fund> fund(const ledger::FundId& id) const override;
  std::shared_ptr<const ledger::Channel> channel(const ledger::ChannelId& id) const override;
  std::shared_ptr<const ledger::Governance> governance() const override;
  std::optional<ledger::AccountIndex> find_account(const ledger::AccountKey& key) const override;
  std::optional<ledger::EntryIndex> find_reference(
      const ledger::MemberId& author, const ledger::Reference& reference) const override;
  std::optional<ledger::EntryIndex> find_record(const ledger::RecordId& id) const override;
  std::shared_ptr<const ledger::Account> account(ledger::AccountIndex index) const override;
  std::uint32_t account_count() const override;
  ledger::RecordEntry record(ledger::EntryIndex entry) const override;
  std::vector<ledger::Inflow> inflows(ledger::AccountIndex account, const ledger::Interval& within,
                                      std::size_t max) const override;
  std::vector<ledger::Outflow> outflows(ledger::AccountIndex account,
                                        const ledger::Interval& within,
                                        std::size_t max) const override;
  std::vector<ledger::EntryIndex> statements(const ledger::RecordId& subject) const override;
  ledger::FlowTotal flow(const ledger::FlowKey& key) const override;

  // The same in the order of the query, as much as it asks for, without reading the records. All of
  // them are some thousands at most, which the rules see to. The ledger files attestations and
  // evidence about a fund under its proposal.
  std::vector<ListedStatement> statement_rows(const ledger::RecordId& subject,
                                              const EntryQuery& query) const;

  // ---- the log
  // Canonical bytes. Requires index < head().size.
  crypto::Bytes entry(ledger::EntryIndex index) const;

  // Visits the entries [first, last) in order, at the disk's pace and past the block cache.
  // Requires first <= last <= head().size. False if the visitor stopped it.
  bool for_each_entry(ledger::EntryIndex first, ledger::EntryIndex last,
                      const EntryVisitor& visit) const;

  // Nothing above the head.
  std::optional<BlockRow> block(ledger::Height height) const;

  // The block that holds the entry. Requires entry < head().size.
  ledger::Height block_of(ledger::EntryIndex entry) const;

  // The files of C2SP tlog-tiles, also of any smaller width than the log has by now. Nothing if the
  // log at this head does not reach that far.
  std::optional<crypto::Bytes> tile(const crypto::TileId& id) const;
  std::optional<crypto::Bytes> entry_bundle(const crypto::BundleId& id) const;

  // Hashes of the log, for proofs at head().size. The snapshot must outlive the reader.
  crypto::TileReader log_hashes() const;

  // Who votes in an epoch; nothing if it has not begun.
  std::optional<ledger::EpochStart> epoch(std::uint64_t epoch) const;

  // ---- lists, ascending by name unless said otherwise
  std::vector<std::shared_ptr<const ledger::Member>> members() const;
  std::vector<std::shared_ptr<const ledger::Fund>> funds(
      const ListQuery<ledger::FundId>& query = {}) const;
  std::vector<std::shared_ptr<const ledger::Channel>> channels(
      const ListQuery<ledger::ChannelId>& query = {}) const;
  // In the order of their keys; a query names keys of that fund.
  std::vector<std::shared_ptr<const ledger::Account>> accounts_of(
      const ledger::FundId& fund, const ListQuery<ledger::AccountKey>& query = {}) const;
  std::vector<Flow> flows(const ledger::FundId& fund,
                          const ListQuery<ledger::FlowKey>& query = {}) const;
  std::vector<Flow> flows() const;  // Of all funds, fund by fund.

  // Ascending by currency: of the fund, and of all funds together.
  std::vector<CurrencyTotals> totals(const ledger::FundId& fund) const;
  std::vector<CurrencyTotals> totals() const;

  // Entries in the order of the query.
  std::vector<ledger::EntryIndex> entries_by_fund(const ledger::FundId& fund,
                                                  const EntryQuery& query) const;
  std::vector<ledger::EntryIndex> entries_by_member(const ledger::MemberId& member,
                                                    const EntryQuery& query) const;
  std::vector<ledger::EntryIndex> entries_by_day(ledger::Date day, const EntryQuery& query) const;
  // The last day, not after this one, that has entries.
  std::optional<ledger::Date> last_day_with_entries(ledger::Date until) const;

  // Entries of a fund that wait for something.
  std::vector<ledger::EntryIndex> missing(const ledger::FundId& fund, ledger::Missing what,
                                          const EntryQuery& query) const;

  // The one record whose id begins with these hexadecimal digits.
  std::expected<ledger::EntryIndex, PrefixError> find_record_prefix(std::string_view hex) const;

 private:
  std::unique_ptr<const Parts> parts_;
};

}  // namespace centime::storage
