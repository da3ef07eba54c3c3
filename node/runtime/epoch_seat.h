// A node's seat in an epoch: who votes by the ledger's record, and whether this node may yet.
//
// A validator signs only where it knows all that it signed before with this key. Where its store is
// not whole, or is new, the others can tell, each by where it stands (docs/decisions/0014). Pure;
// Replica owns one, and the simulator the same.
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "consensus/engine.h"
#include "node/ledger/governance.h"

namespace centime::runtime {

// What a store holds of the votes that were ever cast with this node's key.
enum class Past : std::uint8_t {
  known,  // All of them.
  fresh,  // There are none: of a new validator, or of one that lost its disk.
  lost,   // Some may be missing.
};

// The index among the epoch's validators; nothing for who is none, or holds another key than the
// epoch's.
std::optional<std::uint16_t> seat_of(const ledger::EpochRecord& epoch,
                                     const ledger::MemberId& member, const crypto::PublicKey& key);

// The engine's validators and rules in this epoch. What is the node's own is the caller's to add:
// its index, its key, its timing.
consensus::EngineOptions options_of(const ledger::EpochRecord& epoch,
                                    const ledger::NetworkId& network);

class EpochSeat {
 public:
  EpochSeat(const ledger::MemberId& member, const crypto::PublicKey& key, Past past);

  // Begins an epoch, also the one that the node starts in. Who may have lost votes before asks anew
  // in each, as if its store were new: of this one it has none.
  void enter(const ledger::EpochRecord& epoch);

  std::optional<std::uint16_t> index() const { return index_; }
  // All votes of the epoch are known: whoever starts from this store may count on it.
  bool known() const { return known_; }
  // Nobody knows yet whether there is anything to know: the engine follows, without the index.
  bool silent() const { return silent_; }
  // The same for the only validator: it can ask nobody who votes, and those who follow may know
  // more of its own blocks than it does.
  bool asks_followers() const { return asks_followers_; }
  // consensus::EngineOptions::rejoin.
  bool rejoins() const { return rejoins_; }

  // A validator of this epoch tells where it is.
  void hear(consensus::PeerIndex from, const consensus::Status& status);

  // Ends the silence. `fin`, `view`: where the certificates of others have brought the engine that
  // follows. Once beyond the epoch's beginning, it rejoins; once as many have told that they are
  // there as any progress needs, this node included, it votes as they do. True if that is decided
  // now: the engine is then to be made anew, and to be given what was told.
  bool decide(const consensus::Finalized& fin, consensus::View view);
  std::map<consensus::PeerIndex, consensus::Status> take_told() { return std::exchange(told_, {}); }

  // The only validator has all that its followers have. Requires asks_followers(). The engine is
  // then to be made anew.
  void trust_followers();

  // The engine has rejoined.
  void rejoined();

 private:
  ledger::MemberId member_;
  crypto::PublicKey key_;
  bool known_;
  bool lost_;
  bool silent_ = false;
  bool rejoins_ = false;
  bool asks_followers_ = false;
  std::optional<std::uint16_t> index_;
  std::uint32_t quorum_ = 0;
  std::map<consensus::PeerIndex, consensus::Status> told_;  // While it is silent.
};

}  // namespace centime::runtime
