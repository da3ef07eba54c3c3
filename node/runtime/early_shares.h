// Checkpoint shares that came before this node has the state which they sign, by who brought them.
//
// Nothing of them is checked: with whose keys shows only at that state, which may be epochs away,
// and any peer could keep this node busy with signatures that can't be judged yet. So each peer has
// room of its own: whatever it brings, true or not, displaces nothing that another brought, nor
// what it signed itself. Bounded: some sizes of each member, and members are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "node/ledger/ids.h"
#include "node/runtime/peer_frames.h"

namespace centime::runtime {

class EarlyShares {
 public:
  // The newest that a member signed and brought itself; and of those that it passed on, the newest
  // sizes, each with as many signers as an epoch has.
  static constexpr std::size_t own_sizes_max = 32;
  static constexpr std::size_t passed_sizes_max = 8;

  struct Brought {
    ledger::MemberId by;
    PassedShare passed;  // Whose it is said to be.
  };

  void keep(const ledger::MemberId& by, const ledger::MemberId& member,
            const CheckpointShare& share);

  // This node has a state of this size. What was brought of it: first what its signers brought
  // themselves, then what others passed on, of each peer in the order in which it did. That and
  // what is of smaller sizes is forgotten.
  std::vector<Brought> take(std::uint64_t size);

 private:
  struct Room {
    std::map<std::uint64_t, CheckpointShare> own;  // By size.
    std::map<std::uint64_t, std::vector<PassedShare>> passed;
  };
  std::map<ledger::MemberId, Room> rooms_;
};

}  // namespace centime::runtime
