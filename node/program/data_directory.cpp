#include "node/program/data_directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/encoding.h"
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

Expected<KeyFile> read_node_key(const DataDirectory& directory, const Config& config,
                                const std::set<crypto::PublicKey>& refused) {
  const ledger::MemberId member{config.member};
  auto named = read_key_file(directory.key(config));
  if (named && named->member != member) {
    return fail("bad_config",
                fmt::format("member is '{}', but the key in {} is that of '{}'", config.member,
                            directory.key(config).string(), named->member.value));
  }
  auto keys = read_member_keys(directory, member);
  const auto place_of = [&](const std::optional<crypto::PublicKey>& key) {
    return std::ranges::find_if(keys,
                                [&](const KeyFile& each) { return key == each.key.public_key(); });
  };
  // It may be elsewhere than in keys/.
  if (named) {
    const auto known = place_of(named->key.public_key());
    if (known != keys.end()) keys.erase(known);
    keys.insert(keys.begin(), std::move(*named));
  }
  const auto wanted = keys.size() > 1 ? place_of(key_in_ledger(directory, member)) : keys.end();
  if (wanted != keys.end()) {
    std::rotate(keys.begin(), wanted, std::next(wanted));
  } else if (keys.empty() || (!named && named.error().word != "missing_file")) {
    return std::unexpected(std::move(named.error()));
  }
  const auto found = std::ranges::find_if(
      keys, [&](const KeyFile& each) { return !refused.contains(each.key.public_key()); });
  return std::move(found == keys.end() ? keys.front() : *found);
}

std::optional<std::string> doubt_of_key(const storage::Snapshot& snapshot, const KeyFile& key) {
  const auto member = snapshot.member(key.member);
  if (!member || member->key == key.key.public_key()) return std::nullopt;
  const auto digits = [](const crypto::PublicKey& of) {
    return crypto::to_hex(of.bytes).substr(0, 16);
  };
  return fmt::format(
      "the ledger here knows the key {} of '{}', and none of the key files is it: this node has {} "
      "and signs nothing with it, or does not start (unknown_key)",
      digits(member->key), key.member.value, digits(key.key.public_key()));
}

}  // namespace centime::program
