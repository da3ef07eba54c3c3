#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <ranges>
#include <thread>

#include "node/program/child_node.h"
#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/genesis_file.h"

namespace centime::program {
namespace {

struct DevMember {
  std::string name;
  std::string title;
  std::string role;
};

// The platform, charities, and an auditor: the last, if there are three or more.
std::vector<DevMember> dev_members(std::size_t count) {
  static const std::vector<DevMember> charities = {{"wells", "Wells for All", "ngo"},
                                                   {"harvest", "Harvest Relief", "ngo"}};
  std::vector<DevMember> members{{"platform", "Giving Platform", "platform"}};
  for (std::size_t i = 1; i < count; ++i) {
    if (i + 1 == count && count > 2) {
      members.push_back({"auditor", "Independent Auditors", "auditor"});
    } else if (i <= charities.size()) {
      members.push_back(charities[i - 1]);
    } else {
      members.push_back({fmt::format("charity-{}", i), fmt::format("Charity {}", i), "ngo"});
    }
  }
  return members;
}

// 0 unless the port is free now. It stays taken while what is put into `held` lives.
std::uint16_t probe_port(std::uint16_t wanted, std::vector<FileDescriptor>& held) {
  const FileDescriptor& socket =
      held.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(wanted);
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  return ::bind(socket.get(), to, sizeof address) == 0 ? wanted : 0;
}

// Below those that the system gives to outgoing connections: one of them could sit on the port
// until the node that is to listen there has started. And above 10,080, which browsers refuse.
constexpr std::uint16_t any_port_first = 11'000;
constexpr std::uint16_t any_port_last = 32'767;

std::uint16_t probe_any_port(std::vector<FileDescriptor>& held) {
  std::random_device random;
  std::uniform_int_distribution<unsigned> any(any_port_first, any_port_last);
  for (int i = 0; i < 1'000; ++i) {
    const auto port = probe_port(static_cast<std::uint16_t>(any(random)), held);
    if (port != 0) return port;
  }
  return 0;
}

struct Ports {
  std::uint16_t pages = 0;
  std::uint16_t peers = 0;
};

// Links between members are a hundred above the pages.
Expected<std::vector<Ports>> choose_ports(const DevnetOptions& options, std::size_t members) {
  constexpr std::size_t last_port = 65'535;
  if (options.port + 100 + members > last_port) {
    return called_wrongly("bad_value",
                          fmt::format("--port is at most {}: the members' links have the ports "
                                      "from a hundred above on",
                                      last_port - 100 - members));
  }
  std::vector<Ports> ports;
  std::vector<FileDescriptor> held;
  for (std::size_t i = 0; i < members; ++i) {
    const auto wanted = [&](std::size_t above) {
      return static_cast<std::uint16_t>(options.port + above + i);
    };
    const auto probe = [&](std::size_t above) {
      return options.port == 0 ? probe_any_port(held) : probe_port(wanted(above), held);
    };
    ports.push_back({probe(0), probe(100)});
    if (ports.back().pages != 0 && ports.back().peers != 0) continue;
    if (options.port == 0) {
      return fail("cannot_listen", fmt::format("no free port of 127.0.0.1 from {} to {} was found",
                                               any_port_first, any_port_last));
    }
    return fail("cannot_listen", fmt::format("port {} or {} of 127.0.0.1 is taken; --port takes "
                                             "others, 0 any free ones",
                                             wanted(0), wanted(100)));
  }
  return ports;
}

// Whoever votes on the network that the directory holds, in the order of the genesis.
Expected<std::vector<DevMember>> voting_members(const DevnetOptions& options) {
  const auto genesis = read_genesis_file(options.directory / "network" / "genesis.bin");
  if (!genesis) return std::unexpected(genesis.error());
  std::vector<DevMember> members;
  for (const ledger::MemberId& id : genesis->validators.items) {
    const auto found = std::ranges::find(genesis->members.items, id, &ledger::Member::member);
    members.push_back({id.value, found->title.value, std::string(crypto::word_of(found->role))});
  }
  return members;
}

std::string network_text(const std::vector<DevMember>& members) {
  std::string validators;
  std::string tables;
  for (const DevMember& member : members) {
    validators += fmt::format("{}\"{}\"", validators.empty() ? "" : ", ", member.name);
    tables += fmt::format("\n[[member]]\nname = \"{}\"\ntitle = \"{}\"\nrole = \"{}\"\n",
                          member.name, member.title, member.role);
  }
  return fmt::format("origin = \"ledger.example.org/devnet\"\nvalidators = [{}]\n{}", validators,
                     tables);
}

// Files and directories that are removed again unless all of them get ready: what is there is taken
// for whole by the next start.
class Unfinished {
 public:
  Unfinished() = default;
  ~Unfinished() {
    std::error_code ignored;
    for (const auto& path : paths_ | std::views::reverse)
      std::filesystem::remove_all(path, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  // Requires that it is about to be made; what is there already is left alone.
  void add(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) paths_.push_back(path);
  }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::filesystem::path> paths_;
};

// Keys and genesis.
Expected<void> found_network(const DevnetOptions& options, Unfinished& unfinished) {
  const std::filesystem::path& dir = options.directory;
  for (const auto& path : {dir, dir / "network.toml", dir / "network"}) unfinished.add(path);
  if (auto made = make_directories(dir); !made) return made;
  auto file = options.network;
  if (file.empty()) {
    file = dir / "network.toml";
    const std::string text = network_text(dev_members(options.members));
    if (auto written = write_new_file(file, text, mode_public); !written) return written;
  }
  auto network = network_new({.file = file, .out = dir / "network", .generate_keys = true});
  if (!network) return std::unexpected(network.error());
  return {};
}

// A data directory for each of them.
Expected<void> make_nodes(const DevnetOptions& options, const std::vector<DevMember>& members,
                          Unfinished& unfinished) {
  const std::filesystem::path& dir = options.directory;
  unfinished.add(dir / "nodes");
  const auto ports = choose_ports(options, members.size());
  if (!ports) return std::unexpected(ports.error());
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::string peers;
    for (std::size_t j = 0; j < members.size(); ++j) {
      if (j == i) continue;
      peers += fmt::format("{}{}=127.0.0.1:{}", peers.empty() ? "" : ", ", members[j].name,
                           (*ports)[j].peers);
    }
    auto made = init({.data = dir / "nodes" / members[i].name,
                      .genesis = dir / "network" / "genesis.bin",
                      .key = dir / "network" / "keys" / (members[i].name + ".key"),
                      .listen = fmt::format("127.0.0.1:{}", (*ports)[i].pages),
                      .peer_listen = fmt::format("127.0.0.1:{}", (*ports)[i].peers),
                      .peers = peers});
    if (!made) return std::unexpected(made.error());
  }
  return {};
}

// Makes what is not there yet; whoever is to run.
Expected<std::vector<DevMember>> prepare(const DevnetOptions& options) {
  std::error_code ignored;
  Unfinished unfinished;
  if (!std::filesystem::exists(options.directory / "network" / "genesis.bin", ignored)) {
    if (auto founded = found_network(options, unfinished); !founded)
      return std::unexpected(founded.error());
  }
  auto members = voting_members(options);
  if (members && !std::filesystem::exists(options.directory / "nodes", ignored)) {
    if (auto made = make_nodes(options, *members, unfinished); !made)
      return std::unexpected(made.error());
  }
  if (members) unfinished.keep();
  return members;
}

void say_ready(const DevnetOptions& options, const std::vector<DevMember>& members,
               const std::vector<std::unique_ptr<ChildNode>>& nodes) {
  if (options.json) {
    boost::json::array rows;
    for (std::size_t i = 0; i < members.size(); ++i) {
      rows.push_back({{"member", members[i].name},
                      {"role", members[i].role},
                      {"url", nodes[i]->url()},
                      {"pid", nodes[i]->process()},
                      {"data", nodes[i]->data().string()}});
    }
    fmt::print("{}\n", boost::json::serialize(boost::json::object{
                           {"directory", options.directory.string()}, {"members", rows}}));
  } else {
    std::size_t width = 12;
    for (const DevMember& member : members) width = std::max(width, member.name.size());
    fmt::print("{:<{}} {:<9} {:<26} {}\n", "Member", width, "Role", "Pages and API", "Data");
    for (std::size_t i = 0; i < members.size(); ++i) {
      fmt::print("{:<{}} {:<9} {:<26} {}\n", members[i].name, width, members[i].role,
                 nodes[i]->url() + "/", nodes[i]->data().string());
    }
    fmt::print("Keys for trials are in {}. Ctrl-C stops all nodes.\n",
               (options.directory / "network" / "keys").string());
  }
  std::fflush(stdout);
}

// SIGTERM and SIGINT, and children that end.
int wait_for_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, each);
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

void hold_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&signals, each);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

Outcome devnet(const DevnetOptions& options) {
  hold_signals();
  const auto running = prepare(options);
  if (!running) return std::unexpected(running.error());
  const std::vector<DevMember>& members = *running;
  std::vector<std::unique_ptr<ChildNode>> nodes;
  nodes.reserve(members.size());
  for (const DevMember& member : members) {
    nodes.push_back(std::make_unique<ChildNode>(options.directory / "nodes" / member.name));
  }
  for (const auto& node : nodes) {
    if (auto ready = node->wait_until_ready(std::chrono::seconds(60)); !ready) {
      return std::unexpected(ready.error());
    }
  }
  say_ready(options, members, nodes);

  while (true) {
    if (wait_for_signal() != SIGCHLD) break;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (const auto ended = nodes[i]->poll_end()) {
        fmt::print(stderr, "centime: the node of {} ended ({}); its log is {}\n", members[i].name,
                   *ended, nodes[i]->log().string());
      }
    }
  }
  for (const auto& node : nodes) node->ask_to_stop();
  int worst = exit_done;
  for (const auto& node : nodes) {
    if (!node->wait_until_stopped()) worst = exit_failed;
  }
  Report report;
  report.exit_code = worst;
  if (!options.json) report.text = "All nodes have stopped.\n";
  return report;
}

}  // namespace centime::program
