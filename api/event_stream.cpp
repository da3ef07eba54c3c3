#include "api/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/money_json.h"
#include "api/queries.h"

namespace centime::api {
namespace {

using ledger::EntryIndex;
using ledger::RecordKind;

constexpr std::size_t events_at_once = 100;
constexpr std::uint64_t entries_at_once = 2'000;  // Looked through for them: many may be seals.
constexpr std::size_t batch_bytes = 32 * 1024;

// The entries to tell about, ascending; `end` is where the search for them stopped.
struct Found {
  std::vector<EntryIndex> entries;
  EntryIndex end;
};

Found find_all(const storage::Snapshot& snapshot, EntryIndex from) {
  Found found;
  const auto end = std::min(snapshot.head().size, from.value + entries_at_once);
  for (found.end = from; found.end.value < end; found.end = found.end + 1) {
    if (found.entries.size() == events_at_once) break;
    const auto bytes = snapshot.entry(found.end);
    if (!bytes.empty() && bytes.front() == ledger::record_entry_tag)
      found.entries.push_back(found.end);
  }
  return found;
}

Found find_filtered(const storage::Snapshot& snapshot, const EventFilter& filter, EntryIndex from) {
  Found found;
  auto& entries = found.entries;
  for (const auto& fund : filter.funds) {
    const auto some =
        snapshot.entries_by_fund(fund, {storage::Order::oldest_first, from, events_at_once});
    entries.insert(entries.end(), some.begin(), some.end());
  }
  for (const auto& record : filter.records) {
    for (const auto& statement :
         snapshot.statement_rows(record, {storage::Order::oldest_first, from, events_at_once}))
      entries.push_back(statement.entry);
  }
  std::ranges::sort(entries);
  const auto repeated = std::ranges::unique(entries);
  entries.erase(repeated.begin(), repeated.end());
  found.end = {snapshot.head().size};
  if (entries.size() >= events_at_once) {
    entries.resize(events_at_once);
    found.end = entries.back() + 1;
  }
  return found;
}

// The donation that the record is, names or is about; nothing where that takes a trace.
std::optional<ledger::RecordId> donation_of(const storage::Snapshot& snapshot,
                                            const RecordView& record) {
  if (record.kind() == RecordKind::donation) return record.id;
  const auto& body = record.content.authored.record.body;
  if (const auto* expenditure = std::get_if<ledger::Expenditure>(&body))
    return expenditure->for_donation;
  if (!record.subject) return std::nullopt;
  const auto subject = snapshot.find_record(*record.subject);
  if (!subject) return std::nullopt;
  const bool given = snapshot.record(*subject).authored.record.kind() == RecordKind::donation;
  return given ? record.subject : std::nullopt;
}

std::string event_of(const storage::Snapshot& snapshot, const RecordView& record) {
  boost::json::object data{{"id", record.id.hex()},
                           {"entry", record.entry.value},
                           {"height", record.height.value},
                           {"time", record.time.to_iso()},
                           {"type", crypto::word_of(record.kind())},
                           {"author", record.author().value}};
  if (record.fund) data["fund"] = record.fund->value;
  if (record.day) data["day"] = record.day->to_text();
  if (record.money) data["money"] = money_json(*record.money);
  if (record.subject) data["subject"] = record.subject->hex();
  if (const auto donation = donation_of(snapshot, record)) data["donation"] = donation->hex();
  return fmt::format("id: {}\nevent: record\ndata: {}\n\n", record.entry.value,
                     boost::json::serialize(data));
}

}  // namespace

std::string position_event(EntryIndex last_told) {
  return fmt::format("id: {}\n\n", last_told.value);
}

EventBatch read_events(const storage::Snapshot& snapshot, const EventFilter& filter,
                       EntryIndex from) {
  const Found found =
      filter.all() ? find_all(snapshot, from) : find_filtered(snapshot, filter, from);
  EventBatch batch;
  batch.next = found.end;
  RecordReader reader(snapshot);
  for (const EntryIndex entry : found.entries) {
    if (batch.text.size() >= batch_bytes) {
      batch.next = entry;
      break;
    }
    batch.text += event_of(snapshot, reader.describe(entry));
  }
  batch.more = batch.next.value < snapshot.head().size;
  if (batch.more && batch.text.empty()) batch.text = position_event({batch.next.value - 1});
  return batch;
}

}  // namespace centime::api
