// What the simulated network does to a message on its way: who hears it, when, how often, or never.
#include <algorithm>

#include "crypto/check.h"
#include "tests/simulator/message_text.h"
#include "tests/simulator/simulation.h"

namespace centime::simulator {

Time Simulation::delay() {
  if (healed_) return Time{network_.between(1'000, 30'000)};
  return Time{network_.between(scenario_.delay_min.count(), scenario_.delay_max.count())};
}

bool Simulation::routed(const Node& from, const Node& to) const {
  const auto hears = [this](const Node& twin, const Node& peer) {
    if (twin.role() != Role::twin) return true;
    if (!scenario_.heard_in_view.empty()) {
      const std::uint64_t view = peer.running() ? peer.engine().view().value : 1;
      if (view > scenario_.heard_in_view.size()) return true;
      return (scenario_.heard_in_view[view - 1][peer.participant()] >> twin.instance() & 1) != 0;
    }
    const std::size_t link = twin.participant() * scenario_.participants + peer.participant();
    return (heard_[link] >> twin.instance() & 1) != 0;
  };
  return hears(from, to) && hears(to, from);
}

template <class Give>
void Simulation::deliver(const Node& from, std::size_t to, const Give& give, std::uint64_t what,
                         const Lines::Sending& sending) {
  for (const auto& node : nodes_) {
    if (node->participant() != to || !routed(from, *node)) continue;
    ++messages_;
    if (!lines_) {
      arrive(from, *node, give, what);
      continue;
    }
    Lines::Sending one = sending;
    one.gone = [this, &from, run = from.incarnation(), &node = *node, give, what] {
      if (from.incarnation() == run) arrive(from, node, give, what);
    };
    lines_->send(from.participant() * 2 + from.instance(),
                 node->participant() * 2 + node->instance(), std::move(one));
  }
}

template <class Give>
void Simulation::arrive(const Node& from, Node& to, const Give& give, std::uint64_t what) {
  int copies = 1;
  if (!healed_) {
    if (cut_ && side_[from.participant()] != side_[to.participant()] &&
        (!scenario_.one_way_cuts || side_[to.participant()])) {
      return;
    }
    if (network_.percent(scenario_.loss_percent)) return;
    if (network_.percent(scenario_.repeat_percent)) ++copies;
  }
  for (; copies > 0; --copies) {
    queue_.after(delay(), [this, &to, run = to.incarnation(), give, what] {
      if (!to.running() || to.incarnation() != run) return;
      trace_.note(queue_.now(), to.participant() * 2 + to.instance(), what);
      give(to);
    });
  }
}

// As node/runtime/peer_frames.cpp has it.
Lines::Sending Simulation::on_the_line(const consensus::Message& message) const {
  if (!lines_) return {};
  std::size_t submissions = 0;
  const auto count = [&](const consensus::Block& block) {
    const auto content = kind_->content(block);
    if (content) submissions += content->submissions.size();
  };
  auto send_class = network::SendClass::urgent;
  if (const auto* proposal = std::get_if<consensus::Proposal>(&message)) {
    if (proposal->block) count(*proposal->block);
    if (proposal->block) send_class = network::SendClass::large;
  } else if (const auto* blocks = std::get_if<consensus::Blocks>(&message)) {
    std::ranges::for_each(blocks->blocks.items, count);
    send_class = network::SendClass::bulk;
  } else if (const auto* chain = std::get_if<consensus::Chain>(&message)) {
    std::ranges::for_each(chain->blocks.items, count);
    send_class = network::SendClass::bulk;
  } else if (std::holds_alternative<consensus::Status>(message)) {
    send_class = network::SendClass::newest;
  }
  return {static_cast<std::uint8_t>(kind_of(message)),
          send_class,
          encoded_,
          carried_.bytes + submissions * scenario_.submission_bytes,
          {}};
}

void Simulation::carry(const Node& from, std::size_t to, const MessagePtr& message) {
  if (!std::holds_alternative<consensus::Status>(*message)) ++carried_other_than_status_;
  if (message != carried_.message) {
    encoded_.clear();
    crypto::encode_to(*message, encoded_);
    const bool fits = encoded_.size() <= message_bytes_max(kind_of(*message));
    crypto::check(fits, "a message within its limit");
    carried_ = {message, encoded_.size(), Trace::sum(encoded_)};
  }
  spent_.bytes += carried_.bytes;
  if (trace_.prints()) {
    trace_.line(queue_.now(), "{} -> {}  {}", from.participant(), to, text_of(*message));
  }
  deliver(
      from, to,
      [message, sender = from.participant()](Node& node) { node.receive(sender, *message); },
      carried_.sum, on_the_line(*message));
}

void Simulation::carry(const Node& from, std::size_t to, SubmissionId submission) {
  Lines::Sending sending{
      255, network::SendClass::bulk, crypto::encode(submission), scenario_.submission_bytes, {}};
  deliver(
      from, to, [submission](Node& node) { node.submit(submission, false); }, submission, sending);
}

}  // namespace centime::simulator
