// What an import says at its end: what was recorded or would be, and every row that was not.
#pragma once

#include "node/program/import_run.h"
#include "node/program/outcome.h"

namespace centime::program {

enum class ImportEnd {
  refused,   // Bad rows, and nothing was recorded.
  dry_run,   // Nothing was recorded, as asked.
  recorded,  // What could be.
};

// Exit code 0 only if no row was bad. `dry_run` is what was asked for: a refused one is one too.
Report describe_import(const ImportRun& run, ImportEnd end, bool dry_run);

}  // namespace centime::program
