// R6: whatever was notarized and not nullified here, also in views that are over.
#include "consensus/core.h"

namespace centime::consensus {

bool Core::finalize() {
  if (!signs()) return false;
  bool changed = false;
  for (auto& [view, open] : views_) {
    const auto& notarization = open.certificate(VoteKind::notarize);
    if (!notarization || open.certificate(VoteKind::finalize)) continue;
    if (!safety_.may_finalize(view, notarization->value)) continue;
    const Path path = path_of(*notarization);
    if (!execute_next(path)) {
      request_missing(path, *notarization);
      if (alarm_) return changed;
      continue;
    }
    save_blocks(path);
    const Value value = notarization->value;
    cast(VoteKind::finalize, view, value);
    changed = true;
  }
  return changed;
}

// With a FINALIZE the block and its ancestors are durable.
void Core::save_blocks(const Path& path) {
  for (const BlockPtr& block : path.blocks) {
    const RowName row = block_row(block->height, block->hash);
    if (!rows_.stored(row)) rows_.touch(row);
  }
}

}  // namespace centime::consensus
