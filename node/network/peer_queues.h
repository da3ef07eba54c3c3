// What waits between the caller's threads and the network's: frames to send, frames received.
//
// Every queue has a bound, of frames and of bytes, for each peer by itself: a slow or a flooding
// one takes nothing from the others, and received frames are handed over in turn, peer by peer. All
// together have a bound too, within which each keeps a little room of its own.
// Thread-safe; one lock, held for moves only. The hooks are called without the lock, on the thread
// that caused them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "node/network/backoff.h"
#include "node/network/counters.h"
#include "node/network/peer.h"
#include "node/network/send_queue.h"

namespace centime::network {

struct QueueLimits {
  SendQueue::Limits out;
  std::size_t frames_in = 1024;
  std::size_t bytes_in = 8U << 20;  // A single frame may pass it.

  // Of all peers together, each way. Once it is used up a peer has room for `bytes_least` alone, of
  // what it sends and of what waits for it as bulk.
  std::size_t bytes_all = 256U << 20;
  std::size_t bytes_least = 1U << 20;
  // A small peer has room for 1 / small_part of these bytes, those of all peers aside.
  std::size_t small_part = 8;
};

class PeerQueues {
 public:
  struct Hooks {
    std::function<void()> received;  // There is an event after there was none.
    std::function<void(std::vector<PeerId>)> something_to_send;
    std::function<void(PeerId)> room_again;  // After deliver() said that there is none.
  };

  PeerQueues(const QueueLimits& limits, Hooks hooks);

  // The caller's side.
  void set_peers(std::span<const Peer> peers);
  SendResult send(PeerId peer, SendClass send_class, const Outgoing& frame);
  // To each of these; the results in their order.
  std::vector<SendResult> send_to(std::span<const PeerId> peers, SendClass send_class,
                                  const Outgoing& frame);
  std::size_t broadcast(SendClass send_class, const Outgoing& frame);  // How many queued it.
  std::optional<Event> try_next();
  std::optional<Event> next(Clock::time_point deadline);  // Nothing then, or once closed and empty.
  std::vector<PeerCounters> counters() const;             // In order of id.

  // The network's side. A link has a number, from 1, so that what an ended one still says is known.
  // connected() gives it, or nothing if the peer has no such key (any more). One that stands when
  // the key changes goes on until disconnected().
  std::optional<std::uint64_t> connected(PeerId peer, const crypto::PublicKey& key);
  void disconnected(PeerId peer, std::uint64_t link, LinkWord word);
  bool deliver(PeerId peer, std::uint64_t link, Frame frame);  // False: no more until room_again.
  // What earlier links brought still fills its queue: nothing from this one until room_again.
  bool begins_paused(PeerId peer, std::uint64_t link);
  // Appends frames, at least one if any waits, until `out` has `bytes_wanted` bytes. Requires that
  // what was taken before is written.
  void take_to_send(PeerId peer, std::uint64_t link, std::size_t bytes_wanted, crypto::Bytes& out);
  void count(PeerId peer, LinkWord word);
  void close_sending();  // No more sends, no more links.
  void close();          // The same, and next() waits no longer; what was received still comes out.

 private:
  struct Received {
    std::uint64_t link;
    Frame frame;
  };
  struct Entry {
    explicit Entry(SendQueue::Limits limits) : out(limits) {}

    crypto::PublicKey key;
    bool listed = true;  // In the peer set; else it has only its last event to give.
    bool small = false;
    std::uint64_t link = 0;       // The link there is, or 0.
    std::uint64_t told_link = 0;  // The link that the events taken so far tell of, or 0.
    LinkWord lost = LinkWord::closed_by_peer;  // Why the last link ended.

    SendQueue out;
    bool sender_called = false;  // something_to_send was called, and nothing taken since.
    std::deque<Received> in;
    std::size_t in_bytes = 0;
    bool paused = false;                     // There was no room, and who links was told.
    bool ready = false;                      // In ready_.
    std::optional<Clock::time_point> heard;  // Its last frame, or its last link's begin.
    PeerCounters counters;
  };

  static std::uint64_t link_to_tell(const Entry& entry);
  static bool has_event(const Entry& entry);
  Event take_event(PeerId peer, Entry& entry);
  bool mark_ready(PeerId peer, Entry& entry);  // True when no peer had an event before.
  bool has_room(const Entry& entry, std::size_t divisor) const;
  SendQueue::Limits limits_out(bool small) const;
  bool has_bulk_room(const Entry& entry, std::size_t bytes) const;
  void unlist(Entry& entry);
  void clear_out(Entry& entry);
  Entry* find_link(PeerId peer, std::uint64_t link);
  // True when the sender has to be called.
  bool push(Entry& entry, SendClass send_class, Outgoing frame, SendResult& result);
  void announce(bool first);

  const QueueLimits limits_;
  const Hooks hooks_;
  mutable std::mutex mutex_;  // For all below.
  std::condition_variable changed_;
  std::map<PeerId, Entry> entries_;
  std::deque<PeerId> ready_;  // Peers with an event, in the order of their turns.
  std::uint64_t last_link_ = 0;
  std::size_t out_bytes_ = 0, in_bytes_ = 0;  // Of all peers.
  bool sending_closed_ = false, closed_ = false;
};

}  // namespace centime::network
