#include "node/network/network.h"

#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "crypto/check.h"
#include "node/network/host.h"
#include "node/network/peer_queues.h"

namespace centime::network {

struct Network::Parts {
  Parts(const NetworkOptions& options, const crypto::SecretKey& key)
      : own_key(key.public_key()),
        table(options.frames),
        queues(options.queues,
               {[received = options.received] {
                  if (received) received();
                },
                [this](std::vector<PeerId> peers) { host.something_to_send(std::move(peers)); },
                [this](PeerId peer) { host.room_again(peer); }}),
        host(options, key, queues) {}

  const crypto::PublicKey own_key;
  const FrameTable table;
  PeerQueues queues;
  Host host;
  std::mutex thread_mutex;  // For the thread.
  std::thread thread;
};

Network::Network(const NetworkOptions& options, const crypto::SecretKey& key)
    : parts_(std::make_unique<Parts>(options, key)) {}

Network::~Network() { stop(); }

std::expected<std::uint16_t, std::string> Network::start() {
  const std::lock_guard lock(parts_->thread_mutex);
  crypto::check(!parts_->thread.joinable(), "a network starts once");
  auto port = parts_->host.listen();
  if (port) parts_->thread = std::thread([parts = parts_.get()] { parts->host.run(); });
  return port;
}

void Network::stop() {
  const std::lock_guard lock(parts_->thread_mutex);
  if (parts_->thread.joinable()) {
    parts_->queues.close_sending();
    parts_->host.finish();
    parts_->thread.join();
  }
  parts_->queues.close();
}

void Network::set_peers(std::vector<Peer> peers) {
  std::erase_if(peers, [this](const Peer& peer) { return peer.key == parts_->own_key; });
  std::set<PeerId> ids;
  std::set<crypto::PublicKey> keys;
  for (const Peer& peer : peers) {
    crypto::check(ids.insert(peer.id).second, "each peer has its own id");
    crypto::check(keys.insert(peer.key).second, "each peer has its own key");
  }
  parts_->queues.set_peers(peers);
  parts_->host.set_peers(std::move(peers));
}

Outgoing Network::outgoing(Frame frame) const {
  const FrameRule* rule = parts_->table.find(frame.kind);
  crypto::check(rule != nullptr, "a frame's kind is in the table");
  crypto::check(frame.bytes.size() <= rule->bytes_max, "a frame is within its kind's limit");
  return {frame.kind, std::make_shared<const crypto::Bytes>(std::move(frame.bytes))};
}

SendResult Network::send(PeerId peer, Frame frame) {
  const auto out = outgoing(std::move(frame));
  return parts_->queues.send(peer, parts_->table.find(out.kind)->class_of(out.bytes->size()), out);
}

std::vector<SendResult> Network::send_to(std::span<const PeerId> peers, Frame frame) {
  const auto out = outgoing(std::move(frame));
  const auto send_class = parts_->table.find(out.kind)->class_of(out.bytes->size());
  return parts_->queues.send_to(peers, send_class, out);
}

std::size_t Network::broadcast(Frame frame) {
  const auto out = outgoing(std::move(frame));
  return parts_->queues.broadcast(parts_->table.find(out.kind)->class_of(out.bytes->size()), out);
}

std::optional<Event> Network::try_next() { return parts_->queues.try_next(); }

std::optional<Event> Network::next(Clock::time_point deadline) {
  return parts_->queues.next(deadline);
}

void Network::cut_off(PeerId peer, std::string reason) {
  parts_->host.cut_off(peer, std::move(reason));
}

Counters Network::counters() const {
  Counters counters;
  counters.peers = parts_->queues.counters();
  parts_->host.fill_in(counters);
  return counters;
}

}  // namespace centime::network
