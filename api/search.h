// Finds what a person typed into the one search box.
//
// Understands a record id or its beginning (16 digits or more, with or without the "…" behind it
// by which the pages shorten ids), the hash of a block or another entry likewise, the number of a
// block or entry, a fund, member or channel by name
// or title, a reference ("shop-1001" or "platform/shop-1001"), and a day with an amount and a
// currency in any order, as any of the pages writes them ("50.00 EUR 2026-11-22"). An amount
// without a day is not looked up here, only understood: `filter` finds it. Nor is a donation by
// what its receipt commits to, of which there is no index: a filter's `text` finds it. Bounded:
// what it did not look through, it says.
#pragma once

#include <string_view>

#include "api/http_message.h"
#include "api/queries.h"

namespace centime::api {

inline constexpr std::size_t search_text_max = 200;

struct SearchResults {
  std::vector<RecordView> records;
  std::vector<std::shared_ptr<const ledger::Fund>> funds;
  std::vector<std::shared_ptr<const ledger::Member>> members;
  std::vector<std::shared_ptr<const ledger::Channel>> channels;
  std::vector<BlockView> blocks;
  std::vector<ledger::EntryIndex> entries;  // Of any type; not those of `records` and `blocks`.
  bool complete = true;  // False when there is more than was looked through or is shown.
  // When an amount or a day was asked for: the filter (record_filter.h) that finds all of them.
  Fields filter;

  std::size_t hits() const {
    return records.size() + funds.size() + members.size() + channels.size() + blocks.size() +
           entries.size();
  }
  bool empty() const { return hits() == 0; }
};

// The text without the "…" or "..." at its end.
std::string_view without_ellipsis(std::string_view text);

// Requires text of at most search_text_max bytes.
SearchResults search(const storage::Snapshot& snapshot, std::string_view text);

}  // namespace centime::api
