// Checkpoint shares that came before this node has the state which they sign, by member.
//
// Who catches up is sent them once, when the link begins, and may then be epochs away from the
// one whose validators they are of: whether its sender is one can only be judged there. Nothing of
// them is checked yet. Bounded: a few of each member, and members are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "node/ledger/ids.h"
#include "node/runtime/checkpoint_shares.h"

namespace centime::runtime {

class EarlyShares {
 public:
  static constexpr std::size_t of_one_max = 4;  // The newest.

  void keep(const ledger::MemberId& member, const CheckpointShare& share);

  // This node has come to an epoch whose first state has more than `size` entries. Gives it what it
  // may need, and forgets what nobody will.
  void hand_over(std::uint64_t size, CheckpointShares& shares);

 private:
  std::map<ledger::MemberId, std::map<std::uint64_t, CheckpointShare>> of_;  // By size.
};

}  // namespace centime::runtime
