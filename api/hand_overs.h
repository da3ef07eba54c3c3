// How a member answers for the money that others hand over to it: each hand-over, and how long it
// waited for the member's acknowledgement.
//
// Pure reads of one snapshot. A walk looks through a bounded number of the member's records and
// says where it stopped. Times are those of blocks, which the validators agreed on: from the one
// that recorded the hand-over to the one that recorded the first acknowledgement.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/queries.h"

namespace centime::api {

// Of all records that the member states or takes part in.
inline constexpr std::size_t hand_over_looks_max = 1'000;

enum class HandOverState : std::uint8_t {
  waiting,       // The receiver has said nothing of it.
  acknowledged,  // By the last thing that it said.
  disputed,      // By the last thing that it said.
  returned,      // All of it went back, and it was not acknowledged.
};
constexpr auto enum_words(HandOverState) {
  return std::to_array<std::string_view>({"waiting", "acknowledged", "disputed", "returned"});
}

struct HandOverView {
  RecordView sent;  // The disbursement.
  HandOverState state{};
  std::optional<std::chrono::milliseconds> waited;  // Until it was first acknowledged.
};

struct HandOverPage {
  std::vector<HandOverView> items;         // Newest first.
  std::size_t looked_at = 0;               // Records.
  std::optional<ledger::EntryIndex> next;  // Where the walk goes on; nothing at the ledger's begin.
};

// From `from` on, or from the newest record.
HandOverPage hand_overs_to(const storage::Snapshot& snapshot, const ledger::MemberId& member,
                           std::optional<ledger::EntryIndex> from);

struct HandOverFigures {
  std::size_t acknowledged = 0, waiting = 0, disputed = 0, returned = 0;
  // Of those that were acknowledged, also if disputed since. Of an even number the lower middle.
  std::optional<std::chrono::milliseconds> median, longest;
  std::optional<ledger::TimeMs> waiting_since;  // Of the one that has waited longest.
};

HandOverFigures figures_of(const std::vector<HandOverView>& hand_overs);

}  // namespace centime::api
