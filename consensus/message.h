// What validators send each other: strict canonical structs, each kind with a limit of its own.
//
// On the wire a message is u8 kind ‖ fields. The channel that brings it is authenticated and
// belongs to one peer and one run of both processes, so messages carry no sender.
#pragma once

#include <expected>
#include <optional>
#include <variant>

#include "consensus/block.h"
#include "consensus/certificate.h"
#include "consensus/evidence.h"

namespace centime::consensus {

// A proposal carries the newest certificates of its justification; who lacks older ones asks.
inline constexpr std::size_t justification_max = 256;
inline constexpr std::size_t asked_views_max = 64;
inline constexpr std::size_t sent_blocks_max = 64;

// PROPOSAL: the leader's NOTARIZE is its signature.
struct Proposal {
  Vote vote;
  std::optional<Block> block;  // Nothing when the parent is proposed again (D4).
  // D1: the parent's certificate, and the nullifications of the views between, newest first.
  crypto::List<Certificate, justification_max> justification;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("vote", vote), cereal::make_nvp("block", block),
            cereal::make_nvp("justification", justification));
  }
};

// STATUS: where the sender is.
struct Status {
  std::uint64_t epoch = 0;
  View view;      // The current one.
  View fin_view;  // Of the last final block.
  BlockHeight fin_height;
  crypto::Digest fin_block;
  std::uint32_t pending = 0;        // Submissions that wait.
  std::uint64_t wall_clock_ms = 0;  // Since 1970.
  View abstains_through;            // It lost its votes, and signs nothing until then; else 0.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("view", view),
            cereal::make_nvp("fin_view", fin_view), cereal::make_nvp("fin_height", fin_height),
            cereal::make_nvp("fin_block", fin_block), cereal::make_nvp("pending", pending),
            cereal::make_nvp("wall_clock_ms", wall_clock_ms),
            cereal::make_nvp("abstains_through", abstains_through));
  }
};

// GET_CERTS: answered by certificates of these views, or by the own votes there.
struct GetCertificates {
  std::uint64_t epoch = 0;
  crypto::List<View, asked_views_max> views;  // Ascending.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("views", views));
  }
};

// GET_BLOCKS by hash: this block and up to `ancestors` before it, answered newest first.
struct GetBlocks {
  crypto::Digest block;
  std::uint8_t ancestors = 0;  // At most sent_blocks_max - 1 count.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("block", block), cereal::make_nvp("ancestors", ancestors));
  }
};

// GET_BLOCKS by height: final blocks from here on, answered as a Chain.
struct GetChain {
  BlockHeight from;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("from", from));
  }
};

// BLOCKS for GetBlocks: newest first, each the parent of the one before it.
struct Blocks {
  crypto::List<Block, sent_blocks_max> blocks;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("blocks", blocks));
  }
};

// BLOCKS for GetChain: oldest first, each the parent of the next; the finalization is the last's.
struct Chain {
  crypto::List<Block, sent_blocks_max> blocks;
  Certificate finalization;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("blocks", blocks), cereal::make_nvp("finalization", finalization));
  }
};

// The order is the kind's number on the wire.
using Message = std::variant<Proposal, Vote, Certificate, Status, GetCertificates, GetBlocks,
                             GetChain, Blocks, Chain, Evidence>;
enum class MessageKind : std::uint8_t {
  proposal,
  vote,
  certificate,
  status,
  get_certificates,
  get_blocks,
  get_chain,
  blocks,
  chain,
  evidence,
};
constexpr auto enum_words(MessageKind) {
  return std::to_array<std::string_view>({"proposal", "vote", "certificate", "status",
                                          "get_certificates", "get_blocks", "get_chain", "blocks",
                                          "chain", "evidence"});
}
inline MessageKind kind_of(const Message& message) {
  return static_cast<MessageKind>(message.index());
}

// Bytes of an encoded message of this kind, its kind byte included.
std::size_t message_bytes_max(MessageKind kind);

enum class MessageError : std::uint8_t {
  unknown_message,   // No kind has this number, or there are no bytes.
  message_too_long,  // Longer than its kind may be.
  bad_message,       // Not the one encoding of a message of its kind.
};
constexpr auto enum_words(MessageError) {
  return std::to_array<std::string_view>({"unknown_message", "message_too_long", "bad_message"});
}

crypto::Bytes encode_message(const Message& message);

// encode_message(*decode_message(bytes)) == bytes.
std::expected<Message, MessageError> decode_message(crypto::BytesView bytes);

}  // namespace centime::consensus
