// What trying out submissions that came to nothing has cost this node, by who sent them.
//
// A block's limits bound the work of what it takes in; this bounds the rest. Another node answers
// for all that it sends, since it tries out before it sends; what was told here counts for its
// author.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "consensus/step.h"
#include "node/ledger/history.h"

namespace centime::runtime {

struct Sender {
  std::optional<consensus::PeerIndex> peer;  // Nothing for what was told here.
  ledger::MemberId author;                   // Of that only.
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

 private:
  std::map<Sender, std::size_t> work_;
  std::uint64_t since_ = 0;
};

}  // namespace centime::runtime
