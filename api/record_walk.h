// Walks through the records of the ledger for those that a filter wants, newest first.
//
// Bounded: it looks at no more than it is told to and says where to go on, so no request can make
// a node read its whole log. It reads the narrowest index that the filter names: of a fund, a
// member or days, and without any the log itself. With days the order is by day and then by place
// in the log; else by place in the log. Pure reads of one snapshot, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/queries.h"
#include "api/record_filter.h"

namespace centime::api {

// Where a walk goes on, itself included: "e1234" in the order of the log, "d20779" or "d20779.1234"
// in the order of days.
struct WalkPlace {
  std::optional<ledger::Date> day;          // With days only.
  std::optional<ledger::EntryIndex> entry;  // None: from the newest (of the day).

  std::string text() const;
  static std::optional<WalkPlace> from_text(std::string_view text);
};

class RecordWalk {
 public:
  // Looks at most at `looks` records, entries or days that have any. A place must be one of this
  // filter's order: another begins at the newest. The snapshot must outlive it.
  RecordWalk(const storage::Snapshot& snapshot, RecordFilter filter, std::optional<WalkPlace> place,
             std::size_t looks);

  // The next record that fits; nothing at the end, or when it may look no more.
  std::optional<RecordView> next();

  // Where another walk goes on after the last record that was given; nothing at the end.
  std::optional<WalkPlace> place() const;
  std::size_t looked_at() const { return looked_at_; }

 private:
  struct Candidate {
    ledger::EntryIndex entry;
    std::optional<ledger::Date> day;   // With days.
    std::optional<RecordView> record;  // When it was described to find its day.
  };

  void begin_days(const std::optional<WalkPlace>& place);
  void go_to_day(ledger::Date newest);
  bool load_short_list(const std::optional<WalkPlace>& place);
  void fetch();
  std::vector<ledger::EntryIndex> next_entries(std::size_t limit) const;
  std::optional<RecordView> judge(Candidate candidate);
  bool concerns_member(const RecordView& record) const;

  const storage::Snapshot& snapshot_;
  const RecordFilter filter_;
  RecordReader reader_;
  const std::size_t looks_max_;
  std::size_t looked_at_ = 0;

  std::deque<Candidate> candidates_;        // Read from the index and not looked at yet.
  bool ended_ = false;                      // Nothing is left in the index behind them.
  bool of_member_ = false;                  // The index is that of the member.
  std::optional<ledger::EntryIndex> from_;  // Where the index goes on; none: at its newest.
  ledger::Date day_;                        // Whose index is read, with days.
};

// Records that one answer looks through at most, which takes some tenths of a second.
inline constexpr std::size_t record_looks_max = 20'000;

struct WalkPage {
  std::vector<RecordView> records;
  std::optional<WalkPlace> next;  // Where the next page begins; nothing at the end.
};

// Up to `limit` records from where the walk is, fewer when it may look no more.
WalkPage records_page(RecordWalk& walk, std::size_t limit);

// What cursors of the filter's list are bound to, in the API and on pages.
std::string records_list_name(const ParsedFilter& parsed);

}  // namespace centime::api
