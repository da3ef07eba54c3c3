#include "node/proof/path.h"

#include "crypto/check.h"

namespace centime::proof {
namespace {

using crypto::check;
using ledger::Interval;
using ledger::Position;

// How the units of a record that moves money map to those that arrive.
struct Conversion {
  ledger::Rate rate;
  std::uint64_t offset = 0;  // Of the move's first unit among all that the record took.
  Position fill_lo;
};

Conversion conversion_of(const ledger::Effects& effects, Position move_lo) {
  check(effects.spend && effects.fill, "the record moves money from account to account");
  Conversion conversion;
  conversion.fill_lo = effects.fill->units.lo;
  bool found = false;
  std::uint64_t total = 0;
  for (const Interval& segment : effects.spend->segments.items) {
    if (segment.lo <= move_lo && move_lo < segment.hi) {
      conversion.offset = total + (move_lo - segment.lo);
      found = true;
    }
    total += segment.size();
  }
  check(found, "a move's units are in a segment of its record");
  conversion.rate = {total, effects.fill->units.size()};
  return conversion;
}

LeafKind kind_of(const ledger::Effects& effects, ledger::RecordKind kind) {
  if (effects.fill) return LeafKind::rounded;
  return kind == ledger::RecordKind::refund ? LeafKind::refunded : LeafKind::spent;
}

}  // namespace

const ledger::Donation& Path::gift() const {
  return std::get<ledger::Donation>(record(donation).entry.authored.record.body);
}

const ledger::AccountKey& Path::account_of_piece(std::size_t piece) const {
  return accounts.at(trace.pieces[piece].account);
}

namespace {

Path path_from(const ledger::StateView& view, ledger::Trace trace, ledger::RecordEntry donation) {
  Path path;
  path.donation = trace.pieces[0].arrived_by;
  path.trace = std::move(trace);
  const auto add = [&](ledger::EntryIndex entry, ledger::RecordEntry record) {
    const auto id = ledger::record_id(crypto::encode(record.authored));
    path.records.emplace(entry, PathRecord{id, std::move(record)});
  };
  const auto add_record = [&](ledger::EntryIndex entry) {
    if (!path.records.contains(entry)) add(entry, view.record(entry));
  };
  add(path.donation, std::move(donation));
  for (const ledger::Move& move : path.trace.moves) add_record(move.entry);
  for (const ledger::Piece& piece : path.trace.pieces) {
    if (path.accounts.contains(piece.account)) continue;
    path.accounts.emplace(piece.account, view.account(piece.account)->key());
  }
  check(path.record(path.donation).entry.authored.record.kind() == ledger::RecordKind::donation,
        "the trace begins with a donation");
  return path;
}

}  // namespace

Path path_of(const ledger::StateView& view, ledger::Trace trace) {
  check(!trace.pieces.empty(), "a trace has a start");
  auto donation = view.record(trace.pieces[0].arrived_by);
  return path_from(view, std::move(trace), std::move(donation));
}

std::expected<Path, ledger::TraceError> trace_donation(const ledger::StateView& view,
                                                       ledger::EntryIndex donation,
                                                       std::size_t moves_max) {
  ledger::RecordEntry record = view.record(donation);
  check(record.effects.fill.has_value(), "a donation brings money in");
  const ledger::Fill& fill = *record.effects.fill;
  auto trace = ledger::trace_forward(view, fill.account, fill.units, donation, moves_max);
  if (!trace) return std::unexpected(trace.error());
  return path_from(view, std::move(*trace), std::move(record));
}

std::uint64_t GiftShares::share(std::size_t piece, const Interval& units) const {
  return gift_offset(piece, units.hi) - gift_offset(piece, units.lo);
}

// Goes back from piece to piece. A boundary inside an exchange's image goes to the least offset
// that maps to it or beyond, so neighbours share it; a piece's own ends go to the ends of the move.
std::uint64_t GiftShares::gift_offset(std::size_t piece, Position at) const {
  const ledger::Trace& trace = path_.trace;
  while (trace.pieces[piece].arrived_through) {
    const ledger::Piece& here = trace.pieces[piece];
    const ledger::Move& move = trace.moves[*here.arrived_through];
    if (at == here.units.lo) {
      at = move.units.lo;
    } else if (at == here.units.hi) {
      at = move.units.hi;
    } else {
      const Conversion conversion =
          conversion_of(path_.record(move.entry).entry.effects, move.units.lo);
      const std::uint64_t image = at - conversion.fill_lo;
      const std::uint64_t source = conversion.rate.backwards({image - 1, image}).hi;
      at = move.units.lo + (source - conversion.offset);
    }
    piece = move.from;
  }
  return at - trace.pieces[piece].units.lo;
}

std::vector<Leaf> leaves_of(const Path& path) {
  const GiftShares shares(path);
  std::vector<std::vector<Leaf>> by_piece(path.trace.pieces.size());
  const auto add = [&](LeafKind kind, std::size_t piece, const Interval& units,
                       ledger::EntryIndex entry) {
    by_piece[piece].push_back(
        {kind, piece, path.trace.pieces[piece].account, units, shares.share(piece, units), entry});
  };
  for (std::size_t i = 0; i < path.trace.pieces.size(); ++i) {
    const ledger::Piece& piece = path.trace.pieces[i];
    for (const Interval& units : piece.held) add(LeafKind::held, i, units, piece.arrived_by);
  }
  for (const ledger::Move& move : path.trace.moves) {
    if (move.to) continue;
    const ledger::Effects& effects = path.record(move.entry).entry.effects;
    add(kind_of(effects, move.kind), move.from, move.units, move.entry);
  }
  std::vector<Leaf> leaves;
  for (const auto& of_piece : by_piece)
    leaves.insert(leaves.end(), of_piece.begin(), of_piece.end());
  return leaves;
}

}  // namespace centime::proof
