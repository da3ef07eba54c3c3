#include <fmt/format.h>

#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/ledger_place.h"

namespace centime::program {
namespace {

void add_warnings(Report& report, const std::vector<std::string>& warnings) {
  boost::json::array list;
  for (const std::string& warning : warnings) {
    report.text += fmt::format("warning: {}\n", warning);
    list.emplace_back(warning);
  }
  report.json["warnings"] = std::move(list);
}

// What peers says that may be meant, and is more often a slip: a member may join later.
std::vector<std::string> warnings_of_peers(const storage::Snapshot& snapshot,
                                           const Config& config) {
  std::vector<std::string> warnings;
  for (const PeerAddress& peer : *parse_peers(config.peers)) {
    if (peer.member.value == config.member) {
      warnings.push_back(
          fmt::format("peers names '{}', which is this node's own member", peer.member.value));
    } else if (!snapshot.member(peer.member)) {
      warnings.push_back(fmt::format(
          "peers names '{}', who is no member of this network as far as this node knows it; until "
          "it is one, there will be no link to it",
          peer.member.value));
    }
  }
  return warnings;
}

}  // namespace

Outcome config_check(const std::filesystem::path& data) {
  const DataDirectory directory{data};
  auto loaded = load_config(data, process_environment());
  if (!loaded) return std::unexpected(loaded.error());
  const auto key = read_node_key(directory, loaded->config);
  if (!key) return std::unexpected(key.error());
  Report report;
  report.text = fmt::format("{} is in order.\n", directory.config().string());
  report.json["file"] = directory.config().string();
  const auto listen = parse_listen_address(loaded->config.listen);
  if (!listen->loopback()) {
    loaded->warnings.push_back(fmt::format(
        "listen is {}: others on the network can reach the node without encryption; put a web "
        "server with TLS in front of it",
        loaded->config.listen));
  }
  // Whoever opens it to use it says why it can't be read.
  if (const auto store = open_for_reading(data)) {
    const auto snapshot = (*store)->snapshot();
    if (auto doubt = doubt_of_key(*snapshot, *key)) loaded->warnings.push_back(*std::move(doubt));
    for (std::string& warning : warnings_of_peers(*snapshot, loaded->config))
      loaded->warnings.push_back(std::move(warning));
  }
  add_warnings(report, loaded->warnings);
  return report;
}

Outcome config_show(const std::filesystem::path& data) {
  auto loaded = load_config(data, process_environment());
  if (!loaded) return std::unexpected(loaded.error());
  Report report;
  boost::json::object settings;
  for (const Setting& setting : loaded->settings) {
    report.text += fmt::format("{:<20} {:<32} {}\n", setting.key, setting.value, setting.source);
    settings[setting.key] = {{"value", setting.value}, {"source", setting.source}};
  }
  report.json["settings"] = std::move(settings);
  add_warnings(report, loaded->warnings);
  return report;
}

}  // namespace centime::program
