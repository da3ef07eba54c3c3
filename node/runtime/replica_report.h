// What a replica says of itself to people: is it moving, and if not, whom is it waiting for?
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/ledger/ids.h"
#include "node/runtime/evidence_book.h"

namespace centime::runtime {

// What is known of one validator. The own one counts as connected.
struct PeerReport {
  ledger::MemberId member;
  bool connected = false;
  bool heard = false;  // It told where it is, in this epoch since this node started: the next four.
  std::uint64_t view = 0;
  std::uint64_t height = 0;  // Of its last final block.
  std::uint32_t pending = 0;
  std::int64_t clock_ahead_ms = 0;  // Of its clock, against this node's; includes the way here.
  // Its votes in this node's current view.
  bool notarized = false;
  bool finalized = false;
  bool nullified = false;
};

enum class ReplicaRole : std::uint8_t {
  validator,  // Votes.
  follower,   // Has no vote.
  waiting,    // Votes once it has learnt what it may have voted before, and two views have passed.
  halted,     // An alarm: signs nothing more, and a person has to look.
};
constexpr auto enum_words(ReplicaRole) {
  return std::to_array<std::string_view>({"validator", "follower", "waiting", "halted"});
}

struct ReplicaReport {
  ReplicaRole role{};
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  // Of one that waits, and knows what it may have voted before: the first view in which it votes.
  std::optional<std::uint64_t> votes_from_view;
  ledger::MemberId leader;
  std::uint64_t height = 0;  // Of the last final block.
  std::uint64_t quorum = 0;
  std::uint32_t pending = 0;  // Submissions that wait here.
  // Of these, such as were told here, and 20 final blocks with room for them were made without.
  std::uint32_t overdue = 0;
  std::uint64_t views_nullified = 0;  // In a row, before this one.
  std::chrono::milliseconds in_view{};
  // Submissions have waited so long in this view, five seconds at least, and it does not end: no
  // block becomes final. Nothing: that is not so.
  std::optional<std::chrono::milliseconds> stuck;
  std::optional<std::chrono::milliseconds> deadline;  // From now; nothing while there is no work.
  std::optional<std::string> alarm;
  EvidenceBook::List evidence;  // Proofs of contradictory votes; null in a network of one.
  std::vector<PeerReport> validators;
  std::vector<std::pair<std::string, std::uint64_t>> refused;  // Messages, by word; not zero.
};

}  // namespace centime::runtime
