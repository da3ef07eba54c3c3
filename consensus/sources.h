// Whom to ask for what is final elsewhere: the epoch's validators, and whoever else told of more.
//
// What is answered is checked against the epoch's own validators, so it may come from anybody: of a
// node that was away, all who voted in its epoch may be gone. Who tells of more and gives nothing
// comes after those that gave, whatever it tells; at the same rank they take turns. Who sent a
// wrong body is left out for a while. Memory: a height for each validator and `others_max` others.
#pragma once

#include <map>
#include <vector>

#include "consensus/step.h"

namespace centime::consensus {

class Sources {
 public:
  // More than a ledger has members.
  static constexpr std::size_t others_max = 1'100;
  // Requests in vain that count: who is new comes before who gave nothing, but not for long.
  static constexpr std::uint32_t vain_max = 3;

  // Requires 1 <= validators; peers below it are validators, `self` is this node's own index.
  Sources(std::uint16_t validators, std::optional<std::uint16_t> self)
      : validators_(validators), self_(self) {}

  // The peer's last final block is at this height, it says. `final`: at which this node's is.
  void told(PeerIndex peer, BlockHeight height, BlockHeight final);

  // Who is to be asked for blocks above `final` now: it counts as asked in vain until it gives.
  // Nothing: there is nobody.
  std::optional<PeerIndex> next(BlockHeight final, Millis now = {});
  void gave(PeerIndex peer);    // Blocks that are final and were not here.
  void linked(PeerIndex peer);  // What it was asked before it may not have heard.

  // All that may have a block above `final`: the validators from this one on, then those others.
  std::vector<PeerIndex> all(std::uint16_t first, BlockHeight final, Millis now = {}) const;

  void distrust(PeerIndex peer, Millis until);  // It is not asked before that.

 private:
  struct Known {
    BlockHeight height;
    std::uint32_t vain = 0;
    Millis distrusted_until{};
  };

  bool is_trusted(PeerIndex peer, Millis now) const;
  bool takes_in(BlockHeight height, BlockHeight final);

  const std::uint16_t validators_;
  const std::optional<std::uint16_t> self_;
  std::map<PeerIndex, Known> known_;
  PeerIndex last_ = 0;
};

}  // namespace centime::consensus
