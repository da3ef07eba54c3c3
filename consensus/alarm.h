// What must never be seen; the engine then signs nothing more, serves what it has, and a person
// has to look.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace centime::consensus {

enum class Alarm : std::uint8_t {
  conflicting_certificates,  // Two quorums contradict each other: more than f validators lie.
  finalized_conflict,        // A final block that does not descend from the last final one.
  finalized_invalid,         // A final block that is invalid here.
  notarized_invalid,         // A notarized block that is invalid here.
  unknown_own_vote,          // A vote with this validator's signature that its disk does not know.
  own_contradiction,         // Evidence against this validator: its key is used twice.
};
constexpr auto enum_words(Alarm) {
  return std::to_array<std::string_view>({"conflicting_certificates", "finalized_conflict",
                                          "finalized_invalid", "notarized_invalid",
                                          "unknown_own_vote", "own_contradiction"});
}

}  // namespace centime::consensus
