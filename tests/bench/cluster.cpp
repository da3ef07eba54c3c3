#include "tests/bench/cluster.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "crypto/check.h"
#include "tests/bench/bench_network.h"
#include "tests/support/free_ports.h"
#include "tests/support/tcp_proxy.h"

namespace centime::bench {
namespace {

using crypto::check;
using Ports = std::vector<std::uint16_t>;

constexpr std::chrono::seconds connect_patience{30};

// Runs until this process ends, or SIGTERM.
template <class Work>
pid_t child(Work work) {
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  check(process >= 0, "a child process");
  if (process > 0) return process;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &term, nullptr);
  if (::getppid() != parent) ::_exit(1);
  {
    const auto running = work();
    int signal = 0;
    sigwait(&term, &signal);
  }
  ::_exit(0);
}

// One proxy before each of these ports; gives the proxies' own.
pid_t start_proxies(const Ports& targets, std::chrono::milliseconds one_way, Ports& proxies) {
  int ends[2];
  check(::pipe(ends) == 0, "a pipe");
  const pid_t process = child([&] {
    std::vector<std::unique_ptr<test::TcpProxy>> running;
    for (const std::uint16_t target : targets) {
      running.push_back(std::make_unique<test::TcpProxy>(target));
      running.back()->set_delay(one_way);
      const std::uint16_t port = running.back()->port();
      check(::write(ends[1], &port, sizeof port) == sizeof port, "the proxy's port is told");
    }
    return running;
  });
  for (std::uint16_t& port : proxies)
    check(::read(ends[0], &port, sizeof port) == sizeof port, "a proxy starts");
  ::close(ends[0]);
  ::close(ends[1]);
  return process;
}

runtime::PeerOptions peers_of(std::size_t self, const Ports& own, const Ports& dialled) {
  runtime::PeerOptions peers;
  peers.listen = network::Address{"127.0.0.1", own[self]};
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (i != self) peers.addresses.push_back({{member_name(i)}, {"127.0.0.1", dialled[i]}});
  }
  return peers;
}

void wait_until_connected(const runtime::Node& node) {
  const auto start = Clock::now();
  while (!std::ranges::all_of(node.agreement()->validators, &runtime::PeerReport::connected)) {
    check(Clock::now() - start < connect_patience, "the validators find each other");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Cluster::Cluster(const std::filesystem::path& directory, std::size_t validators,
                 std::chrono::milliseconds one_way) {
  std::filesystem::remove_all(directory);
  const auto genesis = genesis_of(validators);
  const Ports own = test::free_ports(validators);
  Ports dialled = own;
  pid_t proxies = -1;
  if (one_way.count() > 0) proxies = start_proxies(own, one_way, dialled);
  // Each process makes its own store: RocksDB's threads don't live through a fork.
  const auto start = [&](std::size_t i) {
    const auto place = directory / member_name(i);
    check(runtime::create_node(place, genesis).has_value(), "a new store");
    return open_node(place, member_name(i), peers_of(i, own, dialled));
  };
  for (std::size_t i = 1; i < validators; ++i) children_.push_back(child([&] { return start(i); }));
  if (proxies > 0) children_.push_back(proxies);
  node_ = start(0);
  if (validators > 1) wait_until_connected(*node_);
  open_fund(*node_);
}

Cluster::~Cluster() {
  node_.reset();
  for (const pid_t each : children_) {
    if (each > 0) ::kill(each, SIGTERM);
  }
  for (const pid_t each : children_) {
    if (each > 0) ::waitpid(each, nullptr, 0);
  }
}

void Cluster::kill_validator(std::size_t validator) {
  pid_t& process = children_[validator - 1];
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  process = -1;
}

}  // namespace centime::bench
