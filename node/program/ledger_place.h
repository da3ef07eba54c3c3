// Reads the ledger wherever a command is told to: at a node, or in a data directory.
#pragma once

#include <memory>

#include "node/ledger/entries.h"
#include "node/program/commands.h"
#include "node/storage/store.h"

namespace centime::program {

// Fails with missing_option or conflicting_options unless exactly one of the two is given.
Expected<void> check_place(const LedgerPlace& place);

Expected<ledger::Genesis> genesis_at(const LedgerPlace& place);

// The store of a data directory, to be read only; its node may be running. What can't be read in it
// later throws StorageFailure, which the command line answers for.
Expected<std::unique_ptr<storage::Store>> open_for_reading(const std::filesystem::path& data);

// What a command says of a store that fails; with what to do, where a rebuild may help.
Failure storage_failure(const std::string& word_and_sentence);

}  // namespace centime::program
