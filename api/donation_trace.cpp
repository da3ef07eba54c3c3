#include "api/donation_trace.h"

#include <algorithm>
#include <map>
#include <utility>

namespace centime::api {

using storage::Snapshot;

namespace {

// How many units the intervals cover. Where an exchange made many of one, its parts come from that
// same unit, so intervals may overlap.
std::uint64_t units_in(std::vector<ledger::Interval> intervals) {
  std::ranges::sort(intervals);
  std::uint64_t units = 0;
  ledger::Position covered;
  for (const ledger::Interval& interval : intervals) {
    const ledger::Position from = std::max(interval.lo, covered);
    if (from < interval.hi) units += interval.hi - from;
    covered = std::max(covered, interval.hi);
  }
  return units;
}

}  // namespace

std::expected<DonationTrace, ledger::TraceError> trace_donation(const Snapshot& snapshot,
                                                                ledger::EntryIndex donation,
                                                                std::size_t moves_max,
                                                                std::size_t statements_max) {
  auto path = proof::trace_donation(snapshot, donation, moves_max);
  if (!path) return std::unexpected(path.error());
  DonationTrace trace;
  auto summary = proof::summarise(snapshot, *path, statements_max);
  if (!summary) return std::unexpected(summary.error());
  trace.leaves = proof::leaves_of(*path);
  trace.summary = std::move(*summary);
  trace.path = std::move(*path);
  return trace;
}

std::expected<SourcesView, SourcesError> trace_sources(const Snapshot& snapshot,
                                                       ledger::EntryIndex record,
                                                       std::size_t moves_max) {
  const ledger::RecordEntry entry = snapshot.record(record);
  const auto& [spend, fill] = entry.effects;
  if (!spend && !fill) return std::unexpected(SourcesError::wrong_record_kind);

  SourcesView view;
  const auto account = spend ? spend->account : fill->account;
  view.money.currency = snapshot.account(account)->key().currency;
  if (!spend) {
    view.money.amount.value = fill->units.size();
    view.sources.push_back({record, fill->units.size(), fill->units.size()});
    return view;
  }
  struct Given {
    std::vector<ledger::Interval> units;
    std::uint64_t became = 0;
  };
  std::map<ledger::EntryIndex, Given> by_donation;
  std::size_t moves_left = moves_max;
  for (const ledger::Interval& segment : spend->segments.items) {
    const auto found = ledger::trace_backward(snapshot, account, segment, moves_left);
    if (!found || found->moves > moves_left) return std::unexpected(SourcesError::too_fragmented);
    moves_left -= found->moves;
    for (const ledger::Source& source : found->sources) {
      Given& given = by_donation[source.donation];
      given.units.push_back(source.units);
      given.became += source.became;
    }
    view.money.amount.value += segment.size();
  }
  view.sources.reserve(by_donation.size());
  for (auto& [donation, given] : by_donation)
    view.sources.push_back({donation, units_in(std::move(given.units)), given.became});
  return view;
}

}  // namespace centime::api
