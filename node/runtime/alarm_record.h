// The alarm that a node's store keeps, and how a person who knows its cause clears it.
//
// The engine writes it (consensus/alarm.h) and nothing but this deletes it. What is cleared is the
// alarm alone. Where it says something of the own votes or of the network's, the node counts as one
// that may have lost votes, so it signs nothing until enough others have told where they are. Of
// one validator or two there are never enough others (docs/decisions/0014): there a person has to
// say that the store holds all that the key ever signed, and the node goes on from it.
//
// An alarm about an execution says nothing of votes, so the node goes on from its store as after
// any stop, where its start finds the store whole (instance_guard.h). To doubt its votes as well
// would make it count as away until the others have passed two views; and where several nodes
// disagreed with the others and are cleared together, too few would be left for these, so that the
// network stood still for good.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "consensus/alarm.h"
#include "node/storage/store.h"

namespace centime::runtime {

// Nothing if there is none, or if its row can't be read (read_durable then says so).
std::optional<consensus::RaisedAlarm> read_alarm(const storage::Store& store);

enum class StoredVotes : std::uint8_t {
  doubted,  // Others are asked, if the alarm gives reason to. For three validators and more.
  whole,    // A person vouches for them. For one or two.
};

// Whether it gives reason to doubt that the store holds all that the key ever signed.
bool doubts_votes(consensus::Alarm alarm);

// Deletes the alarm of a stopped node. On the disk when it returns. Nothing if there is none. The
// error is a word, a colon and a sentence: `alarm_differs` if another than this one is in force,
// `nobody_to_ask` and `others_can_tell` where the votes can't be doubted, or need not be vouched
// for: neither where the alarm gives no reason to doubt them.
std::expected<std::optional<consensus::RaisedAlarm>, std::string> clear_alarm(
    const std::filesystem::path& directory, consensus::Alarm alarm, StoredVotes votes);

// Whether so many validators can tell one of them what it may have signed: q of them without it.
bool others_can_tell(std::size_t validators);

}  // namespace centime::runtime
