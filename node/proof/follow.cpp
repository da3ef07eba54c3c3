#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/check.h"
#include "node/proof/effects.h"

namespace centime::proof {
namespace {

using ledger::AccountIndex;
using ledger::EntryIndex;
using ledger::Interval;
using ledger::Position;

using Fault = std::optional<VerifyFault>;

Fault path_fault(VerifyWord word, std::string detail) {
  return VerifyFault{VerifyStep::path, word, std::move(detail)};
}

// One segment of a record's spend.
struct Taken {
  Interval units;
  EntryIndex entry;
  std::uint64_t offset = 0;  // Of its first unit among all that the record took.
  auto operator<=>(const Taken&) const = default;
};

class GiftFollower {
 public:
  GiftFollower(const ProvenRecords& records, const ProvenAccounts& accounts)
      : records_(records), accounts_(accounts) {
    for (const auto& [index, record] : records) {
      if (!record.entry.effects.spend) continue;
      std::uint64_t& total = totals_[index];
      for (const Interval& segment : record.entry.effects.spend->segments.items) {
        taken_[record.entry.effects.spend->account].push_back({segment, index, total});
        total += segment.size();
      }
    }
    for (auto& [account, segments] : taken_) std::ranges::sort(segments);
  }

  std::expected<Path, VerifyFault> run(EntryIndex donation) {
    const ledger::Fill& fill = *records_.at(donation).entry.effects.fill;
    path_.donation = donation;
    path_.records.insert(*records_.find(donation));
    path_.trace.pieces.push_back({fill.account, fill.units, donation, std::nullopt, {}});
    for (std::size_t next = 0; next < path_.trace.pieces.size(); ++next) {
      if (auto found = follow(next)) return std::unexpected(std::move(*found));
    }
    if (GiftShares(path_).conversions() > conversions_max) {
      return std::unexpected(
          *path_fault(VerifyWord::too_long, "the money was exchanged too often to be followed"));
    }
    if (auto found = find_needless()) return std::unexpected(std::move(*found));
    return std::move(path_);
  }

 private:
  Fault follow(std::size_t index) {
    const ledger::Piece piece = path_.trace.pieces[index];
    const auto head = accounts_.find(piece.account);
    if (head == accounts_.end()) {
      return path_fault(
          VerifyWord::missing_account,
          fmt::format("the head of account {}, which entry {} moved money to, is missing",
                      piece.account.value, piece.arrived_by.value));
    }
    path_.accounts.emplace(piece.account, head->second.key());

    const std::vector<Taken>& taken = taken_[piece.account];
    auto at = std::ranges::upper_bound(taken, piece.units.lo, {},
                                       [](const Taken& segment) { return segment.units.hi; });
    Position done = piece.units.lo;
    for (; at != taken.end() && at->units.lo < piece.units.hi; ++at) {
      const Interval part = intersection(at->units, piece.units);
      if (auto found = hold(index, head->second, {done, part.lo})) return found;
      if (auto found = move(index, part, *at)) return found;
      done = part.hi;
    }
    return hold(index, head->second, {done, piece.units.hi});
  }

  // Units that no entry of the bundle took: the account has to show them as unspent.
  Fault hold(std::size_t piece, const ledger::Account& account, const Interval& units) {
    if (units.empty()) return std::nullopt;
    const std::vector<Interval> unspent = account.unspent(units);
    if (unspent != std::vector<Interval>{units}) {
      return path_fault(
          VerifyWord::units_unaccounted,
          fmt::format("units of account {} from {} to {} are spent, and no entry here "
                      "says by whom",
                      account.index().value, units.lo.value, units.hi.value));
    }
    path_.trace.pieces[piece].held.push_back(units);
    return std::nullopt;
  }

  Fault move(std::size_t from, const Interval& part, const Taken& taken) {
    if (!(path_.trace.pieces[from].arrived_by < taken.entry)) {
      return path_fault(VerifyWord::wrong_effects,
                        fmt::format("entry {} took money before it came", taken.entry.value));
    }
    if (path_.trace.moves.size() == ledger::trace_moves_max) {
      return path_fault(VerifyWord::too_long, "the money was moved too often to be followed");
    }
    const auto found = records_.find(taken.entry);
    path_.records.insert(*found);
    const ledger::RecordEntry& record = found->second.entry;
    ledger::Move move{from, part, taken.entry, record.authored.record.kind(), std::nullopt};
    if (record.effects.fill) {
      const ledger::Fill& fill = *record.effects.fill;
      const ledger::Rate rate{totals_.at(taken.entry), fill.units.size()};
      const std::uint64_t offset = taken.offset + (part.lo - taken.units.lo);
      const ledger::Offsets image = rate.forwards({offset, offset + part.size()});
      if (!image.empty()) {
        move.to = path_.trace.pieces.size();
        path_.trace.pieces.push_back({fill.account,
                                      {fill.units.lo + image.lo, fill.units.lo + image.hi},
                                      taken.entry,
                                      path_.trace.moves.size(),
                                      {}});
      }
    }
    path_.trace.moves.push_back(move);
    return std::nullopt;
  }

  Fault find_needless() const {
    for (const auto& [index, record] : records_) {
      if (!path_.records.contains(index)) {
        return path_fault(VerifyWord::needless_entry,
                          fmt::format("entry {} is not on the gift's path", index.value));
      }
    }
    for (const auto& [index, account] : accounts_) {
      if (!path_.accounts.contains(index)) {
        return path_fault(VerifyWord::needless_account,
                          fmt::format("account {} is not on the gift's path", index.value));
      }
    }
    return std::nullopt;
  }

  const ProvenRecords& records_;
  const ProvenAccounts& accounts_;
  std::map<AccountIndex, std::vector<Taken>> taken_;  // Ascending.
  std::map<EntryIndex, std::uint64_t> totals_;        // Units that each record took.
  Path path_;
};

}  // namespace

std::expected<Path, VerifyFault> follow_gift(const ProvenRecords& records,
                                             const ProvenAccounts& accounts, EntryIndex donation) {
  return GiftFollower(records, accounts).run(donation);
}

}  // namespace centime::proof
