// What lies where in a node's data directory.
//
//   centime.toml   the config            keys/<member>.key   the secret key, mode 0600
//   db/            the store             tokens              hashes of the API's tokens
//   policy.txt     the network's policy, for whoever verifies
//   instance       runtime/instance_guard.h; only validators among several have it
#pragma once

#include <filesystem>

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

// The key that the config names. Fails as read_key_file, or with bad_config if it is another
// member's.
Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config);

}  // namespace centime::program
