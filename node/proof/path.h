// A donation's way through the ledger: a trace together with the records and accounts it names.
//
// Made from a state by whoever serves it, or from a bundle by whoever verifies it; both give the
// same path. What lies at its ends adds up to the gift, also where money was exchanged on the way.
#pragma once

#include <array>
#include <map>

#include "node/ledger/trace.h"

namespace centime::proof {

struct PathRecord {
  ledger::RecordId id;
  ledger::RecordEntry entry;
};

struct Path {
  ledger::EntryIndex donation;
  ledger::Trace trace;                               // pieces[0] is the whole gift.
  std::map<ledger::EntryIndex, PathRecord> records;  // The donation, and that of each move.
  std::map<ledger::AccountIndex, ledger::AccountKey> accounts;  // That of each piece.

  // Requires a record of the path.
  const PathRecord& record(ledger::EntryIndex entry) const { return records.at(entry); }
  const ledger::Donation& gift() const;
  const ledger::AccountKey& account_of_piece(std::size_t piece) const;
};

// Looks up what the trace of a donation names. Requires a forward trace of all of its units.
Path path_of(const ledger::StateView& view, ledger::Trace trace);

// Traces the donation in this entry. Requires that it is one. Too fragmented is what has more moves
// than moves_max, or more than 20 conversions (see conversions_max) for each of these.
std::expected<Path, ledger::TraceError> trace_donation(
    const ledger::StateView& view, ledger::EntryIndex donation,
    std::size_t moves_max = ledger::trace_moves_max);

// Exchanges of unequal amounts that a path may have, counted once for each move and each held
// interval behind them. Each costs two 128-bit divisions for each of their shares.
inline constexpr std::uint64_t conversions_max = 2'000'000;

// How the units of a path's pieces share the gift. Where an exchange has rounded, the units of the
// gift go to the first that came of them, so that the shares always add up.
class GiftShares {
 public:
  explicit GiftShares(const Path& path);

  // Minor units of the gift, in its currency, that these of the piece came from; may be 0 after an
  // exchange. Requires units of that piece. Costs as many steps as there are conversions behind it.
  std::uint64_t share(std::size_t piece, const ledger::Interval& units) const;

  // As conversions_max counts them: what sharing out the whole gift costs.
  std::uint64_t conversions() const { return conversions_; }

 private:
  // From a boundary in a piece to one in the gift. Where money only moves, positions are shifted:
  // any number of such moves is one shift.
  struct Way {
    std::uint64_t shift = 0;               // Modulo 2^64, to the piece that the conversion made.
    std::optional<std::size_t> converted;  // By the last of conversions; nothing: to the gift.
    std::uint64_t conversions = 0;         // Up to the gift.
  };

  // How an exchange of unequal amounts made one piece of another.
  struct Conversion {
    ledger::Rate rate;
    std::uint64_t offset = 0;  // Of the move's first unit among all that the record took.
    ledger::Position fill_lo;
    ledger::Interval made;   // The units of the piece that it made,
    ledger::Interval taken;  // and those of the move.
    Way before;              // That of the piece which the move took from.
  };

  Way way_behind(const Path& path, const ledger::Piece& piece);
  std::uint64_t gift_offset(std::size_t piece, ledger::Position at) const;

  std::vector<Way> ways_;  // Of each piece.
  std::vector<Conversion> made_by_;
  std::uint64_t conversions_ = 0;
  ledger::Position gift_lo_;
};

// Where money of the gift has come to rest, or left the ledger.
enum class LeafKind : std::uint8_t {
  held,      // Unspent in an account.
  spent,     // Paid to the outside.
  refunded,  // Back to the donor.
  rounded,   // Less than one unit of the currency it was exchanged to.
};
constexpr auto enum_words(LeafKind) {
  return std::to_array<std::string_view>({"held", "spent", "refunded", "rounded"});
}

struct Leaf {
  LeafKind kind{};
  std::size_t piece = 0;
  ledger::AccountIndex account;  // In which the units lie, or lay last.
  ledger::Interval units;        // There.
  std::uint64_t given = 0;       // Their share of the gift, in its currency.
  ledger::EntryIndex entry;      // That took them out; of held ones, that brought them in.
};

// In the order of the pieces; `given` adds up to the gift.
std::vector<Leaf> leaves_of(const Path& path);

}  // namespace centime::proof
