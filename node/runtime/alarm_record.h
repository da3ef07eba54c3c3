// The alarm that a node's store keeps, and how a person who knows its cause clears it.
//
// The engine writes it (consensus/alarm.h) and nothing but this deletes it. What is cleared is the
// alarm alone: the node counts as one that may have lost votes, so it signs nothing until enough
// others have told where they are, whatever had happened.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "consensus/alarm.h"
#include "node/storage/store.h"

namespace centime::runtime {

// Nothing if there is none, or if its row can't be read (read_durable then says so).
std::optional<consensus::RaisedAlarm> read_alarm(const storage::Store& store);

// Deletes the alarm of a stopped node. On the disk when it returns. Nothing if there is none. The
// error is a word, a colon and a sentence; `alarm_differs` if another than this one is in force.
std::expected<std::optional<consensus::RaisedAlarm>, std::string> clear_alarm(
    const std::filesystem::path& directory, consensus::Alarm alarm);

}  // namespace centime::runtime
