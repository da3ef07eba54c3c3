// What must never be seen; the engine then signs nothing more, serves what it has, and a person
// has to look. It is written with the step that raises it: a restart forgets it no more than a
// vote.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "consensus/vote.h"

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

// An alarm as it is kept, and where the engine stood when it was raised.
struct RaisedAlarm {
  Alarm alarm{};
  std::uint64_t epoch = 0;
  View view;                        // The current one.
  std::uint64_t wall_clock_ms = 0;  // Of the input that brought it about.
  bool operator==(const RaisedAlarm&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("alarm", alarm), cereal::make_nvp("epoch", epoch),
            cereal::make_nvp("view", view), cereal::make_nvp("wall_clock_ms", wall_clock_ms));
  }
};

}  // namespace centime::consensus
