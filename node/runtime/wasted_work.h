// What trying out submissions that came to nothing has cost this node, by who sent them.
//
// A block's limits bound the work of what it takes in; this bounds the rest. Who signed it pays: a
// signature can't be forged, while an honest node may be led to send on what is good where it is
// and refused here. But an author pays for each way by itself, or others could send again and again
// what was refused once, until nobody tries what the author sends itself: so nobody can spend what
// this node's own records may waste, and no client what another may. What no member has signed no
// honest node sends on, so that the node pays.
#pragma once

#include <cstdint>
#include <map>

#include "node/ledger/history.h"
#include "node/runtime/sender.h"

namespace centime::runtime {

class WastedWork {
 public:
  // In the unit of ledger::Draft::NotAdded.
  void add(const Sender& sender, std::size_t work) {
    work_[sender] += work;
    if (!std::holds_alternative<Own>(sender.way)) together_[way_of_all(sender.way)] += work;
  }

  // True once a sender has wasted as much as a whole block may read, or its way has brought four
  // times as much of whomever: what else it sends is not tried. All clients are one way in this,
  // since addresses cost nothing.
  bool is_spent(const Sender& sender) const {
    const auto all = together_.find(way_of_all(sender.way));
    if (all != together_.end() && all->second >= 4 * ledger::block_reads_max) return true;
    const auto found = work_.find(sender);
    return found != work_.end() && found->second >= ledger::block_reads_max;
  }

  // Every ten seconds it is forgiven. `now`: milliseconds since 1970.
  void forgive(std::uint64_t now) {
    if (now >= since_ && now - since_ < 10'000) return;
    clear();
    since_ = now;
  }

  // The peers' indexes are those of others now.
  void clear() {
    work_.clear();
    together_.clear();
  }

 private:
  static Way way_of_all(const Way& way) {
    return std::holds_alternative<Client>(way) ? Way(Client{}) : way;
  }

  std::map<Sender, std::size_t> work_;
  std::map<Way, std::size_t> together_;  // Of each peer, and of all clients.
  std::uint64_t since_ = 0;
};

}  // namespace centime::runtime
