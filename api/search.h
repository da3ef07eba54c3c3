// Finds what a person typed into the one search box.
//
// Understands, with any blanks around and between words:
//   - a record id or its beginning (16 digits or more, in either case, with or without the "…" by
//     which the pages shorten ids), and the hash of a block or another entry likewise;
//   - a link to a page of a donation, record, fund, member or block (typed_link.h);
//   - the number of a block or entry, with or without separators of thousands;
//   - a fund, member or channel by name or title, letters in either case (letter_case.h);
//   - a reference ("shop-1001" or "platform/shop-1001") as it was stated, or stated all in small or
//     all in capital letters, or with its words capitalized, whichever way it is typed;
//   - a day (2026-11-22) with an amount and a currency in any order, as any of the pages writes
//   them
//     ("50.00 EUR 2026-11-22"). Days in words are for the caller to rewrite.
// An amount without a day is not looked up here, only understood: `filter` finds it. Nor is a
// donation by what its receipt commits to, of which there is no index: a filter's `text` finds it.
// Bounded: what it did not look through, it says.
#pragma once

#include <string_view>

#include "api/http_message.h"
#include "api/leaf_search.h"
#include "api/queries.h"

namespace centime::api {

inline constexpr std::size_t search_text_max = 200;

struct SearchResults {
  std::vector<RecordView> records;
  std::vector<std::shared_ptr<const ledger::Fund>> funds;
  std::vector<std::shared_ptr<const ledger::Member>> members;
  std::vector<std::shared_ptr<const ledger::Channel>> channels;
  std::vector<BlockView> blocks;
  // Of any type; not those of `records`, nor of `blocks` that were found by their hash.
  std::vector<ledger::EntryIndex> entries;
  bool complete = true;       // False when there is more than was looked through or is shown.
  bool older_hashes = false;  // Nothing in it by the hash, and there are older ones not looked at.
  // When an amount or a day was asked for: the filter (record_filter.h) that finds all of them.
  Fields filter;

  std::size_t hits() const {
    return records.size() + funds.size() + members.size() + channels.size() + blocks.size() +
           entries.size();
  }
  bool empty() const { return hits() == 0; }
};

// Requires text of at most search_text_max bytes.
SearchResults search(const storage::Snapshot& snapshot, std::string_view text,
                     std::uint64_t tiles_max = leaf_tiles_max);

}  // namespace centime::api
