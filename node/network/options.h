// What the caller of the network decides: who we are, which frames there are, every bound and time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/digest.h"
#include "node/network/backoff.h"
#include "node/network/door.h"
#include "node/network/frame.h"
#include "node/network/look_up.h"
#include "node/network/peer.h"
#include "node/network/peer_queues.h"

namespace centime::network {

struct LinkTimes {
  milliseconds connect{5'000};    // And for looking a name up before that.
  milliseconds handshake{5'000};  // TLS and the first frames.
  milliseconds idle{30'000};      // Without a byte from the other side.
  milliseconds frame{10'000};     // From a frame's first byte to its last, and more for long ones:
  std::size_t bytes_per_second = 16U << 10;  // the rate that the rest of a frame must keep.
  milliseconds stall{30'000};                // Without a byte taken by the other side.
  milliseconds stable{5'000};                // A link that lasted so long ends the backoff.
  // A link goes on for so long when its peer's key is replaced: its node, which has to take the new
  // one, learns of that over it.
  milliseconds replaced{30'000};
  milliseconds stop{2'000};  // For sending what waits when the network stops.
};

struct NetworkOptions {
  crypto::Digest network_id;
  std::uint16_t version = 1;
  std::optional<Address> listen;  // An IP address, port 0 for any; nothing to dial only.
  std::vector<FrameRule> frames;
  QueueLimits queues;
  LinkTimes times;
  Backoff::Options backoff;
  CutOff::Options cut_off;
  Door::Options door;
  LookUp look_up;                     // Of host names; the system's if empty.
  milliseconds log_interval{60'000};  // Between two lines with the same word about the same peer.

  // Called on the network's or the sender's thread; must return at once. Any may be empty.
  std::function<void()> received;  // There are events after there were none.
  std::function<void(std::string_view line)> log;
  std::function<void(std::string_view line)> warn;  // A person should look.
};

}  // namespace centime::network
