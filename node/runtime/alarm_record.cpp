#include "node/runtime/alarm_record.h"

#include <fmt/format.h>

#include "consensus/durable.h"
#include "consensus/quorum.h"
#include "crypto/canonical.h"
#include "node/runtime/instance_guard.h"
#include "node/runtime/rebuild.h"
#include "node/storage/storage_failure.h"

namespace centime::runtime {

std::optional<consensus::RaisedAlarm> read_alarm(const storage::Store& store) {
  for (const auto& [key, value] : store.votes()) {
    if (key != consensus::alarm_key()) continue;
    if (const auto raised = crypto::decode<consensus::RaisedAlarm>(value)) return *raised;
  }
  return std::nullopt;
}

bool others_can_tell(std::size_t validators) {
  return validators > 1 && validators - 1 >= consensus::quorum(validators);
}

// A block that others agreed on gave another result here: the engine had signed nothing for it, and
// all that it did sign was on the disk before it was sent.
bool doubts_votes(consensus::Alarm alarm) {
  return alarm != consensus::Alarm::notarized_invalid &&
         alarm != consensus::Alarm::finalized_invalid;
}

std::expected<std::optional<consensus::RaisedAlarm>, std::string> clear_alarm(
    const std::filesystem::path& directory, consensus::Alarm alarm, StoredVotes votes) try {
  if (auto finished = finish_rebuild(directory); !finished)
    return std::unexpected(finished.error());
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
  const bool doubts = doubts_votes(alarm);
  const std::size_t validators = (*store)->snapshot()->governance()->epoch.validators.items.size();
  if (doubts && votes == StoredVotes::doubted && !others_can_tell(validators)) {
    return std::unexpected(fmt::format(
        "nobody_to_ask: {} can tell what this node signed before, so a person has to",
        validators == 1 ? "of one validator nobody else" : "of two validators one alone can't"));
  }
  if (doubts && votes == StoredVotes::whole && others_can_tell(validators)) {
    return std::unexpected(
        fmt::format("others_can_tell: the others of {} validators can tell what this node signed "
                    "before, and are asked",
                    validators));
  }
  // First: a crash in between leaves the alarm, and a node that would ask if there were none.
  if (doubts && votes == StoredVotes::doubted) {
    if (auto forgotten = forget_instance(directory); !forgotten)
      return std::unexpected(forgotten.error());
  }
  const storage::VoteRow row{consensus::alarm_key(), {}};
  (*store)->write_votes({&row, 1});
  return raised;
} catch (const storage::StorageFailure& failure) {
  return std::unexpected(failure.what());
}

}  // namespace centime::runtime
