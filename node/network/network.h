// Links between members: moves frames to and from the nodes whose keys the ledger knows.
//
// One thread of its own; every function here may be called from any thread and none waits for a
// peer. It keeps one link to each peer of the set, dialling and being dialled, and hands over what
// it receives in turn. It knows nothing of what the frames mean, and promises no delivery: a frame
// is sent once, in order within its class, or not at all, and the layer above sends again what
// still matters. The wire is docs/protocol.md, "Between members".
//
//   Network network(options, key);          auto port = network.start();
//   network.set_peers(peers);               network.send(peer, {kind, bytes});
//   while (auto event = network.next(deadline)) …
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "node/network/counters.h"
#include "node/network/options.h"
#include "node/network/peer.h"
#include "node/network/send_queue.h"

namespace centime::network {

class Network {
 public:
  // The key is the member's; it is copied into the TLS library and not kept otherwise.
  Network(const NetworkOptions& options, const crypto::SecretKey& key);
  ~Network();  // Stops.
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Listens and starts to dial. The port, 0 when not listening; the error is the system's text.
  // Once.
  std::expected<std::uint16_t, std::string> start();

  // Takes no more frames to send, sends what waits for at most times.stop, closes all links and
  // returns when the thread has ended. Events that wait can still be taken.
  void stop();

  // Peers that are no longer there are disconnected. One that has another key now keeps the link
  // that stands until a link with the new key takes its place, for times.replaced at most; nobody
  // gets in with the old key any more. Requires distinct ids and keys; our own key may be among
  // them and is passed over.
  void set_peers(std::vector<Peer> peers);

  // Requires a kind of the table and no more bytes than its rule allows.
  SendResult send(PeerId peer, Frame frame);
  // To each of these, who share one copy of its bytes; the results in their order.
  std::vector<SendResult> send_to(std::span<const PeerId> peers, Frame frame);

  // To every connected peer: how many queues took it.
  std::size_t broadcast(Frame frame);

  // The next event, in turn from peer to peer; nothing if none waits.
  std::optional<Event> try_next();

  // Waits for one until the deadline, or until stopped.
  std::optional<Event> next(Clock::time_point deadline);

  // Ends the peer's link and refuses new ones for a while that grows with each time. For what the
  // layer above found wrong in a frame; the reason is logged.
  void cut_off(PeerId peer, std::string reason);

  Counters counters() const;

 private:
  struct Parts;

  Outgoing outgoing(Frame frame) const;

  std::unique_ptr<Parts> parts_;
};

}  // namespace centime::network
