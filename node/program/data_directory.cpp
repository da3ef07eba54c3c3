#include "node/program/data_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/storage/storage_failure.h"
#include "node/storage/store.h"

namespace centime::program {
namespace {

std::optional<crypto::PublicKey> key_in_ledger(const DataDirectory& directory,
                                               const ledger::MemberId& member) try {
  storage::StoreOptions options;
  options.directory = directory.store();
  options.read_only = true;
  options.on_failure = storage::throw_failure;
  const auto store = storage::Store::open(std::move(options));
  if (!store || (*store)->snapshot()->head().empty()) return std::nullopt;
  const auto known = (*store)->snapshot()->member(member);
  if (!known) return std::nullopt;
  return known->key;
} catch (const storage::StorageFailure&) {
  return std::nullopt;  // Whoever opens the store to use it says why.
}

}  // namespace

std::vector<KeyFile> read_member_keys(const DataDirectory& directory,
                                      const ledger::MemberId& member) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory.path / "keys", error), end;
       !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".key") files.push_back(at->path());
  }
  std::ranges::sort(files);
  std::vector<KeyFile> keys;
  for (const std::filesystem::path& file : files) {
    if (auto key = read_key_file(file); key && key->member == member)
      keys.push_back(std::move(*key));
  }
  return keys;
}

Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config) {
  auto keys = read_member_keys(directory, {config.member});
  if (keys.size() > 1) {
    const auto wanted = key_in_ledger(directory, {config.member});
    const auto found = std::ranges::find_if(
        keys, [&](const KeyFile& each) { return wanted == each.key.public_key(); });
    if (found != keys.end()) return std::move(*found);
  }
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
