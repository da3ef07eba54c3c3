// What the network counted, for the operator: GET /v1/consensus shows it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/network/link_word.h"
#include "node/network/peer.h"

namespace centime::network {

struct PeerCounters {
  PeerId id;
  std::string name;
  bool connected = false;
  // Since its last frame, or since the link to it was made; nothing if there was none so far.
  std::optional<std::chrono::milliseconds> heard_ago;
  std::uint64_t links = 0;  // Established so far.
  std::uint64_t frames_in = 0, frames_out = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;  // Headers included, TLS not.
  std::uint64_t dropped = 0;                  // Waiting frames that others took the place of.
  std::uint64_t refused = 0;                  // Frames that the queue had no room for.
  std::uint64_t pauses = 0;                   // Times reading stopped because nobody took frames.
  std::size_t waiting_out_bytes = 0, waiting_in_bytes = 0;
  WordCounts words{};  // Links and attempts that ended with each word.
};

struct Counters {
  std::vector<PeerCounters> peers;  // In order of id.
  WordCounts strangers{};           // Connections that ended before a member was known.
  std::uint64_t accepted = 0;       // Connections taken from the listening socket.
  std::size_t handshakes = 0;       // Incoming ones under way.
};

}  // namespace centime::network
