// The donations behind a record's money, added up by what they have in common.
//
// Pure reads of one unchanging state, on any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/donation_trace.h"

namespace centime::api {

enum class SourceGroup : std::uint8_t { fund, day, author, channel };
constexpr auto enum_words(SourceGroup) {
  return std::to_array<std::string_view>({"fund", "day", "author", "channel"});
}

std::optional<SourceGroup> source_group_of(std::string_view word);

struct SourceGroupRow {
  std::string key;  // A fund, a member or a channel by its name, or a day: "2026-11-23".
  ledger::Currency gift_currency;  // Gifts in another currency have a row of their own.
  std::uint64_t donations = 0;     // How many.
  std::uint64_t given = 0;         // Units of the donations.
  std::uint64_t became = 0;        // Units of the record's money that they are.
};

// Ascending by key, then currency. `became` adds up to the record's money.
std::vector<SourceGroupRow> group_sources(const storage::Snapshot& snapshot,
                                          const SourcesView& sources, SourceGroup by);

}  // namespace centime::api
