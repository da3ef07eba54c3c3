// What lies where in a node's data directory.
//
//   centime.toml   the config            keys/*.key   the secret keys, mode 0600: the one that the
//                                        ledger has for the member is used
//   db/            the store             tokens              hashes of the API's tokens
//   policy.txt     the network's policy, for whoever verifies
//   instance       runtime/instance_guard.h; only validators among several have it
//   epochs         runtime/introduction.h; where `centime peers learn` was run
#pragma once

#include <filesystem>
#include <vector>

#include "node/program/config.h"
#include "node/program/key_file.h"

namespace centime::program {

struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "centime.toml"; }
  std::filesystem::path store() const { return path / "db"; }
  std::filesystem::path tokens() const { return path / "tokens"; }
  std::filesystem::path policy() const { return path / "policy.txt"; }
  std::filesystem::path key(const Config& config) const { return path / config.key; }
};

// The member's key that the ledger has now, from the files in keys/; if none is, or the ledger
// can't be read, the one that the config names. Fails as read_key_file, or with bad_config if that
// is another member's.
Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config);

// All of the member's keys in keys/, but for files that can't be read.
std::vector<KeyFile> read_member_keys(const DataDirectory& directory,
                                      const ledger::MemberId& member);

}  // namespace centime::program
