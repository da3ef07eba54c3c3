// The engine's rows on the disk, and the state that they restore.
//
// To the store a row is a key and a value, or a key alone to delete it. Keys ascend as
//   1 ‖ epoch ‖ view               own votes                 OwnVotes
//   2 ‖ epoch ‖ view ‖ vote kind   certificate, not final    Certificate
//   3 ‖ epoch ‖ height ‖ hash      block, not final          Block
//   4 ‖ epoch                      abstains through          View
//   5                              the last final block      FinalRow
//   7                              an alarm that was raised  RaisedAlarm
// and everything of an epoch at or below its last final view is deleted with the commit. The alarm
// is never deleted by an engine. Number 6 is another's.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <utility>

#include "consensus/alarm.h"
#include "consensus/block.h"
#include "consensus/certificate.h"
#include "consensus/safety.h"

namespace centime::consensus {

// The last final block. Of an epoch that has none yet: the block that closed the epoch before (or
// the genesis), with view 0.
struct Finalized {
  std::uint64_t epoch = 0;
  View view;
  BlockHeight height;
  crypto::Digest block;
  bool operator==(const Finalized&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("epoch", epoch), cereal::make_nvp("view", view),
            cereal::make_nvp("height", height), cereal::make_nvp("block", block));
  }
};

struct FinalRow {
  Finalized fin;
  std::uint64_t timestamp_ms = 0;           // The block's.
  std::optional<Certificate> finalization;  // The newest; nothing at the genesis.
  bool operator==(const FinalRow&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("fin", fin), cereal::make_nvp("timestamp_ms", timestamp_ms),
            cereal::make_nvp("finalization", finalization));
  }
};

// A key, and its value or nothing to delete it.
using Row = std::pair<crypto::Bytes, crypto::Bytes>;

// What an engine starts from.
struct Durable {
  FinalRow final;
  View abstain_through;
  std::map<View, OwnVotes> votes;  // These three: views above the final one.
  std::vector<Certificate> certificates;
  std::vector<BlockPtr> blocks;  // Proposed or voted for, not final.
  std::optional<RaisedAlarm> alarm;
};

enum class RestoreError : std::uint8_t {
  unreadable_row,     // A row that no engine wrote.
  no_final_row,       // The row of the last final block is missing.
  contradictory_row,  // Votes that no honest validator casts, or a row under another's key.
};
constexpr auto enum_words(RestoreError) {
  return std::to_array<std::string_view>({"unreadable_row", "no_final_row", "contradictory_row"});
}

// From all rows of the store, in any order. Rows of other epochs are an error.
std::expected<Durable, RestoreError> read_rows(std::span<const Row> rows);

crypto::Bytes votes_key(std::uint64_t epoch, View view);
crypto::Bytes certificate_key(std::uint64_t epoch, View view, VoteKind kind);
crypto::Bytes block_key(std::uint64_t epoch, BlockHeight height, const crypto::Digest& hash);
crypto::Bytes abstain_key(std::uint64_t epoch);
crypto::Bytes final_key();
crypto::Bytes alarm_key();

// The row that a network starts from, and an epoch after its predecessor's closing block.
Row first_row(const FinalRow& final);

}  // namespace centime::consensus
