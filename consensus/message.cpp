#include "consensus/message.h"

namespace centime::consensus {
namespace {

// Of the longest: fields, and the count of signatures.
constexpr std::size_t vote_bytes = 8 + 1 + 8 + 48 + 2 + 64;
constexpr std::size_t certificate_bytes = 8 + 1 + 8 + 48 + 4 + validators_max * (2 + 64);
constexpr std::size_t block_bytes = 32 + 8 + 32 + 1 + 2 + 8 + 4 + body_bytes_max;
// Of the blocks in one message together. The sender stops before; one block always fits.
constexpr std::size_t blocks_bytes = std::size_t{16} << 20;

}  // namespace

std::size_t message_bytes_max(MessageKind kind) {
  switch (kind) {
    case MessageKind::proposal:
      return 1 + vote_bytes + 1 + block_bytes + 4 + justification_max * certificate_bytes;
    case MessageKind::vote:
      return 1 + vote_bytes;
    case MessageKind::certificate:
      return 1 + certificate_bytes;
    case MessageKind::status:
      return 1 + 8 + 8 + 8 + 8 + 32 + 4 + 8 + 8;
    case MessageKind::get_certificates:
      return 1 + 8 + 4 + asked_views_max * 8;
    case MessageKind::get_blocks:
      return 1 + 32 + 1;
    case MessageKind::get_chain:
      return 1 + 8;
    case MessageKind::blocks:
      return 1 + 4 + blocks_bytes;
    case MessageKind::chain:
      return 1 + 4 + blocks_bytes + certificate_bytes;
    case MessageKind::evidence:
      return 1 + 2 * vote_bytes;
  }
  return 0;
}

crypto::Bytes encode_message(const Message& message) {
  crypto::Bytes bytes = crypto::encode(message);
  crypto::check(bytes.size() <= message_bytes_max(kind_of(message)), "a message within its limit");
  return bytes;
}

std::expected<Message, MessageError> decode_message(crypto::BytesView bytes) {
  if (bytes.empty() || bytes[0] >= std::variant_size_v<Message>) {
    return std::unexpected(MessageError::unknown_message);
  }
  if (bytes.size() > message_bytes_max(static_cast<MessageKind>(bytes[0]))) {
    return std::unexpected(MessageError::message_too_long);
  }
  auto message = crypto::decode<Message>(bytes);
  if (!message) return std::unexpected(MessageError::bad_message);
  return std::move(*message);
}

}  // namespace centime::consensus
