// A network with a key of its own on 127.0.0.1, and what a test waits for.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crypto/check.h"
#include "crypto/wire_types.h"
#include "node/network/network.h"

namespace centime::network::testing {

using namespace std::chrono_literals;

inline constexpr std::uint8_t vote_kind = 1, status_kind = 2, blocks_kind = 3;
inline constexpr auto patience = 20s;  // Far beyond what an idle machine needs.

inline crypto::SecretKey secret_key(std::uint8_t number) {
  std::array<std::uint8_t, crypto::seed_size> seed{};
  seed[0] = number;
  return crypto::SecretKey::from_seed(seed);
}

inline crypto::Digest network_id() { return crypto::sha256(crypto::as_bytes("test network")); }

inline NetworkOptions test_options() {
  NetworkOptions options;
  options.network_id = network_id();
  options.listen = Address{"127.0.0.1", 0};
  options.frames = {{vote_kind, "vote", 4096, SendClass::urgent},
                    {status_kind, "status", 256, SendClass::newest},
                    {blocks_kind, "blocks", 1U << 20, SendClass::bulk}};
  options.backoff = {20ms, 200ms};
  options.cut_off = {400ms, 1000ms, 1h};
  options.times.handshake = 3s;
  return options;
}

class TestNode {
 public:
  using Change = std::function<void(NetworkOptions&)>;

  explicit TestNode(std::uint8_t number, const Change& change = {}) : number_(number) {
    auto options = test_options();
    if (change) change(options);
    network_ = std::make_unique<Network>(options, secret_key(number));
    const auto port = network_->start();
    crypto::check(port.has_value(), "a test's network starts");
    port_ = *port;
  }

  Network& network() { return *network_; }
  std::uint16_t port() const { return port_; }
  PeerId id() const { return {number_}; }
  Address address() const { return {"127.0.0.1", port_}; }

  // This node as others see it, to be dialled at the ports; at none it has to dial.
  Peer as_peer(const std::vector<std::uint16_t>& ports) const {
    Peer peer{id(), "member-" + std::to_string(number_), secret_key(number_).public_key(), {}};
    for (const auto port : ports) peer.addresses.push_back({"127.0.0.1", port});
    return peer;
  }
  Peer as_peer() const { return as_peer({port_}); }

  // Takes events until one fits; keeps the others out of the way.
  template <typename What>
  std::optional<What> wait_for(PeerId peer, Clock::duration time = patience) {
    const auto deadline = Clock::now() + time;
    while (auto event = network_->next(deadline)) {
      auto* what = std::get_if<What>(&event->what);
      if (event->peer == peer && what != nullptr) return std::move(*what);
    }
    return std::nullopt;
  }

  std::uint64_t peer_words(PeerId peer, LinkWord word) const {
    for (const auto& counters : network_->counters().peers) {
      if (counters.id == peer) return counters.words[static_cast<std::size_t>(word)];
    }
    return 0;
  }
  std::uint64_t stranger_words(LinkWord word) const {
    return network_->counters().strangers[static_cast<std::size_t>(word)];
  }
  bool connected_to(PeerId peer) const {
    for (const auto& counters : network_->counters().peers) {
      if (counters.id == peer) return counters.connected;
    }
    return false;
  }

 private:
  std::uint8_t number_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Network> network_;
};

// Polls: for what no event tells of.
template <typename Condition>
bool eventually(Condition condition, Clock::duration time = patience) {
  const auto deadline = Clock::now() + time;
  while (!condition()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

// The second dials.
inline void introduce(TestNode& one, TestNode& two) {
  one.network().set_peers({two.as_peer({})});
  two.network().set_peers({one.as_peer()});
}

}  // namespace centime::network::testing
