#include "api/record_walk.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "crypto/canonical.h"
#include "crypto/check.h"

namespace centime::api {
namespace {

using ledger::EntryIndex;
using storage::Snapshot;

constexpr std::size_t batch = 200;
// With days, a fund or member with no more records than this is read as a whole and sorted: days
// could be many and each hold other funds' records only.
constexpr std::size_t short_list_max = 1'000;
constexpr std::uint32_t day_max = 2'932'896;  // 9999-12-31

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// Days come before what is written later on them.
auto order_of(const RecordView& record) { return std::pair(filed_day(record), record.entry); }

}  // namespace

std::string WalkPlace::text() const {
  const auto number = entry ? std::to_string(entry->value) : std::string();
  if (!day) return "e" + number;
  const auto of_day = "d" + std::to_string(day->value);
  return entry ? of_day + "." + number : of_day;
}

std::optional<WalkPlace> WalkPlace::from_text(std::string_view text) {
  if (text.empty() || (text.front() != 'e' && text.front() != 'd')) return std::nullopt;
  WalkPlace place;
  const bool with_day = text.front() == 'd';
  text.remove_prefix(1);
  if (with_day) {
    const auto day = take_number(text);
    if (!day || *day > day_max) return std::nullopt;
    place.day = ledger::Date{static_cast<std::uint32_t>(*day)};
    if (text.empty()) return place;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  const auto entry = take_number(text);
  if (!entry || !text.empty()) return std::nullopt;
  place.entry = EntryIndex{*entry};
  return place;
}

RecordWalk::RecordWalk(const Snapshot& snapshot, RecordFilter filter,
                       std::optional<WalkPlace> place, std::size_t looks)
    : snapshot_(snapshot), filter_(std::move(filter)), reader_(snapshot), looks_max_(looks) {
  if (place && place->day.has_value() != filter_.by_day()) place.reset();
  if (snapshot.head().empty()) {
    ended_ = true;
  } else if (filter_.by_day()) {
    begin_days(place);
  } else {
    of_member_ = filter_.member && !filter_.fund;
    if (place) from_ = place->entry;
  }
}

void RecordWalk::begin_days(const std::optional<WalkPlace>& place) {
  if (load_short_list(place)) return;
  const auto newest = filter_.to.value_or(ledger::Date{day_max});
  const bool goes_on = place && *place->day <= newest;
  go_to_day(goes_on ? *place->day : newest);
  if (goes_on && day_ == *place->day) from_ = place->entry;
}

// Days without records are passed over: a ledger of one year has thousands of them behind it.
void RecordWalk::go_to_day(ledger::Date newest) {
  const auto day = snapshot_.last_day_with_entries(newest);
  ended_ = !day || (filter_.from && *day < *filter_.from);
  if (!ended_) day_ = *day;
}

bool RecordWalk::load_short_list(const std::optional<WalkPlace>& place) {
  if (!filter_.fund && !filter_.member) return false;
  const std::size_t limit = short_list_max + 1;
  std::vector<EntryIndex> entries;
  if (filter_.fund)
    entries = snapshot_.entries_by_fund(*filter_.fund, {.from = {}, .limit = limit});
  const bool fund_is_short = filter_.fund && entries.size() < limit;
  if (filter_.member && !fund_is_short)
    entries = snapshot_.entries_by_member(*filter_.member, {.from = {}, .limit = limit});
  if (entries.size() >= limit || entries.size() > looks_max_) return false;
  of_member_ = !fund_is_short;

  auto records = reader_.describe(entries);
  std::ranges::sort(records, std::ranges::greater{}, order_of);
  for (RecordView& record : records) {
    const auto day = filed_day(record);
    if (place && *place->day < day) continue;
    if (place && place->entry && *place->day == day && *place->entry < record.entry) continue;
    const auto entry = record.entry;
    candidates_.push_back({entry, day, std::move(record)});
  }
  ended_ = true;
  return true;
}

std::vector<EntryIndex> RecordWalk::next_entries(std::size_t limit) const {
  const storage::EntryQuery query{storage::Order::newest_first, from_, limit};
  if (filter_.by_day()) return snapshot_.entries_by_day(day_, query);
  if (filter_.fund) return snapshot_.entries_by_fund(*filter_.fund, query);
  if (filter_.member) return snapshot_.entries_by_member(*filter_.member, query);
  const EntryIndex newest{snapshot_.head().size - 1};
  const auto first = from_ ? std::min(*from_, newest) : newest;
  std::vector<EntryIndex> entries;
  for (auto left = std::min<std::uint64_t>(limit, first.value + 1), at = first.value; left > 0;
       --left, --at)
    entries.push_back({at});
  return entries;
}

void RecordWalk::fetch() {
  const auto limit = std::min(batch, looks_max_ - looked_at_);
  const auto entries = next_entries(limit);
  const auto day = filter_.by_day() ? std::optional(day_) : std::nullopt;
  for (const EntryIndex entry : entries) candidates_.push_back({entry, day, std::nullopt});
  if (entries.size() == limit && entries.back().value > 0) {
    from_ = EntryIndex{entries.back().value - 1};
  } else if (!filter_.by_day() || day_.value == 0) {
    ended_ = true;
  } else {
    ++looked_at_;
    from_.reset();
    go_to_day({day_.value - 1});
  }
}

std::optional<RecordView> RecordWalk::next() {
  for (;;) {
    while (!candidates_.empty()) {
      if (looked_at_ >= looks_max_) return std::nullopt;
      ++looked_at_;
      Candidate candidate = std::move(candidates_.front());
      candidates_.pop_front();
      if (auto record = judge(std::move(candidate))) return record;
    }
    if (ended_ || looked_at_ >= looks_max_) return std::nullopt;
    fetch();
  }
}

std::optional<WalkPlace> RecordWalk::place() const {
  if (!candidates_.empty()) return WalkPlace{candidates_.front().day, candidates_.front().entry};
  if (ended_) return std::nullopt;
  return WalkPlace{filter_.by_day() ? std::optional(day_) : std::nullopt, from_};
}

std::optional<RecordView> RecordWalk::judge(Candidate candidate) {
  auto& [index, day, record] = candidate;
  if (!record) {
    const auto bytes = snapshot_.entry(index);
    if (bytes.empty() || bytes.front() != ledger::record_entry_tag) return std::nullopt;
    auto entry = crypto::decode<ledger::Entry>(bytes);
    crypto::check(entry && std::holds_alternative<ledger::RecordEntry>(*entry), "it is a record");
    auto& content = std::get<ledger::RecordEntry>(*entry);
    if (!filter_.may_fit(content.authored)) return std::nullopt;
    record = reader_.describe(index, std::move(content));
  }
  if (!filter_.fits(*record) || !concerns_member(*record)) return std::nullopt;
  return std::move(record);
}

bool RecordWalk::concerns_member(const RecordView& record) const {
  if (!filter_.member || of_member_ || record.author() == *filter_.member) return true;
  const auto at = snapshot_.entries_by_member(*filter_.member, {.from = record.entry, .limit = 1});
  return !at.empty() && at.front() == record.entry;
}

WalkPage records_page(RecordWalk& walk, std::size_t limit) {
  WalkPage page;
  for (;;) {
    // Also behind the last of the page: only another record makes another page.
    const auto behind = walk.place();
    auto record = walk.next();
    if (!record) {
      page.next = walk.place();
      return page;
    }
    if (page.records.size() == limit) {
      page.next = behind;
      return page;
    }
    page.records.push_back(std::move(*record));
  }
}

std::string records_list_name(const ParsedFilter& parsed) { return "records?" + parsed.name(); }

}  // namespace centime::api
