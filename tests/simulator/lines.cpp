#include "tests/simulator/lines.h"

namespace centime::simulator {
namespace {

constexpr network::SendQueue::Limits limits{{4'096, 8U << 20}, {8'192, 32U << 20}};

}  // namespace

void Lines::send(std::size_t from, std::size_t to, Sending sending) {
  const auto send_class = sending.send_class;
  const auto kind = sending.kind;
  auto packet = std::make_shared<const Packet>(std::move(sending));
  auto& peers = upstreams_[from].peers;
  peers.try_emplace(to, limits).first->second.push(send_class, {kind, std::move(packet)});
  if (!upstreams_[from].busy) go_on(from);
}

void Lines::go_on(std::size_t from) {
  Upstream& upstream = upstreams_[from];
  std::optional<network::Outgoing> frame;
  auto at = upstream.peers.lower_bound(upstream.next);
  for (std::size_t i = 0; i < upstream.peers.size() && !frame; ++i, ++at) {
    if (at == upstream.peers.end()) at = upstream.peers.begin();
    at->second.written();
    frame = at->second.pop();
    if (frame) upstream.next = at->first + 1;
  }
  upstream.busy = frame.has_value();
  if (!frame) return;
  const auto& sending = static_cast<const Packet&>(*frame->bytes).sending;
  const Time takes{static_cast<Time::rep>(1'000 * sending.bytes / bytes_each_ms_)};
  queue_.after(takes, [this, from, packet = frame->bytes] {
    static_cast<const Packet&>(*packet).sending.gone();
    go_on(from);
  });
}

}  // namespace centime::simulator
