#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "api/api.h"
#include "api/server.h"
#include "crypto/encoding.h"
#include "explorer/explorer.h"
#include "node/program/commands.h"
#include "node/program/core_dumps.h"
#include "node/program/data_directory.h"
#include "node/program/file_limit.h"
#include "node/runtime/node.h"
#include "node/runtime/rebuild.h"

namespace centime::program {
namespace {

// SIGTERM, SIGINT and SIGHUP, held back from all threads and taken by wait(). Made before any
// thread is. SIGUSR1 is the node's own, by which its threads ask for it to be opened anew.
class StopSignals {
 public:
  StopSignals() : in_terminal_(::isatty(STDIN_FILENO) == 1) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGUSR1);
    // What nohup ignores would be taken all the same if it were held back.
    struct sigaction hangup{};
    ::sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaddset(&signals_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A client that goes away is an error of one write, not the end of the node.
    ::signal(SIGPIPE, SIG_IGN);
  }

  std::string_view wait() const {
    while (true) {
      switch (next()) {
        case SIGUSR1:
          return reopen;
        case SIGTERM:
          return "SIGTERM";
        case SIGINT:
          return "SIGINT";
        default:
          // The terminal is gone, and with it whoever would stop the node. To a service it says
          // that the config has changed.
          if (in_terminal_) return "SIGHUP";
          spdlog::info("SIGHUP: the node goes on; its config is read when it is started");
      }
    }
  }

  static constexpr std::string_view reopen = "reopen";
  static void ask_to_reopen() { ::kill(::getpid(), SIGUSR1); }

 private:
  int next() const {
    int signal = 0;
    while (sigwait(&signals_, &signal) != 0) {
    }
    return signal;
  }

  const bool in_terminal_;
  sigset_t signals_{};
};

void start_log(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("centime");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(level == "error" ? "err" : level));
}

spdlog::level::level_enum spdlog_level(runtime::LogLevel level) {
  switch (level) {
    case runtime::LogLevel::info:
      return spdlog::level::info;
    case runtime::LogLevel::warn:
      return spdlog::level::warn;
    case runtime::LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

void log_block(const runtime::Published& published) {
  const storage::Head& head = published.snapshot->head();
  spdlog::debug("block {} final: {} entries in all, root {}", head.height.value, head.size,
                crypto::to_hex(head.log.root().bytes));
}

// Where readers come in, and how many at once.
struct Entrance {
  ListenAddress listen;
  std::size_t connections = 0;
};

Expected<Entrance> entrance_of(const Config& config, const std::string& listen_instead) {
  auto listen = parse_listen_address(listen_instead.empty() ? config.listen : listen_instead);
  if (!listen) return std::unexpected(listen.error());
  const std::size_t files = raise_file_limit();
  const auto readers = reader_connections(files);
  if (!readers) return std::unexpected(readers.error());
  if (!listen->loopback()) {
    spdlog::warn(
        "{} can be reached by others without encryption: put a web server with TLS in "
        "front of it",
        listen->url());
  }
  if (readers->few) {
    spdlog::warn(
        "the system lets the node open {} files and sockets, which leaves {} connections to "
        "readers; "
        "LimitNOFILE=65536 in its systemd unit allows more",
        files, readers->count);
  }
  return Entrance{*std::move(listen), readers->count};
}

api::ServerOptions server_options(const Config& config, const Entrance& entrance,
                                  runtime::Node& node) {
  api::ServerOptions options;
  options.address = entrance.listen.address;
  options.port = entrance.listen.port;
  options.threads = static_cast<unsigned>(config.http_threads);
  options.limits.connections = entrance.connections;
  options.limits.requests_per_second = static_cast<double>(config.requests_per_second);
  options.limits.request_burst = static_cast<double>(config.request_burst);
  options.limits.kept_answer_bytes = config.answer_cache_mb << 20;
  options.limits.compress = config.compress != 0;
  options.hooks.state = explorer::page_state(node);
  options.hooks.decorate = api::height_decorator(node);
  options.hooks.problem_page = explorer::problem_page;
  options.hooks.on_request = [](const api::RequestSummary& request) {
    spdlog::debug("{} {} {} {} bytes {} us {} {}", request.method, request.path, request.status,
                  request.bytes, request.took.count(), request.peer, request.trace_id);
  };
  options.hooks.on_error = [](std::string_view trace_id, std::string_view what) {
    spdlog::error("request {}: {}", trace_id, what);
  };
  return options;
}

// Which of the member's keys the node runs with, where the ledger and the others differ. Written by
// the node's strand, read when there is none.
struct KeyChoice {
  std::set<crypto::PublicKey> refused;  // By the others, since the ledger last told of a key.
  std::chrono::seconds patience{5};     // With the next: the node's pages are away for a moment.
};

// The ledger knows another key for the member than the node holds: is it there by now?
void look_for_key(const DataDirectory& directory, const ledger::MemberId& member,
                  const crypto::PublicKey& wanted, KeyChoice& choice) {
  // Those who are there now don't know it yet.
  if (choice.refused.contains(wanted)) return;
  for (const KeyFile& key : read_member_keys(directory, member)) {
    if (key.key.public_key() != wanted) continue;
    choice = {};
    return StopSignals::ask_to_reopen();
  }
  spdlog::error(
      "unknown_key: the ledger has a new key for {} ({}), and no file in {} is it; this "
      "node follows and signs nothing",
      member.value, crypto::to_hex(wanted.bytes), (directory.path / "keys").string());
}

// The others know the member by another key than the node has, and the ledger here is behind.
void try_next_key(const DataDirectory& directory, const Config& config,
                  const crypto::PublicKey& held, KeyChoice& choice) {
  constexpr std::chrono::seconds patience_max{600};
  choice.refused.insert(held);
  auto next = read_node_key(directory, config, choice.refused);
  if (next && choice.refused.contains(next->key.public_key())) {
    // All were refused: round again.
    choice.refused = {held};
    next = read_node_key(directory, config, choice.refused);
  }
  if (!next || next->key.public_key() == held) {
    choice.refused.clear();
    return spdlog::error(
        "key_refused: the others refuse {}'s key {}, and no file in {} has another; if the member "
        "has a new key, put its file there; if it is to join, its proposal is not approved yet",
        config.member, crypto::to_hex(held.bytes), (directory.path / "keys").string());
  }
  choice.patience = std::min(2 * choice.patience, patience_max);
  spdlog::warn("key_refused: the others refuse {}'s key {}; trying the next one in {}",
               config.member, crypto::to_hex(held.bytes), (directory.path / "keys").string());
  StopSignals::ask_to_reopen();
}

Expected<std::unique_ptr<runtime::Node>> open_node(const DataDirectory& directory,
                                                   const Config& config, KeyChoice& choice) {
  auto key = read_node_key(directory, config, choice.refused);
  if (!key) return std::unexpected(key.error());
  runtime::NodeOptions options;
  options.directory = directory.path;
  options.self = key->member;
  options.block_cache_bytes = config.cache_mb << 20;
  options.write_buffer_bytes = config.write_buffer_mb << 20;
  options.check_threads = static_cast<unsigned>(config.check_threads);
  for (KeyFile& other : read_member_keys(directory, key->member)) {
    if (other.key.public_key() == key->key.public_key()) continue;
    options.earlier_keys.push_back(std::make_shared<const crypto::SecretKey>(std::move(other.key)));
  }
  options.queue_submissions_max = config.queue_submissions;
  if (!config.peer_listen.empty()) {
    auto listen = parse_listen_address(config.peer_listen);
    if (!listen) return std::unexpected(listen.error());
    options.peers.listen = {listen->address, listen->port};
  }
  auto peers = parse_peers(config.peers);
  if (!peers) return std::unexpected(peers.error());
  for (const PeerAddress& peer : *peers)
    options.peers.addresses.push_back({peer.member, {peer.host, peer.port}});
  options.log = [](runtime::LogLevel level, std::string_view line) {
    spdlog::log(spdlog_level(level), "{}", line);
  };
  options.key_changed = [directory, member = key->member,
                         &choice](const crypto::PublicKey& wanted) {
    look_for_key(directory, member, wanted, choice);
  };
  options.peers.key_patience = choice.patience;
  options.peers.key_refused = [directory, config, held = key->key.public_key(), &choice] {
    try_next_key(directory, config, held, choice);
  };
  options.reopen = StopSignals::ask_to_reopen;
  auto node = runtime::Node::open(std::move(options), std::move(key->key));
  if (!node) return std::unexpected(failure_from(node.error()));
  return *std::move(node);
}

void say_ready(const runtime::Node& node, const std::string& url, bool json) {
  const std::uint64_t height = node.published()->snapshot->head().height.value;
  const std::string network = crypto::to_hex(node.network().bytes);
  if (json) {
    const boost::json::object line{
        {"url", url}, {"member", node.self().value}, {"network", network}, {"height", height}};
    fmt::print("{}\n", boost::json::serialize(line));
  } else {
    fmt::print("Node of {} is ready at {}/ (network {}, block {})\n", node.self().value, url,
               network.substr(0, 16), height);
  }
  std::fflush(stdout);
}

// Runs the node until a signal: which.
Expected<std::string_view> serve(const StopSignals& signals, const DataDirectory& directory,
                                 const Config& config, Entrance& entrance, KeyChoice& choice,
                                 const std::function<void(const runtime::Node&)>& ready) {
  // Before the node speaks to others: whoever was started twice must not sign twice.
  if (auto free = api::can_listen(entrance.listen.address, entrance.listen.port); !free)
    return fail("cannot_listen", free.error());
  auto node = open_node(directory, config, choice);
  if (!node) return std::unexpected(node.error());
  (*node)->on_block(log_block);

  api::Router router;
  api::ApiOptions api_options{**node, directory.tokens(), CENTIME_VERSION};
  api_options.log = [](std::string_view line) { spdlog::error("{}", line); };
  api_options.events.streams = config.event_streams;
  api_options.events.streams_per_client = config.event_streams_per_client;
  api::add_api(router, api_options);
  explorer::add_pages(router, **node,
                      {.public_url = config.public_url, .version = api_options.version});
  api::Server server(std::move(router), server_options(config, entrance, **node));
  if (auto started = server.start(); !started) {
    return fail("cannot_listen", started.error());
  }
  // The same one if it is opened anew.
  entrance.listen.port = server.port();
  spdlog::info("started: {} at block {}", entrance.listen.url(),
               (*node)->published()->snapshot->head().height.value);
  ready(**node);

  const std::string_view signal = signals.wait();
  spdlog::info("{}: stopping", signal);
  // The node first: whoever waits for a record of theirs hears what comes of it.
  (*node)->stop();
  server.stop();
  const api::ServerCounters served = server.counters();
  spdlog::info("answered {} requests, {} of them as others before", served.requests,
               served.answered_again);
  const runtime::NodeCounters counters = (*node)->counters();
  spdlog::info("stopped at block {}: {} blocks and {} records since the start",
               (*node)->published()->snapshot->head().height.value, counters.blocks,
               counters.records);
  return signal;
}

// Ends by itself, most often: the node before this one stops, a rebuild is done, the network is up.
bool may_pass(const Failure& failure) {
  return failure.word == "store_in_use" || failure.word == "cannot_listen";
}

Outcome run_until_stopped(const RunOptions& options) {
  const StopSignals signals;
  auto loaded = load_config(options.data, process_environment());
  if (!loaded) return std::unexpected(loaded.error());
  const Config& config = loaded->config;
  start_log(config.log_level);
  for (const std::string& warning : loaded->warnings) spdlog::warn("{}", warning);
  auto readers = entrance_of(config, options.listen);
  if (!readers) return std::unexpected(readers.error());
  const DataDirectory directory{options.data};
  if (auto finished = runtime::finish_rebuild(directory.path); !finished)
    return std::unexpected(failure_from(finished.error()));
  bool told = false;
  const auto ready = [&](const runtime::Node& node) {
    if (!std::exchange(told, true)) say_ready(node, readers->listen.url(), options.json);
  };
  KeyChoice choice;
  while (true) {
    const auto signal = serve(signals, directory, config, *readers, choice, ready);
    if (!signal) return std::unexpected(signal.error());
    if (*signal != StopSignals::reopen) return Report{};
  }
}

}  // namespace

Outcome run_node(const RunOptions& options) {
  leave_no_core_dumps();  // Before the member's key is read.
  auto outcome = run_until_stopped(options);
  if (!outcome && may_pass(outcome.error())) outcome.error().exit_code = exit_in_the_way;
  return outcome;
}

}  // namespace centime::program
