// What lies where in a node's data directory.
//
//   centime.toml   the config            keys/*.key   the secret keys, mode 0600: the one that the
//                                        ledger has for the member is used
//   db/            the store             tokens              hashes of the API's tokens
//   policy.txt     the network's policy, for whoever verifies
//   instance       runtime/instance_guard.h; only validators have it
//   epochs         runtime/introduction.h; where `centime peers learn` was run
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/program/config.h"
#include "node/program/key_file.h"
#include "node/storage/snapshot.h"

namespace centime::program {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "centime.toml"; }
  std::filesystem::path store() const { return path / "db"; }
  std::filesystem::path tokens() const { return path / "tokens"; }
  std::filesystem::path policy() const { return path / "policy.txt"; }
  std::filesystem::path key(const Config& config) const { return path / config.key; }
};

// The first of the member's keys, from the file that the config names and those in keys/, that is
// not among `refused`; the first of all if each is. First is the one that the ledger here has now,
// which may be behind; then the one that the config names, then the others by their files' names.
// Fails as read_key_file where there is none, or with bad_config if the config names another
// member's.
Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config,
                                const std::set<crypto::PublicKey>& refused = {});

// All of the member's keys in keys/ in order of the files' names, but for files that can't be read.
std::vector<KeyFile> read_member_keys(const DataDirectory& directory,
                                      const ledger::MemberId& member);

// What is to be said of a node that has this key where the ledger knows another one of its
// member's: it signs nothing, or does not start. Nothing where they agree, or the member is not
// known yet.
std::optional<std::string> doubt_of_key(const storage::Snapshot& snapshot, const KeyFile& key);

}  // namespace centime::program
