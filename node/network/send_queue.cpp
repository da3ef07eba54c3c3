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
      return push_newest(std::move(frame), newest_, newest_bytes_);
    case SendClass::urgent:
      return push_urgent(std::move(frame));
    case SendClass::large:
      return push_newest(std::move(frame), large_, large_bytes_);
    case SendClass::bulk:
      break;
  }
  return push_bulk(std::move(frame));
}

std::size_t SendQueue::SameBytes::operator()(const Outgoing& frame) const {
  return std::hash<std::string_view>()(crypto::as_text(*frame.bytes));
}

bool SendQueue::SameBytes::operator()(const Outgoing& a, const Outgoing& b) const {
  return a.kind == b.kind && (a.bytes == b.bytes || *a.bytes == *b.bytes);
}

SendQueue::Pushed SendQueue::push_newest(Outgoing frame, Waiting& lane, std::size_t& bytes) {
  bytes += frame.bytes->size();
  const auto waiting = std::ranges::find(lane, frame.kind, &Outgoing::kind);
  if (waiting == lane.end()) {
    lane.push_back(std::move(frame));
    return {SendResult::queued};
  }
  bytes -= waiting->bytes->size();
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
  if (!in_bulk_.insert(frame).second) return {SendResult::waits_already};
  bulk_bytes_ += frame.bytes->size();
  bulk_.push_back(std::move(frame));
  return {SendResult::queued};
}

Outgoing SendQueue::pop_bulk() {
  under_way_.push_back(bulk_.front());
  under_way_bytes_ += bulk_.front().bytes->size();
  return pop_front(bulk_, bulk_bytes_);
}

void SendQueue::written() {
  for (const Outgoing& frame : under_way_) in_bulk_.erase(frame);
  under_way_.clear();
  under_way_bytes_ = 0;
}

std::optional<Outgoing> SendQueue::pop() {
  const bool others = !newest_.empty() || !urgent_.empty() || !large_.empty();
  if (!bulk_.empty() && (!others || ++turn_ % turns_per_bulk == 0)) return pop_bulk();
  if (!newest_.empty()) return pop_front(newest_, newest_bytes_);
  if (!urgent_.empty()) return pop_front(urgent_, urgent_bytes_);
  if (!large_.empty()) return pop_front(large_, large_bytes_);
  return std::nullopt;
}

void SendQueue::clear() {
  for (auto* lane : {&newest_, &urgent_, &large_, &bulk_}) lane->clear();
  newest_bytes_ = urgent_bytes_ = large_bytes_ = bulk_bytes_ = under_way_bytes_ = 0;
  under_way_.clear();
  in_bulk_.clear();
}

}  // namespace centime::network
