// The answer on top of a donation's page: what the gift is now, in a few parts that sum to it.
//
// Finer than proof::Summary in one thing: money that a partner holds is told apart by whether the
// partner has acknowledged it, disputes it, or has said nothing yet.
#pragma once

#include <vector>

#include "api/donation_trace.h"

namespace centime::explorer {

enum class ShareKind : std::uint8_t { spent, fees, held, underway, disputed, refunded, rounded };
constexpr auto enum_words(ShareKind) {
  return std::to_array<std::string_view>(
      {"spent", "fees", "held", "underway", "disputed", "refunded", "rounded"});
}

struct Share {
  ShareKind kind{};
  ledger::MemberId holder;  // Of held, underway and disputed.
  std::uint64_t given = 0;  // Minor units of the gift, in its currency.
  // What it is, or was when it left the ledger, by currency; empty where that is what was given.
  // Exchanged there and back, the same currency may be more or less than it was.
  std::vector<api::Money> money;
};

// What each leaf of the trace is, in their order.
std::vector<ShareKind> share_kinds(const api::DonationTrace& trace);

// In the order of ShareKind, then by holder; `given` adds up to the gift.
std::vector<Share> gift_shares(const api::DonationTrace& trace);

}  // namespace centime::explorer
