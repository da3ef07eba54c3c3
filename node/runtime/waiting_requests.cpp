#include "node/runtime/waiting_requests.h"

#include <algorithm>

namespace centime::runtime {
namespace {

consensus::PeerIndex peer_of(const WaitingRequests::Request& request) {
  return std::visit([](const auto& each) { return each.to; }, request);
}

bool is_of_open_blocks(const WaitingRequests::Request& request) {
  const auto* blocks = std::get_if<consensus::ServeBlocks>(&request);
  return blocks != nullptr && !blocks->open.empty();
}

}  // namespace

void WaitingRequests::add(Request request) {
  const auto waiting = std::ranges::find(waiting_, peer_of(request), peer_of);
  if (waiting == waiting_.end()) {
    waiting_.push_back(std::move(request));
  } else {
    *waiting = std::move(request);
  }
}

std::optional<WaitingRequests::Request> WaitingRequests::next(consensus::Millis now) {
  if (waiting_.empty() || now < due_) return std::nullopt;
  auto first = waiting_.begin();
  if (!passed_first_) first = std::ranges::find_if(waiting_, is_of_open_blocks);
  if (first == waiting_.end()) first = waiting_.begin();
  passed_first_ = first != waiting_.begin();
  Request request = std::move(*first);
  waiting_.erase(first);
  return request;
}

void WaitingRequests::answered(consensus::Millis now, consensus::Millis work) {
  due_ = now + pause_for_work * std::max(work, work_min);
}

std::optional<consensus::Millis> WaitingRequests::due() const {
  return waiting_.empty() ? std::nullopt : std::optional(due_);
}

}  // namespace centime::runtime
