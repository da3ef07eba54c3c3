// What trying out submissions that came to nothing has cost this node, by who sent them.
//
// A block's limits bound the work of what it takes in; this bounds the rest. Who signed it pays: a
// signature can't be forged, while an honest node may be led to send on what is good where it is
// and refused here. But an author pays for each way by itself, or others could send again and again
// what was refused once, until nobody tries what the author sends itself. What no member has signed
// no honest node sends on, so that the node pays.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "consensus/step.h"
#include "node/ledger/history.h"

namespace centime::runtime {

struct Sender {
  std::optional<consensus::PeerIndex> peer;  // Nothing for what was told here.
  ledger::MemberId author;                   // Empty for what no member has signed.
  auto operator<=>(const Sender&) const = default;
};

class WastedWork {
 public:
  // In the unit of ledger::Draft::NotAdded.
  void add(const Sender& sender, std::size_t work) { work_[sender] += work; }

  // True once a sender has wasted as much as a whole block may read: what else it sends is not
  // tried.
  bool is_spent(const Sender& sender) const {
    const auto found = work_.find(sender);
    return found != work_.end() && found->second >= ledger::block_reads_max;
  }

  // Every ten seconds it is forgiven. `now`: milliseconds since 1970.
  void forgive(std::uint64_t now) {
    if (now >= since_ && now - since_ < 10'000) return;
    work_.clear();
    since_ = now;
  }

  // The peers' indexes are those of others now.
  void clear() { work_.clear(); }

 private:
  std::map<Sender, std::size_t> work_;
  std::uint64_t since_ = 0;
};

}  // namespace centime::runtime
