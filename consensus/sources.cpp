#include "consensus/sources.h"

#include <algorithm>
#include <tuple>

#include "consensus/mutation.h"

namespace centime::consensus {

void Sources::told(PeerIndex peer, BlockHeight height, BlockHeight final) {
  if (peer == self_) return;
  if (peer >= validators_ && !known_.contains(peer) && !takes_in(height, final)) return;
  known_[peer].height = height;
}

// Room for one more of those who do not vote.
bool Sources::takes_in(BlockHeight height, BlockHeight final) {
  if (height <= final || mutated(Mutation::strangers_unasked)) return false;
  const auto full = [this] {
    const auto others = std::distance(known_.lower_bound(validators_), known_.end());
    return static_cast<std::size_t>(others) >= others_max;
  };
  if (!full()) return true;
  std::erase_if(known_, [&](const auto& other) {
    return other.first >= validators_ && other.second.height <= final;
  });
  return !full();
}

std::optional<PeerIndex> Sources::next(BlockHeight final, Millis now) {
  using Rank = std::tuple<bool, std::uint32_t, bool, PeerIndex>;
  std::optional<Rank> best;
  for (const PeerIndex peer : all(0, final, now)) {
    const auto known = known_.find(peer);
    const bool has_more = known != known_.end() && known->second.height > final;
    const std::uint32_t vain = known == known_.end() ? 0 : known->second.vain;
    const Rank rank{!has_more, vain, peer <= last_, peer};
    if (!best || rank < *best) best = rank;
  }
  if (!best) return std::nullopt;
  last_ = std::get<PeerIndex>(*best);
  std::uint32_t& vain = known_[last_].vain;
  vain = std::min(vain + 1, vain_max);
  return last_;
}

void Sources::gave(PeerIndex peer) {
  if (const auto known = known_.find(peer); known != known_.end()) known->second.vain = 0;
}

void Sources::linked(PeerIndex peer) { gave(peer); }

void Sources::distrust(PeerIndex peer, Millis until) {
  if (peer < validators_ || known_.contains(peer)) known_[peer].distrusted_until = until;
}

bool Sources::is_trusted(PeerIndex peer, Millis now) const {
  const auto known = known_.find(peer);
  return known == known_.end() || known->second.distrusted_until <= now;
}

std::vector<PeerIndex> Sources::all(std::uint16_t first, BlockHeight final, Millis now) const {
  std::vector<PeerIndex> peers;
  for (std::uint16_t i = 0; i < validators_; ++i) {
    const auto peer = static_cast<PeerIndex>((first + i) % validators_);
    if (peer != self_ && is_trusted(peer, now)) peers.push_back(peer);
  }
  for (auto other = known_.lower_bound(validators_); other != known_.end(); ++other) {
    if (other->second.height > final && is_trusted(other->first, now))
      peers.push_back(other->first);
  }
  return peers;
}

}  // namespace centime::consensus
