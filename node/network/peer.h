// Who the other members are, as the ledger and the configuration say, and what is heard of them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "crypto/ed25519.h"
#include "node/network/frame.h"
#include "node/network/link_word.h"

namespace centime::network {

// The caller's number for a member, kept while the member is in the peer set.
struct PeerId {
  std::uint32_t value = 0;

  auto operator<=>(const PeerId&) const = default;
};

struct Address {
  std::string host;  // An IP address or a name.
  std::uint16_t port = 0;

  auto operator<=>(const Address&) const = default;
};

struct Peer {
  PeerId id;
  std::string name;                // For logs.
  crypto::PublicKey key;           // An admitted key (crypto::admit_key).
  std::vector<Address> addresses;  // Tried in turn; without one the member has to dial us.
  bool small = false;              // Its queues have a part of the others' room (QueueLimits).

  bool operator==(const Peer&) const = default;
};

// What the network hands over. Of one peer the order is: Connected, frames, Disconnected, and so
// on; a link that came and went unnoticed is left out.
struct Connected {
  bool operator==(const Connected&) const = default;
};
struct Disconnected {
  LinkWord word;
  bool operator==(const Disconnected&) const = default;
};
struct Event {
  PeerId peer;
  std::variant<Connected, Frame, Disconnected> what;
};

}  // namespace centime::network
