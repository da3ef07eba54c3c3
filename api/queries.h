// What both the API and the pages ask of a snapshot, as plain structs.
//
// Pure reads of one unchanging state, on any thread. Donations are followed in donation_trace.h,
// and search.h finds things by what people type.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/proof/summary.h"
#include "node/storage/snapshot.h"

namespace centime::api {

struct Money {
  ledger::Amount amount;
  ledger::Currency currency;
  auto operator<=>(const Money&) const = default;
};

// One record as it stands in the log, with what is needed to show it.
struct RecordView {
  ledger::RecordId id;
  ledger::EntryIndex entry;
  ledger::Height height;
  ledger::TimeMs time;  // Of its block.
  ledger::RecordEntry content;

  std::optional<ledger::FundId> fund;
  std::optional<ledger::Date> day;          // The day that the record itself states.
  std::optional<Money> money;               // What it moved, or for a statement the amount it saw.
  std::optional<Money> became;              // Of an exchange.
  std::optional<ledger::RecordId> subject;  // The record it is about.

  ledger::RecordKind kind() const { return content.authored.record.kind(); }
  const ledger::MemberId& author() const { return content.authored.author; }
};

// Describes records, and remembers the last block it looked up: consecutive entries are cheap. The
// snapshot must outlive it; one thread.
class RecordReader {
 public:
  explicit RecordReader(const storage::Snapshot& snapshot) : snapshot_(snapshot) {}

  RecordView describe(ledger::EntryIndex entry);  // Requires an entry that is a record.
  // The same for who has read it already. Requires that entry's content.
  RecordView describe(ledger::EntryIndex entry, ledger::RecordEntry content);
  std::vector<RecordView> describe(const std::vector<ledger::EntryIndex>& entries);
  std::vector<RecordView> describe(std::span<const storage::ListedStatement> rows);

 private:
  void find_block(ledger::EntryIndex entry);

  const storage::Snapshot& snapshot_;
  ledger::EntryIndex block_first_;
  ledger::EntryIndex block_end_;  // One past its seal; equal to block_first_ before the first.
  ledger::Height height_;
  ledger::TimeMs time_;
};

RecordView describe_record(const storage::Snapshot& snapshot, ledger::EntryIndex entry);

// By its whole id, or by any prefix of at least 16 hexadecimal digits that only it has.
std::expected<ledger::EntryIndex, storage::PrefixError> find_record(
    const storage::Snapshot& snapshot, std::string_view id_or_prefix);
std::string_view to_word(storage::PrefixError error);  // unknown_record, ambiguous_id, bad_id

// All that stands about a record, without reading it: acknowledgements, disputes, attestations,
// evidence, refunds and returns, oldest first. For a fund, ask about its proposal.
std::vector<storage::ListedStatement> statements_about(const storage::Snapshot& snapshot,
                                                       const ledger::RecordId& subject);

// What the receiver said of a disbursement; the last of these statements counts.
proof::HandOver hand_over(const std::vector<storage::ListedStatement>& statements);

// ---- totals, one row per currency, ascending by currency

// donated + exchanged_in = spent + refunded + exchanged_out + held, in minor units.
struct FundTotals {
  ledger::Currency currency;
  std::uint64_t donated = 0;
  std::uint64_t donations = 0;  // How many.
  std::uint64_t exchanged_in = 0;
  std::uint64_t spent = 0;
  std::uint64_t refunded = 0;
  std::uint64_t exchanged_out = 0;
  std::uint64_t held = 0;
};

std::vector<FundTotals> fund_totals(const storage::Snapshot& snapshot, const ledger::FundId& fund);
std::vector<FundTotals> network_totals(const storage::Snapshot& snapshot);  // Of all funds.

// How many accounts a fund has, and how many rows a list of its flows.
std::uint64_t account_count(const storage::Snapshot& snapshot, const ledger::FundId& fund);
std::uint64_t flow_count(const storage::Snapshot& snapshot, const ledger::FundId& fund);

// What passed through one member's hands. collected + received + exchanged_in =
// sent + returned + spent + refunded + exchanged_out + held.
struct MemberTotals {
  ledger::Currency currency;
  std::uint64_t collected = 0;  // Donations it recorded.
  std::uint64_t received = 0;   // From members: disbursements, and its own that came back.
  std::uint64_t exchanged_in = 0;
  std::uint64_t sent = 0;
  std::uint64_t returned = 0;
  std::uint64_t spent = 0;
  std::uint64_t refunded = 0;
  std::uint64_t exchanged_out = 0;
  std::uint64_t held = 0;
};

// The flows that go from or to a member, in all funds, in the order of FlowKey. Reads all flows of
// the ledger: not for a thread of the server.
std::vector<storage::Flow> member_flows(const storage::Snapshot& snapshot,
                                        const ledger::MemberId& member);
// Requires what member_flows gave.
std::vector<MemberTotals> member_totals(const std::vector<storage::Flow>& flows,
                                        const ledger::MemberId& member);

// ---- blocks

struct BlockView {
  ledger::Height height;
  crypto::Digest hash;
  ledger::Seal seal;
  ledger::EntryIndex seal_entry;
  crypto::Bytes certificate;
};

std::optional<BlockView> describe_block(const storage::Snapshot& snapshot, ledger::Height height);

// ---- pages of records

// Of a fund also: disbursements not acknowledged, and expenditures without evidence. About a
// record: what statements_about lists.
enum class RecordList { of_fund, of_member, unacknowledged, without_evidence, about_record };

struct RecordPage {
  std::vector<RecordView> records;
  std::optional<ledger::EntryIndex> next;  // Where the next page begins; nothing at the end.
};

// Requires limit >= 1. `name` is a fund, a member or a whole record id by the list's kind; an
// unknown one has none.
RecordPage records_page(const storage::Snapshot& snapshot, RecordList list, std::string_view name,
                        const storage::EntryQuery& query);

}  // namespace centime::api
