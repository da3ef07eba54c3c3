// Whether what a node shows is the newest that its network has agreed on, as far as it can tell.
//
// A node whose network is quiet is not behind: only what others told it counts. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "node/runtime/replica_report.h"

namespace centime::api {

enum class Standing : std::uint8_t {
  current,
  learning,  // Does not vote yet; what it shows is the network's.
  stuck,     // Enough are connected and submissions wait, but no block becomes final.
  behind,    // Others have final blocks that it does not have.
  cut_off,   // Too few validators are connected for it to learn of anything new.
  halted,    // It stopped itself: a person has to look.
};
constexpr auto enum_words(Standing) {
  return std::to_array<std::string_view>(
      {"current", "learning", "stuck", "behind", "cut_off", "halted"});
}

struct NodeStanding {
  Standing word = Standing::current;
  std::uint64_t blocks_behind = 0;  // The newest_height; 0 if it has that.

  // What it shows may be out of date.
  bool stale() const { return word >= Standing::behind; }
};

// Blocks follow each other within moments, so as few as these are no delay.
inline constexpr std::uint64_t blocks_behind_max = 10;

// `height` is that of the state which is shown: what it is, or what more validators told of than
// may lie, whichever is higher.
std::uint64_t newest_height(const runtime::ReplicaReport& report, std::uint64_t height);
NodeStanding standing_of(const runtime::ReplicaReport& report, std::uint64_t height);

}  // namespace centime::api
