// Following money through the ledger: what units became, and what units were made of.
//
// Pure functions of a view. A trace costs a range scan per piece and does not depend on how many
// donations there are. Where an exchange rounds, a piece may map to no unit at all; forwards it
// ends there, and backwards it is not reported.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "node/ledger/exchange.h"
#include "node/ledger/state_view.h"

namespace centime::ledger {

// An interval of one account that the traced units became.
struct Piece {
  AccountIndex account;
  Interval units;
  EntryIndex arrived_by;
  std::optional<std::size_t> arrived_through;  // Index of the move; nothing for the start.
  std::vector<Interval> held;                  // Still unspent, ascending.
};

// Part of a piece that one record took out of its account.
struct Move {
  std::size_t from;  // Index of the piece.
  Interval units;    // In the account of that piece.
  EntryIndex entry;
  RecordKind kind{};
  std::optional<std::size_t> to;  // Index of the piece it became; nothing when it left the ledger
                                  // or an exchange rounded it away.
};

// Pieces and moves in the order in which they were found; pieces[0] is the start. Each piece's held
// intervals and the units of its moves tile it.
struct Trace {
  std::vector<Piece> pieces;
  std::vector<Move> moves;
};

enum class TraceError {
  too_fragmented,  // More than the allowed number of moves, or backwards more than 1,000 hops.
};

inline constexpr std::size_t trace_moves_max = 100'000;

// Where a unit of a record's segments stands among all that the record moved. Requires one of them.
std::uint64_t offset_of(const std::vector<Interval>& segments, Position unit);

// What `units` of an account became. Requires units that the account received by `arrived_by`.
std::expected<Trace, TraceError> trace_forward(const StateView& view, AccountIndex account,
                                               const Interval& units, EntryIndex arrived_by,
                                               std::size_t moves_max = trace_moves_max);

// Units of a donation that others were made of.
struct Source {
  EntryIndex donation;
  AccountIndex account;  // The one that received the donation.
  Interval units;        // In that account.
  std::uint64_t became;  // How many of the units asked about they are.
};

struct Sources {
  std::vector<Source> sources;  // In the order of the units that came of them.
  std::size_t moves = 0;  // That were followed, and exchanges that were mapped forwards again.
};

// What `units` of an account were made of; `became` adds up to units.size().
std::expected<Sources, TraceError> trace_backward(const StateView& view, AccountIndex account,
                                                  const Interval& units,
                                                  std::size_t moves_max = trace_moves_max);

struct HeldUnits {
  std::vector<Interval> units;  // Ascending.
  std::size_t moves = 0;        // That were followed to find them.
};

// The unspent units in `account` that came from the units which the record `entry` brought in,
// directly or by way of other accounts. Requires a record that brought money in.
std::expected<HeldUnits, TraceError> held_units(const StateView& view, EntryIndex entry,
                                                AccountIndex account, std::size_t moves_max);

}  // namespace centime::ledger
