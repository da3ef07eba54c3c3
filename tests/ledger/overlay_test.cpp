// What an overlay finds by its indexes is what a scan of all rows finds, however they got there.
#include "node/ledger/overlay.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::ledger {
namespace {

using test::digest_of;

RecordId subject(int number) { return {digest_of("subject " + std::to_string(number)).bytes}; }

// Rows of all overlays in the order in which they came, base first, and the plain scan over them.
std::vector<EntryIndex> scanned(const std::vector<StatementRow>& rows, const RecordId& about) {
  std::vector<EntryIndex> found;
  for (const StatementRow& row : rows) {
    if (row.subject == about) found.push_back(row.entry);
  }
  return found;
}

constexpr int subjects = 4;

RC_GTEST_PROP(Overlay, FindsTheStatementsThatAPlainScanFinds, ()) {
  const test::LedgerWorld world;
  std::vector<std::unique_ptr<Overlay>> stack;
  std::vector<std::vector<StatementRow>> rows;  // Of each overlay.
  const auto push = [&] {
    const StateView& world_state = world.state();
    const StateView& base = stack.empty() ? world_state : *stack.back();
    const EntryIndex next = stack.empty() ? world.tip().next_entry() : stack.back()->next_entry();
    stack.push_back(std::make_unique<Overlay>(base, next));
    rows.emplace_back();
  };
  const auto all_rows = [&] {
    std::vector<StatementRow> all;
    for (const auto& some : rows) all.insert(all.end(), some.begin(), some.end());
    return all;
  };
  push();
  for (const int step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20))) {
    Overlay& top = *stack.back();
    if (step < 10) {  // A statement about one of few subjects.
      const StatementRow row{subject(step % subjects), top.next_entry(), RecordKind::evidence};
      top.add_entry({});
      top.add_statement(row.subject, row.entry, row.kind);
      rows.back().push_back(row);
    } else if (step < 13) {
      if (stack.size() < 5) push();
    } else if (step < 15 && stack.size() > 1) {  // The top becomes part of the one below it.
      const auto upper = std::move(stack.back());
      stack.pop_back();
      stack.back()->merge(std::move(*upper));
      const auto moved = std::move(rows.back());
      rows.pop_back();
      rows.back().insert(rows.back().end(), moved.begin(), moved.end());
    } else if (step == 15 && stack.size() > 1) {  // Or is dropped.
      stack.pop_back();
      rows.pop_back();
    } else {  // A look at one in between fills the index with what is there so far.
      const RecordId about = subject(step % (subjects + 1));
      RC_ASSERT(stack.back()->statements(about) == scanned(all_rows(), about));
    }
  }
  for (int i = 0; i <= subjects; ++i) {
    RC_ASSERT(stack.back()->statements(subject(i)) == scanned(all_rows(), subject(i)));
  }
}

}  // namespace
}  // namespace centime::ledger
