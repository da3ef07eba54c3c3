#include "node/runtime/peer_frames.h"

#include "node/ledger/entries.h"

namespace centime::runtime {
namespace {

using consensus::MessageKind;
using network::SendClass;

// A proposal with a longer body waits for the votes: the last ones end a view, a body only begins
// one. A newer one takes the place of one that waits, since the older one's view is over.
constexpr std::uint32_t short_proposal_bytes = std::uint32_t{64} << 10;

SendClass send_class(MessageKind kind) {
  switch (kind) {
    case MessageKind::status:
      return SendClass::newest;
    case MessageKind::proposal:
      return SendClass::large;
    case MessageKind::blocks:
    case MessageKind::chain:
      return SendClass::bulk;
    default:
      return SendClass::urgent;
  }
}

}  // namespace

std::vector<network::FrameRule> peer_frame_rules() {
  std::vector<network::FrameRule> rules;
  constexpr auto names = enum_words(MessageKind{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto kind = static_cast<MessageKind>(i);
    rules.push_back({static_cast<std::uint8_t>(first_message_frame + i), names[i],
                     static_cast<std::uint32_t>(consensus::message_bytes_max(kind)),
                     send_class(kind), kind == MessageKind::proposal ? short_proposal_bytes : 0});
  }
  rules.push_back({submission_frame, "submission", ledger::submission_bytes_max, SendClass::bulk});
  rules.push_back({checkpoint_share_frame, "checkpoint_share", 512, SendClass::newest});
  rules.push_back(
      {passed_shares_frame, "passed_shares", std::uint32_t{32} << 10, SendClass::newest});
  return rules;
}

network::Frame to_frame(const consensus::Message& message) {
  const auto kind = static_cast<std::uint8_t>(kind_of(message));
  return {static_cast<std::uint8_t>(first_message_frame + kind),
          consensus::encode_message(message)};
}

std::expected<consensus::Message, std::string_view> read_message(const network::Frame& frame) {
  auto message = consensus::decode_message(frame.bytes);
  if (!message) return std::unexpected(crypto::word_of(message.error()));
  if (static_cast<std::size_t>(kind_of(*message)) + first_message_frame != frame.kind) {
    return std::unexpected(crypto::word_of(consensus::MessageError::bad_message));
  }
  return std::move(*message);
}

network::QueueLimits peer_queue_limits() {
  network::QueueLimits limits;
  // Long proposals are not among them.
  limits.out.urgent = {4'096, std::size_t{8} << 20};
  limits.out.bulk = {8'192, std::size_t{32} << 20};
  limits.frames_in = 8'192;
  limits.bytes_in = std::size_t{32} << 20;
  // There may be 255 members.
  limits.bytes_all = std::size_t{256} << 20;
  limits.bytes_least = std::size_t{1} << 20;
  limits.small_part = 8;
  return limits;
}

}  // namespace centime::runtime
