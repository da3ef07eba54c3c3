#include "node/program/data_directory.h"

#include <fmt/format.h>

namespace centime::program {

Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config) {
  auto key = read_key_file(directory.key(config));
  if (!key) return key;
  if (key->member.value != config.member) {
    return fail("bad_config",
                fmt::format("member is '{}', but the key in {} is that of '{}'", config.member,
                            directory.key(config).string(), key->member.value));
  }
  return key;
}

}  // namespace centime::program
