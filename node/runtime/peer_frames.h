// Which frames validators, and members that follow, send each other; docs/protocol.md shows them.
#pragma once

#include <expected>
#include <vector>

#include "consensus/message.h"
#include "node/ledger/records.h"
#include "node/network/options.h"

namespace centime::runtime {

// Frame kinds 1 to 10 are the engine's messages: 1 + MessageKind, whose own kind byte comes again
// as the first of the frame's bytes.
inline constexpr std::uint8_t first_message_frame = 1;
inline constexpr std::uint8_t submission_frame = 11;        // A canonical Submission.
inline constexpr std::uint8_t checkpoint_share_frame = 12;  // A CheckpointShare.
inline constexpr std::uint8_t passed_shares_frame = 13;     // PassedShares.

// What one validator says of the log at a height that is final and durable on its disk.
struct CheckpointShare {
  std::uint64_t size = 0;  // Of the log: entries, right after a seal.
  crypto::Digest root;
  crypto::Blob<128> cosignature;  // The bytes of its cosignature/v1 line.
  crypto::Blob<128> signature;    // The bytes of its line under the log's own name.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(size), CENTIME_FIELD(root), CENTIME_FIELD(cosignature),
            CENTIME_FIELD(signature));
  }
};

// Those of a quorum, passed on to who has no vote and may have no link to all of them.
struct PassedShare {
  ledger::MemberId member;
  CheckpointShare share;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(member), CENTIME_FIELD(share));
  }
};
struct PassedShares {
  crypto::List<PassedShare, ledger::validators_max> shares;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(shares));
  }
};

// Every kind, its limit, and what becomes of it while a link is slow.
std::vector<network::FrameRule> peer_frame_rules();

network::Frame to_frame(const consensus::Message& message);

// The error is a word of consensus::MessageError.
std::expected<consensus::Message, std::string_view> read_message(const network::Frame& frame);

// What this node allows for each peer's queues.
network::QueueLimits peer_queue_limits();

}  // namespace centime::runtime
