// How many submissions of each member's node may come too late: final already, or waiting here.
//
// An honest node sends each submission once when it is told, and what still waits there again and
// again (Replica::offer_again), so some come late; a liar can put together all that is final, and
// send it without end. Counted are units: one for each submission, and for each 4 KiB of it. What
// an honest node sends too late is at most
//   - what became final here, once: it was on its way, or another node was told it too;
//   - what waits there and is final here, offered again. A round is 16 submissions, and 256 KiB
//     with the one that passes them, of 1 MiB: 16 + 320 units. There is one each second, and one
//     for each link to a validator or epoch that begins there, but no more than five a second
//     (Mempool::offer_apart);
//   - at once, after a line stood still, what its queue for this node and this node's queue from it
//     hold (peer_queue_limits): 8,192 submissions and 32 MiB each.
// So that is what it may, and whoever sends more lies. Nothing is looked at of who has used it up
// until there is some again. Pure: no clock. The strand only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "node/ledger/ids.h"

namespace centime::runtime {

class LateSubmissions {
 public:
  using Time = std::chrono::milliseconds;  // Of a clock that only goes forward.

  static constexpr std::size_t bytes_each_unit = 4'096;
  static constexpr std::int64_t units_each_ms = 2;
  static constexpr std::int64_t units_max = 2 * (8'192 + (32 << 20) / bytes_each_unit);
  static_assert(1'000 * units_each_ms >= 5 * (16 + (1'280 << 10) / std::int64_t{bytes_each_unit}));

  // These became final: every member's node may be late with each once more.
  void finalized(std::size_t submissions, std::size_t bytes) {
    final_ += units(submissions, bytes);
  }

  // The member has used up what it may.
  bool is_spent(const ledger::MemberId& member, Time now) { return left(member, now).units <= 0; }

  enum class Standing {
    fair,
    spent,      // From now on.
    far_above,  // It has gone on until it sent twice what it may. Begins anew as one that is spent.
  };
  // It sent a submission too late, or one that was not looked at.
  Standing add(const ledger::MemberId& member, std::size_t bytes, Time now);

 private:
  struct Left {
    std::int64_t units = units_max;
    Time at{};               // When this was so,
    std::int64_t final = 0;  // and how much had become final.
  };

  static std::int64_t units(std::size_t submissions, std::size_t bytes) {
    return static_cast<std::int64_t>(submissions + bytes / bytes_each_unit);
  }
  Left& left(const ledger::MemberId& member, Time now);

  std::int64_t final_ = 0;                 // All units that became final.
  std::map<ledger::MemberId, Left> left_;  // Of members only, so there are few.
};

}  // namespace centime::runtime
