#include "node/network/peer_queues.h"

#include <algorithm>
#include <set>
#include <utility>

namespace centime::network {

PeerQueues::PeerQueues(const QueueLimits& limits, Hooks hooks)
    : limits_(limits), hooks_(std::move(hooks)) {}

void PeerQueues::set_peers(std::span<const Peer> peers) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    std::set<PeerId> listed;
    for (const Peer& peer : peers) listed.insert(peer.id);
    for (auto& [id, entry] : entries_) {
      if (!listed.contains(id)) {
        unlist(entry);
        first |= mark_ready(id, entry);
      }
    }
    std::erase_if(entries_,
                  [](const auto& row) { return !row.second.listed && !row.second.ready; });
    for (const Peer& peer : peers) {
      Entry& entry = entries_.try_emplace(peer.id, limits_.out).first->second;
      entry.small = peer.small;
      entry.out.set_limits(limits_out(peer.small));
      entry.listed = true;
      // A link that stands is the host's to end: its member may yet have to hear of the new key.
      entry.key = peer.key;
      entry.counters.id = peer.id;
      entry.counters.name = peer.name;
      first |= mark_ready(peer.id, entry);
    }
  }
  announce(first);
}

void PeerQueues::unlist(Entry& entry) {
  entry.listed = false;
  if (entry.link != 0) entry.lost = LinkWord::not_a_peer;
  entry.link = 0;
  clear_out(entry);
  entry.in.clear();
  in_bytes_ -= std::exchange(entry.in_bytes, 0U);
}

void PeerQueues::clear_out(Entry& entry) {
  out_bytes_ -= entry.out.bytes();
  entry.out.clear();
}

SendQueue::Limits PeerQueues::limits_out(bool small) const {
  SendQueue::Limits limits = limits_.out;
  if (!small) return limits;
  limits.urgent.bytes /= limits_.small_part;
  limits.bulk.bytes /= limits_.small_part;
  return limits;
}

bool PeerQueues::has_bulk_room(const Entry& entry, std::size_t bytes) const {
  const std::size_t waits = entry.out.bytes();
  return out_bytes_ + bytes <= limits_.bytes_all || waits == 0 ||
         waits + bytes <= limits_.bytes_least;
}

SendResult PeerQueues::send(PeerId peer, SendClass send_class, const Outgoing& frame) {
  return send_to({&peer, 1}, send_class, frame).front();
}

std::vector<SendResult> PeerQueues::send_to(std::span<const PeerId> peers, SendClass send_class,
                                            const Outgoing& frame) {
  std::vector<SendResult> results(peers.size(), SendResult::no_such_peer);
  std::vector<PeerId> calls;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const auto found = entries_.find(peers[i]);
      if (found == entries_.end() || !found->second.listed) continue;
      results[i] = SendResult::not_connected;
      if (!sending_closed_ && push(found->second, send_class, frame, results[i]))
        calls.push_back(peers[i]);
    }
  }
  if (!calls.empty()) hooks_.something_to_send(std::move(calls));
  return results;
}

std::size_t PeerQueues::broadcast(SendClass send_class, const Outgoing& frame) {
  std::size_t queued = 0;
  std::vector<PeerId> calls;
  {
    const std::lock_guard lock(mutex_);
    if (sending_closed_) return 0;
    for (auto& [id, entry] : entries_) {
      auto result = SendResult::not_connected;
      if (push(entry, send_class, frame, result)) calls.push_back(id);
      if (was_queued(result)) ++queued;
    }
  }
  if (!calls.empty()) hooks_.something_to_send(std::move(calls));
  return queued;
}

bool PeerQueues::push(Entry& entry, SendClass send_class, Outgoing frame, SendResult& result) {
  if (entry.link == 0) {
    result = SendResult::not_connected;
    return false;
  }
  const std::size_t before = entry.out.bytes();
  SendQueue::Pushed pushed{SendResult::queue_full};
  if (send_class != SendClass::bulk || has_bulk_room(entry, frame.bytes->size()))
    pushed = entry.out.push(send_class, std::move(frame));
  out_bytes_ += entry.out.bytes() - before;
  result = pushed.result;
  entry.counters.dropped += pushed.dropped;
  if (!was_queued(result)) {
    ++entry.counters.refused;
    return false;
  }
  return !std::exchange(entry.sender_called, true);
}

// What the next event is about: the link of the oldest frame that waits, else the present one.
std::uint64_t PeerQueues::link_to_tell(const Entry& entry) {
  return entry.in.empty() ? entry.link : entry.in.front().link;
}

bool PeerQueues::has_event(const Entry& entry) {
  return !entry.in.empty() || entry.told_link != link_to_tell(entry);
}

Event PeerQueues::take_event(PeerId peer, Entry& entry) {
  const std::uint64_t link = link_to_tell(entry);
  if (entry.told_link != link && entry.told_link != 0) {
    entry.told_link = 0;
    return {peer, Disconnected{entry.lost}};
  }
  if (entry.told_link != link) {
    entry.told_link = link;
    return {peer, Connected{}};
  }
  Event event{peer, std::move(entry.in.front().frame)};
  entry.in.pop_front();
  const std::size_t size = frame_header_size + std::get<Frame>(event.what).bytes.size();
  entry.in_bytes -= size;
  in_bytes_ -= size;
  return event;
}

bool PeerQueues::mark_ready(PeerId peer, Entry& entry) {
  if (entry.ready || !has_event(entry)) return false;
  entry.ready = true;
  ready_.push_back(peer);
  return ready_.size() == 1;
}

void PeerQueues::announce(bool first) {
  changed_.notify_all();
  if (first) hooks_.received();
}

bool PeerQueues::has_room(const Entry& entry, std::size_t divisor) const {
  std::size_t bytes = limits_.bytes_in / (entry.small ? limits_.small_part : 1);
  if (in_bytes_ >= limits_.bytes_all) bytes = std::min(bytes, limits_.bytes_least);
  return entry.in.size() < limits_.frames_in / divisor && entry.in_bytes < bytes / divisor;
}

std::optional<Event> PeerQueues::try_next() {
  std::optional<Event> event;
  std::optional<PeerId> room_for;
  {
    const std::lock_guard lock(mutex_);
    while (!event && !ready_.empty()) {
      const auto found = entries_.find(ready_.front());
      ready_.pop_front();
      Entry& entry = found->second;
      entry.ready = false;
      if (has_event(entry)) event = take_event(found->first, entry);
      mark_ready(found->first, entry);
      // Half empty before it is filled again: a pause and a call per frame would cost more.
      if (entry.paused && (entry.in.empty() || has_room(entry, 2))) {
        entry.paused = false;
        room_for = found->first;
      }
      if (!entry.listed && !entry.ready) entries_.erase(found);
    }
  }
  if (room_for) hooks_.room_again(*room_for);
  return event;
}

std::optional<Event> PeerQueues::next(Clock::time_point deadline) {
  while (true) {
    if (auto event = try_next()) return event;
    std::unique_lock lock(mutex_);
    const auto awake = [this] { return closed_ || !ready_.empty(); };
    if (!changed_.wait_until(lock, deadline, awake) || ready_.empty()) return std::nullopt;
  }
}

std::vector<PeerCounters> PeerQueues::counters() const {
  const std::lock_guard lock(mutex_);
  std::vector<PeerCounters> all;
  for (const auto& [id, entry] : entries_) {
    if (!entry.listed) continue;
    auto& counters = all.emplace_back(entry.counters);
    counters.connected = entry.link != 0;
    if (entry.heard)
      counters.heard_ago =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - *entry.heard);
    counters.waiting_out_bytes = entry.out.bytes();
    counters.waiting_in_bytes = entry.in_bytes;
  }
  return all;
}

std::optional<std::uint64_t> PeerQueues::connected(PeerId peer, const crypto::PublicKey& key) {
  bool first = false;
  std::uint64_t link = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(peer);
    if (sending_closed_ || found == entries_.end() || !found->second.listed ||
        found->second.key != key)
      return std::nullopt;
    Entry& entry = found->second;
    link = entry.link = ++last_link_;
    entry.heard = Clock::now();
    entry.sender_called = false;
    ++entry.counters.links;
    first = mark_ready(peer, entry);
  }
  announce(first);
  return link;
}

bool PeerQueues::begins_paused(PeerId peer, std::uint64_t link) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find_link(peer, link);
  if (entry == nullptr || has_room(*entry, 1)) return false;
  if (!std::exchange(entry->paused, true)) ++entry->counters.pauses;
  return true;
}

PeerQueues::Entry* PeerQueues::find_link(PeerId peer, std::uint64_t link) {
  const auto found = entries_.find(peer);
  return found != entries_.end() && found->second.link == link ? &found->second : nullptr;
}

void PeerQueues::disconnected(PeerId peer, std::uint64_t link, LinkWord word) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    Entry* entry = find_link(peer, link);
    if (entry == nullptr) return;
    entry->link = 0;
    entry->lost = word;
    // The layer above sends again what still matters; what waited is stale when a link comes back.
    clear_out(*entry);
    first = mark_ready(peer, *entry);
  }
  announce(first);
}

bool PeerQueues::deliver(PeerId peer, std::uint64_t link, Frame frame) {
  bool first = false, room = true;
  {
    const std::lock_guard lock(mutex_);
    Entry* entry = find_link(peer, link);
    if (entry == nullptr) return true;
    const std::size_t size = frame_header_size + frame.bytes.size();
    entry->heard = Clock::now();
    entry->in.push_back({link, std::move(frame)});
    entry->in_bytes += size;
    in_bytes_ += size;
    ++entry->counters.frames_in;
    entry->counters.bytes_in += size;
    room = has_room(*entry, 1);
    entry->paused = !room;
    if (!room) ++entry->counters.pauses;
    first = mark_ready(peer, *entry);
  }
  announce(first);
  return room;
}

void PeerQueues::take_to_send(PeerId peer, std::uint64_t link, std::size_t bytes_wanted,
                              crypto::Bytes& out) {
  std::vector<Outgoing> taken;
  {
    const std::lock_guard lock(mutex_);
    Entry* entry = find_link(peer, link);
    if (entry == nullptr) return;
    const std::size_t before = entry->out.bytes();
    entry->out.written();
    std::size_t size = out.size();
    while (size < bytes_wanted) {
      auto frame = entry->out.pop();
      if (!frame) break;
      size += frame_header_size + frame->bytes->size();
      taken.push_back(std::move(*frame));
    }
    out_bytes_ -= before - entry->out.bytes();
    entry->sender_called = entry->out.frames() > 0;  // The sender comes again by itself.
    entry->counters.frames_out += taken.size();
    entry->counters.bytes_out += size - out.size();
  }
  for (const Outgoing& frame : taken) append_frame(frame.kind, *frame.bytes, out);
}

void PeerQueues::count(PeerId peer, LinkWord word) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(peer); found != entries_.end())
    ++found->second.counters.words[static_cast<std::size_t>(word)];
}

void PeerQueues::close_sending() {
  const std::lock_guard lock(mutex_);
  sending_closed_ = true;
}

void PeerQueues::close() {
  {
    const std::lock_guard lock(mutex_);
    sending_closed_ = closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace centime::network
