#include "node/runtime/epoch_seat.h"

#include <algorithm>

#include "consensus/mutation.h"

namespace centime::runtime {

using consensus::mutated;
using consensus::Mutation;

std::optional<std::uint16_t> seat_of(const ledger::EpochRecord& epoch,
                                     const ledger::MemberId& member, const crypto::PublicKey& key) {
  const auto index = ledger::validator_index(epoch, member);
  if (!index) return std::nullopt;
  if (epoch.validators.items[*index].key != key && !mutated(Mutation::old_key_kept)) {
    return std::nullopt;
  }
  return index;
}

consensus::EngineOptions options_of(const ledger::EpochRecord& epoch,
                                    const ledger::NetworkId& network) {
  consensus::EngineOptions options;
  options.validators.network = {network.bytes};
  for (const ledger::EpochValidator& each : epoch.validators.items) {
    options.validators.keys.push_back(each.key);
  }
  options.rules.epoch = epoch.epoch;
  options.rules.leader_offset = ledger::leader_offset(epoch);
  return options;
}

EpochSeat::EpochSeat(const ledger::MemberId& member, const crypto::PublicKey& key, Past past)
    : member_(member), key_(key), known_(past == Past::known), lost_(past == Past::lost) {}

void EpochSeat::enter(const ledger::EpochRecord& epoch) {
  index_ = seat_of(epoch, member_, key_);
  quorum_ = epoch.quorum;
  told_.clear();
  known_ |= mutated(Mutation::past_trusted);
  asks_followers_ = index_ && !known_ && epoch.validators.items.size() == 1;
  rejoins_ = index_ && !known_ && !asks_followers_ && std::exchange(lost_, false);
  silent_ = index_ && !known_ && !rejoins_;
}

void EpochSeat::hear(consensus::PeerIndex from, const consensus::Status& status) {
  if (silent_) told_[from] = status;
}

bool EpochSeat::decide(const consensus::Finalized& fin, consensus::View view) {
  if (!silent_ || asks_followers_) return false;
  // Who says that it is further sends the certificates that brought it there, so this node's own
  // engine gets there too. Its word alone is none: one liar would keep a new network from starting.
  const bool ahead = fin.view.value > 0 || view.value > 1;
  const auto beside = std::ranges::count_if(told_, [&](const auto& each) {
    return each.second.fin_height <= fin.height && each.second.view.value <= 1;
  });
  if (!ahead && static_cast<std::size_t>(beside) + 1 < quorum_) return false;
  silent_ = false;
  rejoins_ = ahead;
  known_ = !ahead;
  return true;
}

void EpochSeat::trust_followers() {
  silent_ = asks_followers_ = lost_ = false;
  known_ = true;
}

void EpochSeat::rejoined() {
  rejoins_ = false;
  known_ = true;
}

}  // namespace centime::runtime
