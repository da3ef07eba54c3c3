#include "node/runtime/alarm_record.h"

#include <fmt/format.h>

#include "consensus/durable.h"
#include "crypto/canonical.h"
#include "node/runtime/instance_guard.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {

std::optional<consensus::RaisedAlarm> read_alarm(const storage::Store& store) {
  for (const auto& [key, value] : store.votes()) {
    if (key != consensus::alarm_key()) continue;
    if (const auto raised = crypto::decode<consensus::RaisedAlarm>(value)) return *raised;
  }
  return std::nullopt;
}

std::expected<std::optional<consensus::RaisedAlarm>, std::string> clear_alarm(
    const std::filesystem::path& directory, consensus::Alarm alarm) try {
  storage::StoreOptions options;
  options.directory = directory / "db";
  options.on_failure = storage::throw_failure;
  auto store = storage::Store::open(std::move(options));
  if (!store) return std::unexpected(store.error());
  const auto raised = read_alarm(**store);
  if (!raised) return std::nullopt;
  if (raised->alarm != alarm) {
    return std::unexpected(
        fmt::format("alarm_differs: the alarm in force is {}", crypto::word_of(raised->alarm)));
  }
  // First: a crash in between leaves the alarm, and a node that would ask if there were none.
  if (auto forgotten = forget_instance(directory); !forgotten)
    return std::unexpected(forgotten.error());
  const storage::VoteRow row{consensus::alarm_key(), {}};
  (*store)->write_votes({&row, 1});
  return raised;
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(failure.what());
}

}  // namespace centime::runtime
