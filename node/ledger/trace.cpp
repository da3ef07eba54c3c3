#include "node/ledger/trace.h"

#include <algorithm>
#include <map>

#include "crypto/check.h"

namespace centime::ledger {
namespace {

using crypto::check;

class ForwardTracer {
 public:
  ForwardTracer(const StateView& view, std::size_t moves_max)
      : view_(view), moves_max_(moves_max) {}

  std::expected<Trace, TraceError> run(Piece start) {
    trace_.pieces.push_back(std::move(start));
    for (std::size_t next = 0; next < trace_.pieces.size(); ++next) {
      if (!follow(next)) return std::unexpected(TraceError::too_fragmented);
    }
    return std::move(trace_);
  }

 private:
  bool follow(std::size_t index) {
    const AccountIndex account = trace_.pieces[index].account;
    const Interval units = trace_.pieces[index].units;
    Position at = units.lo;
    for (const Outflow& outflow :
         view_.outflows(account, units, moves_max_ - trace_.moves.size() + 1)) {
      const Interval part = intersection(outflow.units, units);
      if (at < part.lo) trace_.pieces[index].held.push_back({at, part.lo});
      at = part.hi;
      if (trace_.moves.size() == moves_max_) return false;
      move(index, part, outflow.entry);
    }
    if (at < units.hi) trace_.pieces[index].held.push_back({at, units.hi});
    return true;
  }

  void move(std::size_t from, const Interval& part, EntryIndex entry) {
    const RecordEntry& record = load(entry);
    const Effects& effects = record.effects;
    Move move{from, part, entry, record.authored.record.kind(), std::nullopt};
    if (effects.fill) {
      const auto& segments = effects.spend->segments.items;
      const std::uint64_t offset = offset_of(segments, part.lo);
      const Rate rate{total_units(segments), effects.fill->units.size()};
      const Offsets image = rate.forwards({offset, offset + part.size()});
      if (!image.empty()) {
        const Position base = effects.fill->units.lo;
        move.to = trace_.pieces.size();
        trace_.pieces.push_back({effects.fill->account,
                                 {base + image.lo, base + image.hi},
                                 entry,
                                 trace_.moves.size(),
                                 {}});
      }
    }
    trace_.moves.push_back(move);
  }

  const RecordEntry& load(EntryIndex entry) {
    const auto found = records_.find(entry);
    if (found != records_.end()) return found->second;
    return records_.emplace(entry, view_.record(entry)).first->second;
  }

  const StateView& view_;
  std::size_t moves_max_;
  Trace trace_;
  std::map<EntryIndex, RecordEntry> records_;
};

// An exchange of unequal amounts that was followed backwards, so that its image can be taken
// forwards again.
struct Hop {
  Rate rate;
  std::uint64_t segment_offset;  // Of the segment's first unit among the record's units.
  Position segment_lo;
  Position fill_lo;
  Interval clip;        // The units of the filled account that are asked about.
  std::uint64_t shift;  // Modulo 2^64: from the filled account to where the hop before took from.
};

// Money that went to and fro this often is followed no further: the search is recursive.
constexpr std::size_t depth_max = 1'000;

class BackwardTracer {
 public:
  BackwardTracer(const StateView& view, std::size_t moves_max)
      : view_(view), moves_max_(moves_max) {}

  bool follow(AccountIndex account, const Interval& units) {
    const std::size_t left = moves_max_ - std::min(moves_, moves_max_);
    for (const Inflow& inflow : view_.inflows(account, units, left + 1)) {
      if (++moves_ > moves_max_) return false;
      const Interval part = intersection(inflow.units, units);
      const Effects effects = view_.record(inflow.entry).effects;
      if (!effects.spend) {
        report(account, part, inflow.entry);
      } else if (!follow_spend(effects, part)) {
        return false;
      }
    }
    return true;
  }

  Sources take() { return {std::move(sources_), moves_}; }

 private:
  bool follow_spend(const Effects& effects, const Interval& part) {
    const auto& segments = effects.spend->segments.items;
    const Interval& fill = effects.fill->units;
    const Rate rate{total_units(segments), fill.size()};
    const Offsets wanted = rate.backwards({part.lo - fill.lo, part.hi - fill.lo});
    std::uint64_t offset = 0;
    for (const Interval& segment : segments) {
      const std::uint64_t lo = std::max(wanted.lo, offset);
      const std::uint64_t hi = std::min(wanted.hi, offset + segment.size());
      if (lo < hi) {
        const Interval source{segment.lo + (lo - offset), segment.lo + (hi - offset)};
        if (!follow_hop(effects.spend->account, source,
                        {rate, offset, segment.lo, fill.lo, part, shift_})) {
          return false;
        }
      }
      offset += segment.size();
    }
    return true;
  }

  bool follow_hop(AccountIndex account, const Interval& source, const Hop& hop) {
    if (depth_ == depth_max) return false;
    const bool shifted = hop.rate.from_units == hop.rate.to_units;
    if (!shifted) hops_.push_back(hop);
    shift_ =
        shifted ? hop.shift + hop.fill_lo.value + hop.segment_offset - hop.segment_lo.value : 0;
    ++depth_;
    const bool whole = follow(account, source);
    --depth_;
    shift_ = hop.shift;
    if (!shifted) hops_.pop_back();
    return whole;
  }

  void report(AccountIndex account, const Interval& units, EntryIndex donation) {
    moves_ += hops_.size();
    Interval image = shifted(units, shift_);
    for (auto hop = hops_.rbegin(); hop != hops_.rend(); ++hop) {
      const std::uint64_t lo = hop->segment_offset + (image.lo - hop->segment_lo);
      const Offsets mapped = hop->rate.forwards({lo, lo + image.size()});
      image = intersection({hop->fill_lo + mapped.lo, hop->fill_lo + mapped.hi}, hop->clip);
      if (image.empty()) return;
      image = shifted(image, hop->shift);
    }
    sources_.push_back({donation, account, units, image.size()});
  }

  static Interval shifted(const Interval& units, std::uint64_t by) {
    return {{units.lo.value + by}, {units.hi.value + by}};
  }

  const StateView& view_;
  std::size_t moves_max_;
  std::size_t moves_ = 0;
  std::size_t depth_ = 0;
  // From the account that is looked at to where the last hop took from, or to the units asked
  // about. Where money only moves, positions are shifted: any number of such moves is one shift.
  std::uint64_t shift_ = 0;
  std::vector<Hop> hops_;
  std::vector<Source> sources_;
};

}  // namespace

std::uint64_t offset_of(const std::vector<Interval>& segments, Position unit) {
  std::uint64_t offset = 0;
  for (const Interval& segment : segments) {
    if (segment.lo <= unit && unit < segment.hi) return offset + (unit - segment.lo);
    offset += segment.size();
  }
  check(false, "an outflow is a segment of its record");
  return 0;
}

std::expected<Trace, TraceError> trace_forward(const StateView& view, AccountIndex account,
                                               const Interval& units, EntryIndex arrived_by,
                                               std::size_t moves_max) {
  return ForwardTracer(view, moves_max).run({account, units, arrived_by, std::nullopt, {}});
}

std::expected<Sources, TraceError> trace_backward(const StateView& view, AccountIndex account,
                                                  const Interval& units, std::size_t moves_max) {
  BackwardTracer tracer(view, moves_max);
  if (!tracer.follow(account, units)) return std::unexpected(TraceError::too_fragmented);
  return tracer.take();
}

std::expected<HeldUnits, TraceError> held_units(const StateView& view, EntryIndex entry,
                                                AccountIndex account, std::size_t moves_max) {
  const RecordEntry record = view.record(entry);
  check(record.effects.fill.has_value(), "the record brought money in");
  const Fill& fill = *record.effects.fill;
  const auto trace = trace_forward(view, fill.account, fill.units, entry, moves_max);
  if (!trace) return std::unexpected(trace.error());
  HeldUnits held{{}, trace->moves.size()};
  for (const Piece& piece : trace->pieces) {
    if (piece.account != account) continue;
    held.units.insert(held.units.end(), piece.held.begin(), piece.held.end());
  }
  std::ranges::sort(held.units);
  return held;
}

}  // namespace centime::ledger
