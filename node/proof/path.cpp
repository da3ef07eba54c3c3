#include "node/proof/path.h"

#include "crypto/check.h"

namespace centime::proof {
namespace {

using crypto::check;
using ledger::Interval;
using ledger::Position;

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
  Path path = path_from(view, std::move(*trace), std::move(record));
  const std::uint64_t most = moves_max * (conversions_max / ledger::trace_moves_max);
  if (GiftShares(path).conversions() > most)
    return std::unexpected(ledger::TraceError::too_fragmented);
  return path;
}

GiftShares::GiftShares(const Path& path) : gift_lo_(path.trace.pieces[0].units.lo) {
  ways_.reserve(path.trace.pieces.size());
  for (const ledger::Piece& piece : path.trace.pieces) {
    ways_.push_back(way_behind(path, piece));
    conversions_ += piece.held.size() * ways_.back().conversions;
  }
  for (const ledger::Move& move : path.trace.moves) conversions_ += ways_[move.from].conversions;
}

// The pieces before this one have their ways.
GiftShares::Way GiftShares::way_behind(const Path& path, const ledger::Piece& piece) {
  if (!piece.arrived_through) return {};
  const ledger::Move& move = path.trace.moves[*piece.arrived_through];
  const Way& before = ways_[move.from];
  const ledger::Effects& effects = path.record(move.entry).entry.effects;
  check(effects.spend && effects.fill, "the record moves money from account to account");
  const auto& segments = effects.spend->segments.items;
  const ledger::Rate rate{total_units(segments), effects.fill->units.size()};
  if (rate.from_units == rate.to_units) {
    Way way = before;
    way.shift += move.units.lo.value - piece.units.lo.value;
    return way;
  }
  made_by_.push_back({rate, offset_of(segments, move.units.lo), effects.fill->units.lo, piece.units,
                      move.units, before});
  return {0, made_by_.size() - 1, before.conversions + 1};
}

std::uint64_t GiftShares::share(std::size_t piece, const Interval& units) const {
  return gift_offset(piece, units.hi) - gift_offset(piece, units.lo);
}

// Goes back from exchange to exchange. A boundary inside an exchange's image goes to the least
// offset that maps to it or beyond, so neighbours share it; a piece's own ends go to the ends of
// the move.
std::uint64_t GiftShares::gift_offset(std::size_t piece, Position at) const {
  const Way* way = &ways_[piece];
  at.value += way->shift;
  while (way->converted) {
    const Conversion& conversion = made_by_[*way->converted];
    if (at == conversion.made.lo) {
      at = conversion.taken.lo;
    } else if (at == conversion.made.hi) {
      at = conversion.taken.hi;
    } else {
      const std::uint64_t image = at - conversion.fill_lo;
      const std::uint64_t source = conversion.rate.backwards({image - 1, image}).hi;
      at = conversion.taken.lo + (source - conversion.offset);
    }
    way = &conversion.before;
    at.value += way->shift;
  }
  return at - gift_lo_;
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
