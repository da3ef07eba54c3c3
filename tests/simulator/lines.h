// Slow lines: what one node sends to all others goes at one pace, from the queues that nodes have.
//
// One message after the other, peers in turn; what has begun goes to its end. This is worse than a
// node's links, which share its line: there a vote to one peer does not wait for a body to another.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "node/network/send_queue.h"
#include "tests/simulator/event_queue.h"

namespace centime::simulator {

class Lines {
 public:
  // Requires bytes_each_ms > 0. The queue outlives this.
  Lines(EventQueue& queue, std::uint64_t bytes_each_ms)
      : queue_(queue), bytes_each_ms_(bytes_each_ms) {}

  struct Sending {
    std::uint8_t kind = 0;
    network::SendClass send_class{};
    crypto::Bytes content;       // To tell one from another.
    std::size_t bytes = 0;       // That it takes on the line.
    std::function<void()> gone;  // Called when the last byte has left.
  };
  // From and to are any numbers of the nodes.
  void send(std::size_t from, std::size_t to, Sending sending);

 private:
  struct Packet final : crypto::Bytes {
    explicit Packet(Sending&& sending_in)
        : crypto::Bytes(std::move(sending_in.content)), sending(std::move(sending_in)) {}
    Sending sending;
  };
  struct Upstream {
    std::map<std::size_t, network::SendQueue> peers;
    std::size_t next = 0;  // Whose turn it is, or that of the first after it.
    bool busy = false;
  };

  void go_on(std::size_t from);

  EventQueue& queue_;
  std::uint64_t bytes_each_ms_;
  std::map<std::size_t, Upstream> upstreams_;
};

}  // namespace centime::simulator
