// The file that starts a network: its genesis, as canonical bytes or as JSON.
#pragma once

#include <filesystem>

#include "node/ledger/entries.h"
#include "node/program/outcome.h"

namespace centime::program {

// Takes either form, or the directory that `network new` made. Fails with missing_file,
// unreadable_file or bad_genesis.
Expected<ledger::Genesis> read_genesis_file(const std::filesystem::path& path);

// What a network is made from: a TOML file that a person writes (docs/operating.md).
struct NetworkDraft {
  ledger::Genesis genesis;
  std::vector<ledger::MemberId> without_key;  // Members whose key the file leaves open.
};

// `now` is the genesis' time if the file has none. Fails with missing_file, unreadable_file or
// bad_network_file, naming the line, and the nearest key for an unknown one.
Expected<NetworkDraft> read_network_file(const std::filesystem::path& path, ledger::TimeMs now);

}  // namespace centime::program
