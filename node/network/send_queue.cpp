#include "node/network/send_queue.h"

#include <algorithm>
#include <utility>

namespace centime::network {
namespace {

constexpr unsigned turns_per_bulk = 8;

bool over(std::size_t frames, std::size_t bytes, std::size_t added, SendQueue::Lane lane) {
  return frames >= lane.frames || (frames > 0 && bytes + added > lane.bytes);
}

Outgoing pop_front(std::deque<Outgoing>& lane, std::size_t& bytes) {
  Outgoing frame = std::move(lane.front());
  lane.pop_front();
  bytes -= frame.bytes->size();
  return frame;
}

}  // namespace

SendQueue::Pushed SendQueue::push(SendClass send_class, Outgoing frame) {
  switch (send_class) {
    case SendClass::newest:
      return push_newest(std::move(frame));
    case SendClass::urgent:
      return push_urgent(std::move(frame));
    case SendClass::bulk:
      break;
  }
  return push_bulk(std::move(frame));
}

SendQueue::Pushed SendQueue::push_newest(Outgoing frame) {
  newest_bytes_ += frame.bytes->size();
  const auto waiting = std::ranges::find(newest_, frame.kind, &Outgoing::kind);
  if (waiting == newest_.end()) {
    newest_.push_back(std::move(frame));
    return {SendResult::queued};
  }
  newest_bytes_ -= waiting->bytes->size();
  *waiting = std::move(frame);
  return {SendResult::replaced, 1};
}

SendQueue::Pushed SendQueue::push_urgent(Outgoing frame) {
  std::size_t dropped = 0;
  while (!urgent_.empty() &&
         over(urgent_.size(), urgent_bytes_, frame.bytes->size(), limits_.urgent)) {
    pop_front(urgent_, urgent_bytes_);
    ++dropped;
  }
  urgent_bytes_ += frame.bytes->size();
  urgent_.push_back(std::move(frame));
  return {dropped > 0 ? SendResult::dropped_oldest : SendResult::queued, dropped};
}

SendQueue::Pushed SendQueue::push_bulk(Outgoing frame) {
  if (over(bulk_.size(), bulk_bytes_, frame.bytes->size(), limits_.bulk))
    return {SendResult::queue_full};
  bulk_bytes_ += frame.bytes->size();
  bulk_.push_back(std::move(frame));
  return {SendResult::queued};
}

std::optional<Outgoing> SendQueue::pop() {
  const bool others = !newest_.empty() || !urgent_.empty();
  if (!bulk_.empty() && (!others || ++turn_ % turns_per_bulk == 0))
    return pop_front(bulk_, bulk_bytes_);
  if (!newest_.empty()) return pop_front(newest_, newest_bytes_);
  if (!urgent_.empty()) return pop_front(urgent_, urgent_bytes_);
  return std::nullopt;
}

void SendQueue::clear() {
  for (auto* lane : {&newest_, &urgent_, &bulk_}) lane->clear();
  newest_bytes_ = urgent_bytes_ = bulk_bytes_ = 0;
}

}  // namespace centime::network
