#include "api/hand_overs.h"

#include <algorithm>

namespace centime::api {
namespace {

using std::chrono::milliseconds;

milliseconds between(ledger::TimeMs begin, ledger::TimeMs end) {
  // A block's time is never before that of the block in front of it.
  return milliseconds(end.value - begin.value);
}

using Statements = std::vector<storage::ListedStatement>;

HandOverView describe(const storage::Snapshot& snapshot, RecordReader& reader, RecordView sent,
                      const Statements& statements) {
  HandOverView view{std::move(sent), HandOverState::waiting, {}};
  std::uint64_t returned = 0;
  for (const auto& [entry, kind] : statements) {
    if (kind == ledger::RecordKind::acknowledgement && !view.waited)
      view.waited = between(view.sent.time, reader.describe(entry).time);
    if (kind != ledger::RecordKind::return_) continue;
    const auto body = snapshot.record(entry).authored.record.body;
    returned += std::get<ledger::Return>(body).amount.value;
  }
  const auto said = hand_over(statements);
  if (said == proof::HandOver::acknowledged)
    view.state = HandOverState::acknowledged;
  else if (view.sent.money && returned >= view.sent.money->amount.value)
    view.state = HandOverState::returned;
  else if (said == proof::HandOver::disputed)
    view.state = HandOverState::disputed;
  return view;
}

}  // namespace

HandOverPage hand_overs_to(const storage::Snapshot& snapshot, const ledger::MemberId& member,
                           std::optional<ledger::EntryIndex> from) {
  HandOverPage page;
  auto entries =
      snapshot.entries_by_member(member, {.from = from, .limit = hand_over_looks_max + 1});
  if (entries.size() > hand_over_looks_max) {
    page.next = entries.back();
    entries.pop_back();
  }
  page.looked_at = entries.size();
  RecordReader reader(snapshot);
  // Beside a usual one or two, a member may state a few hundred about each.
  std::size_t statements_left = 5 * hand_over_looks_max;
  std::size_t looked_at = 0;
  for (const ledger::EntryIndex entry : entries) {
    ledger::RecordEntry record = snapshot.record(entry);
    const auto* sent = std::get_if<ledger::Disbursement>(&record.authored.record.body);
    ++looked_at;
    if (sent == nullptr || sent->to != member) continue;
    const ledger::RecordId id = ledger::record_id(crypto::encode(record.authored));
    const Statements statements = statements_about(snapshot, id);
    if (statements.size() > statements_left && !page.items.empty()) {
      page.next = entry;
      page.looked_at = looked_at - 1;
      break;
    }
    statements_left -= std::min(statements_left, statements.size());
    page.items.push_back(
        describe(snapshot, reader, reader.describe(entry, std::move(record)), statements));
  }
  return page;
}

HandOverFigures figures_of(const std::vector<HandOverView>& hand_overs) {
  HandOverFigures figures;
  std::vector<milliseconds> waits;
  for (const HandOverView& each : hand_overs) {
    if (each.waited) waits.push_back(*each.waited);
    switch (each.state) {
      case HandOverState::waiting:
        ++figures.waiting;
        if (!figures.waiting_since || each.sent.time < *figures.waiting_since)
          figures.waiting_since = each.sent.time;
        break;
      case HandOverState::acknowledged:
        ++figures.acknowledged;
        break;
      case HandOverState::disputed:
        ++figures.disputed;
        break;
      case HandOverState::returned:
        ++figures.returned;
        break;
    }
  }
  if (waits.empty()) return figures;
  std::ranges::sort(waits);
  figures.median = waits[(waits.size() - 1) / 2];
  figures.longest = waits.back();
  return figures;
}

}  // namespace centime::api
