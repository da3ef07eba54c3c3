#include "node/ledger/account.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

#include "crypto/check.h"

namespace centime::ledger {

using crypto::check;

namespace {

constexpr std::size_t spent_one_by_one_max = 4;

}  // namespace

std::size_t hash_value(const AccountKey& key) {
  std::size_t seed = 0;
  boost::hash_combine(seed, key.fund.value);
  boost::hash_combine(seed, key.holder.value);
  boost::hash_combine(seed, key.currency.text());
  return seed;
}

std::optional<Interval> Account::room_for(Amount amount) const {
  const auto total = checked_add(Amount{received_.value}, amount);
  if (!total) return std::nullopt;
  return Interval{received_, Position{total->value}};
}

void Account::receive(const Interval& units) {
  check(units.lo == received_ && units.lo < units.hi, "inflow at the account's end");
  received_ = units.hi;
}

std::optional<std::vector<Interval>> Account::first_unspent(Amount amount) const {
  check(amount.value <= balance(), "no more than the balance is spent");
  std::vector<Interval> segments;
  std::uint64_t missing = amount.value;
  Position lo = head_;
  auto hole = holes_.items.begin();
  while (missing > 0) {
    const Position hi = hole == holes_.items.end() ? received_ : hole->lo;
    const std::uint64_t taken = std::min(missing, hi - lo);
    if (taken > 0) segments.push_back({lo, lo + taken});
    if (segments.size() > segments_max) return std::nullopt;
    missing -= taken;
    if (missing > 0) lo = (hole++)->hi;
  }
  return segments;
}

std::vector<Interval> Account::unspent(const Interval& within, std::uint64_t amount) const {
  std::vector<Interval> free;
  Position lo = std::max(within.lo, head_);
  const Position end = std::min(within.hi, received_);
  auto hole = std::ranges::upper_bound(holes_.items, lo, {}, &Interval::hi);
  while (lo < end && amount > 0) {
    const Position hi = hole == holes_.items.end() ? end : std::min(end, hole->lo);
    const std::uint64_t units = lo < hi ? std::min(amount, hi - lo) : 0;
    if (units > 0) free.push_back({lo, lo + units});
    amount -= units;
    if (hole == holes_.items.end()) break;
    lo = std::max(lo, (hole++)->hi);
  }
  return free;
}

bool Account::spend(const std::vector<Interval>& segments) {
  // One by one each may move the holes behind it; all at once they are all merged anew. Where one
  // might find no room for its hole, all at once: nothing may be left half done.
  const bool few =
      segments.size() <= spent_one_by_one_max && holes_.items.size() + segments.size() <= holes_max;
  if (segments.size() > 1 && !few) return spend_all(segments);
  return std::ranges::all_of(segments, [this](const Interval& each) { return spend_one(each); });
}

bool Account::spend_one(const Interval& segment) {
  std::vector<Interval>& holes = holes_.items;
  check(head_ <= segment.lo && segment.lo < segment.hi && segment.hi <= received_,
        "segment is unspent");
  const auto after = std::ranges::lower_bound(holes, segment.lo, {}, &Interval::lo);
  const bool joins_after = after != holes.end() && after->lo == segment.hi;
  check(after == holes.end() || segment.hi <= after->lo, "segment is unspent");
  if (segment.lo == head_) {
    head_ = joins_after ? after->hi : segment.hi;
    if (joins_after) {
      hole_units_ -= after->size();
      holes.erase(after);
    }
    return true;
  }
  const bool joins_before = after != holes.begin() && std::prev(after)->hi == segment.lo;
  check(after == holes.begin() || std::prev(after)->hi <= segment.lo, "segment is unspent");
  if (joins_before && joins_after) {
    std::prev(after)->hi = after->hi;
    holes.erase(after);
  } else if (joins_before) {
    std::prev(after)->hi = segment.hi;
  } else if (joins_after) {
    after->lo = segment.lo;
  } else if (holes.size() == holes_max) {
    return false;
  } else {
    holes.insert(after, segment);
  }
  hole_units_ += segment.size();
  return true;
}

bool Account::spend_all(const std::vector<Interval>& segments) {
  std::vector<Interval>& holes = holes_.items;
  // Spending at the head closes holes; elsewhere a segment adds at most one.
  std::vector<Interval> merged;
  merged.reserve(holes.size() + segments.size());
  std::ranges::merge(holes, segments, std::back_inserter(merged));
  Position head = head_;
  std::vector<Interval> kept;
  kept.reserve(merged.size());
  for (const Interval& spent : merged) {
    check(spent.lo >= head && spent.lo < spent.hi && spent.hi <= received_, "segment is unspent");
    if (spent.lo == head) {
      head = spent.hi;
    } else if (!kept.empty() && kept.back().hi == spent.lo) {
      kept.back().hi = spent.hi;
    } else {
      check(kept.empty() || kept.back().hi < spent.lo, "segments are disjoint");
      kept.push_back(spent);
    }
  }
  if (kept.size() > holes_max) return false;
  head_ = head;
  holes = std::move(kept);
  count_hole_units();
  return true;
}

bool Account::well_formed() const {
  Position last = head_;
  for (const Interval& hole : holes_.items) {
    if (!(last < hole.lo) || !(hole.lo < hole.hi) || hole.hi > received_) return false;
    last = hole.hi;
  }
  return head_ <= received_ && received_.value <= amount_max;
}

void Account::count_hole_units() {
  hole_units_ = 0;
  for (const Interval& hole : holes_.items) hole_units_ += hole.size();
}

std::uint64_t total_units(const std::vector<Interval>& segments) {
  std::uint64_t total = 0;
  for (const Interval& segment : segments) total += segment.size();
  return total;
}

std::optional<Account> decode_account(crypto::BytesView bytes) {
  auto account = crypto::decode<Account>(bytes);
  if (!account || !account->well_formed()) return std::nullopt;
  account->count_hole_units();
  return std::move(*account);
}

crypto::Digest account_leaf_hash(const Account& account) {
  crypto::Bytes bytes;
  crypto::encode_to(account, bytes);
  return crypto::hash_leaf(bytes);
}

}  // namespace centime::ledger
