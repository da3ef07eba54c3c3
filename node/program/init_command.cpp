#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/files.h"
#include "node/program/genesis_file.h"
#include "node/program/network_text.h"
#include "node/proof/policy.h"
#include "node/runtime/node.h"

namespace centime::program {
namespace {

// Removes a half-made directory unless it has been kept.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  void keep() { path_.clear(); }

 private:
  std::filesystem::path path_;
};

// What inits of this place left beside it that were killed.
std::vector<std::filesystem::path> left_beside(const std::filesystem::path& place) {
  const std::string prefix = place.filename().string() + ".new-";
  std::vector<std::filesystem::path> left;
  std::error_code error;
  for (std::filesystem::directory_iterator at(place.parent_path(), error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename().string().starts_with(prefix)) left.push_back(at->path());
  }
  std::ranges::sort(left);
  return left;
}

Expected<void> check_key(const ledger::Genesis& genesis, const KeyFile& key) {
  const auto& members = genesis.members.items;
  const auto member = std::ranges::find(members, key.member, &ledger::Member::member);
  if (member == members.end()) {
    return fail(
        "unknown_member",
        fmt::format(
            "the key is that of '{}', who is no member of this network; if it joined later, "
            "give --joining",
            key.member.value));
  }
  if (member->key != key.key.public_key()) {
    return fail("unknown_key",
                fmt::format("this is not the key that the network began with for '{}'; if it took "
                            "this one later, give --joining",
                            key.member.value));
  }
  return {};
}

Expected<void> fill(const DataDirectory& directory, const Config& config,
                    const ledger::Genesis& genesis, const KeyFile& key) {
  if (auto made = make_directories(directory.path / "keys"); !made) return made;
  if (auto written = write_key_file(directory.key(config), key); !written) return written;
  if (auto written = write_new_file(directory.config(), format_config(config), mode_public);
      !written) {
    return written;
  }
  const std::string policy = proof::format_policy(proof::policy_of(genesis));
  if (auto written = write_new_file(directory.policy(), policy, mode_public); !written) {
    return written;
  }
  if (auto created = runtime::create_node(directory.path, genesis); !created) {
    return std::unexpected(failure_from(created.error()));
  }
  return {};
}

}  // namespace

Outcome init(const InitOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(options.data, ignored)) {
    return fail("directory_exists",
                fmt::format("{} exists already and is left as it is", options.data.string()));
  }
  auto genesis = read_genesis_file(options.genesis);
  if (!genesis) return std::unexpected(genesis.error());
  auto key = read_key_file(options.key);
  if (!key) return std::unexpected(key.error());
  if (auto checked = check_key(*genesis, *key); !checked && !options.joining)
    return std::unexpected(checked.error());

  Config config;
  config.member = key->member.value;
  config.key = "keys/" + key->member.value + ".key";
  if (!options.listen.empty()) {
    if (auto listen = parse_listen_address(options.listen); !listen) {
      return std::unexpected(listen.error());
    }
    config.listen = options.listen;
  }
  config.peer_listen = options.peer_listen;
  config.peers = options.peers;
  if (!config.peer_listen.empty()) {
    if (auto listen = parse_listen_address(config.peer_listen); !listen) {
      return std::unexpected(listen.error());
    }
  }
  if (auto peers = parse_peers(config.peers); !peers) return std::unexpected(peers.error());
  // Made beside its place and moved there when it is whole: there is never half a node.
  std::filesystem::path place = std::filesystem::absolute(options.data).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  const DataDirectory unfinished{place.string() + fmt::format(".new-{}", ::getpid())};
  // Another's of that name is left alone: it may hold a key.
  if (std::filesystem::exists(unfinished.path, ignored)) {
    return fail("directory_exists",
                fmt::format("{} is left of an init that was cut short, and may hold a copy of the "
                            "secret key: look, and delete it",
                            unfinished.path.string()));
  }
  Unfinished guard(unfinished.path);
  if (auto filled = fill(unfinished, config, *genesis, *key); !filled) {
    return std::unexpected(filled.error());
  }
  std::error_code error;
  std::filesystem::rename(unfinished.path, place, error);
  if (error) {
    return fail("unwritable_file",
                fmt::format("cannot make {}: {}", place.string(), error.message()));
  }
  guard.keep();
  sync_directory(place.parent_path());

  Report report;
  report.text = fmt::format(
      "Made a node of {} on the network {} in {}.\nStart it with: centime run --data {}\n",
      key->member.value, genesis->origin.value, options.data.string(), options.data.string());
  report.json = {{"directory", options.data.string()},
                 {"member", key->member.value},
                 {"network", network_hex(*genesis)},
                 {"origin", genesis->origin.value}};
  // Not removed: a person may have given something such a name, and it may hold a key.
  for (const std::filesystem::path& left : left_beside(place)) {
    report.text += fmt::format(
        "{} is left of an init that was cut short, and may hold a copy of the secret key: look, "
        "and "
        "delete it.\n",
        left.string());
  }
  return report;
}

}  // namespace centime::program
