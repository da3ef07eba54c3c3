// Four processes of four organisations on this machine, started by `centime devnet`.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/json.hpp>
#include <map>
#include <random>
#include <set>

#include "api/http_client.h"
#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

struct DevNode {
  std::string member;
  std::string url;
  std::string data;
  pid_t process = -1;
};

class Devnet : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  void start(const Arguments& which = {"--members", "4"}) {
    Arguments arguments{"devnet", "--dir", path("net"), "--port", "0", "--json"};
    arguments.insert(arguments.end(), which.begin(), which.end());
    devnet_.emplace(arguments);
    for (int i = 0; i < 6000 && !devnet_->output().ends_with('\n'); ++i) {
      ASSERT_FALSE(devnet_->ended()) << devnet_->output() << devnet_->errors();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    nodes_.clear();
    const auto ready = json::parse(devnet_->output());
    ASSERT_TRUE(ready.as_object().contains("members")) << devnet_->output();
    for (const auto& row : ready.at("members").as_array()) {
      nodes_.push_back(
          {std::string(row.at("member").as_string()), std::string(row.at("url").as_string()),
           std::string(row.at("data").as_string()), static_cast<pid_t>(row.at("pid").as_int64())});
    }
    ASSERT_EQ(nodes_.size(), 4U);
  }

  int stop() {
    devnet_->signal(SIGTERM);
    const int code = devnet_->wait();
    devnet_.reset();
    return code;
  }

  // At one node, with all members' keys.
  Result import(std::size_t node, const std::vector<Cells>& rows) {
    std::string text = csv_of(rows);
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"relief", "wells"}, {"checker", "auditor"}}) {
      for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
        text.replace(at, from.size(), to);
    }
    const std::string file = path("rows-" + std::to_string(files_++) + ".csv");
    write_text(file, text);
    return centime({"import", "csv", file, "--node", nodes_[node].url, "--keys",
                    path("net/network/keys"), "--receipts", file + ".receipts", "--json"});
  }

  json::value status(std::size_t node) {
    const Result result = centime({"status", "--node", nodes_[node].url, "--json"});
    return json::parse(result.out);
  }

  // All nodes that run say the same of the log, and have at least so many entries.
  ::testing::AssertionResult agree(std::uint64_t entries,
                                   const std::set<std::size_t>& without = {}) {
    std::string last;
    for (int i = 0; i < 600; ++i) {
      std::set<std::string> roots;
      bool all = true;
      for (std::size_t node = 0; node < nodes_.size(); ++node) {
        if (without.contains(node)) continue;
        const auto now = status(node);
        const auto* root = now.as_object().if_contains("log_root");
        all &= root != nullptr && now.at("entries").to_number<std::uint64_t>() >= entries;
        if (root != nullptr) roots.insert(std::string(root->as_string()));
        last = json::serialize(now);
      }
      if (all && roots.size() == 1) return ::testing::AssertionSuccess();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return ::testing::AssertionFailure() << "last seen: " << last;
  }

  // Each stopped node's log holds, and all are the same.
  void expect_equal_logs() {
    std::set<std::string> roots;
    for (const DevNode& node : nodes_) {
      const Result audited = centime(
          {"audit", "--data", node.data, "--genesis", path("net/network/genesis.bin"), "--json"});
      EXPECT_EQ(audited.code, 0) << node.member << audited.out;
      roots.insert(std::string(json::parse(audited.out).at("log_root").as_string()));
    }
    EXPECT_EQ(roots.size(), 1U);
  }

  TemporaryDirectory directory_;
  std::optional<Process> devnet_;
  std::vector<DevNode> nodes_;
  std::size_t files_ = 0;
};

// Listens on a port of 127.0.0.1 while it lives.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::listen(socket_, 1) != 0 ||
        ::getsockname(socket_, any, &size) != 0) {
      throw std::runtime_error("no port");
    }
    number_ = ntohs(address.sin_port);
  }
  ~TakenPort() { ::close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

  std::string number() const { return std::to_string(number_); }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

TEST_F(Devnet, LeavesNothingWhenAPortIsTaken) {
  const TakenPort port;
  const auto devnet = [&](const std::string& dir) {
    const Result result =
        centime({"devnet", "--dir", dir, "--port", port.number(), "--members", "4", "--json"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(json::parse(result.out).at("error").at("code"), "cannot_listen") << result.out;
  };
  devnet(path("net"));
  EXPECT_FALSE(std::filesystem::exists(path("net")));

  // And nothing that was there before is touched.
  std::filesystem::create_directories(path("old"));
  write_text(path("old/notes.txt"), "mine");
  devnet(path("old"));
  EXPECT_EQ(read_text(path("old/notes.txt")), "mine");
  EXPECT_FALSE(std::filesystem::exists(path("old/network")));
  EXPECT_FALSE(std::filesystem::exists(path("old/network.toml")));

  start();  // With free ports it goes on as if nothing had been.
  EXPECT_EQ(stop(), 0);
}

TEST_F(Devnet, SaysWhichNodeDoesNotStart) {
  start();
  ASSERT_EQ(stop(), 0);
  write_text(path("net/nodes/wells/centime.toml"), "no = \"such setting\"\n");
  const Result result = centime({"devnet", "--dir", path("net"), "--json"});
  EXPECT_EQ(result.code, 1);
  const auto error = json::parse(result.out).at("error");
  EXPECT_EQ(error.at("code"), "node_ended");
  EXPECT_THAT(std::string(error.at("detail").as_string()), HasSubstr("wells"));
}

TEST_F(Devnet, RunsTheValidatorsOfANetworkFile) {
  start({"--network", CENTIME_SOURCE_DIR "/examples/dec-ebola/network.toml"});
  std::vector<std::string> members;
  for (const DevNode& node : nodes_) members.push_back(node.member);
  EXPECT_THAT(members, ::testing::ElementsAre("dec", "british-red-cross", "ifrc", "auditor"));
  EXPECT_EQ(stop(), 0);
  start();  // The network that is there, whatever is asked for.
  EXPECT_EQ(nodes_.front().member, "dec");
  EXPECT_EQ(stop(), 0);
}

TEST_F(Devnet, WhatAnyMemberIsToldIsFinalAtAllAndProvenByAQuorum) {
  start();
  const Result imported = import(0, good_rows());
  ASSERT_EQ(imported.code, 0) << imported.out << imported.err;
  ASSERT_EQ(import(2, {gift("gift-3", "7.00")}).code, 0);
  EXPECT_TRUE(agree(12));
  for (const DevNode& node : nodes_) {
    const Result verified = centime({"verify", "--id", "platform/gift-1", "--node", node.url,
                                     "--policy", path("net/network/policy.txt")});
    EXPECT_EQ(verified.code, 0) << node.member << ": " << verified.out << verified.err;
  }
  // One that started last may have found the others ahead, and asks them before it votes.
  for (int i = 0; i < 200 && status(3).at("state") != "OK"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto now = status(3);
  EXPECT_EQ(now.at("state"), "OK") << json::serialize(now);
  EXPECT_EQ(stop(), 0);
  expect_equal_logs();

  // The same directory is the same network.
  start();
  ASSERT_EQ(import(1, {gift("gift-4", "8.00")}).code, 0);
  EXPECT_TRUE(agree(14));
  EXPECT_EQ(stop(), 0);
  expect_equal_logs();
}

TEST_F(Devnet, AKilledMemberIsMissedByNobodyAndStatusNamesIt) {
  start();
  ASSERT_EQ(import(0, good_rows()).code, 0);
  ::kill(nodes_[3].process, SIGKILL);
  for (int i = 0; i < 4; ++i) {
    const Result told =
        import(static_cast<std::size_t>(i % 3), {gift("after-" + std::to_string(i), "5.00")});
    ASSERT_EQ(told.code, 0) << told.out << told.err;
  }
  EXPECT_TRUE(agree(12, {3}));
  const Result status = centime({"status", "--node", nodes_[0].url});
  EXPECT_THAT(status.out, HasSubstr("away: auditor"));
  EXPECT_THAT(status.out, HasSubstr("WARN"));
  EXPECT_EQ(stop(), 0);
  EXPECT_THAT(read_text(nodes_[0].data + "/node.log"), HasSubstr("stopped at block"));

  start();
  EXPECT_TRUE(agree(12));
  EXPECT_EQ(stop(), 0);
  expect_equal_logs();
}

TEST_F(Devnet, WhoeverWaitsAtANodeThatStopsIsToldSo) {
  start();
  ASSERT_EQ(import(0, good_rows()).code, 0);
  const Result made = centime(
      {"token", "new", "--data", nodes_[0].data, "--name", "shop", "--scope", "record", "--json"});
  ASSERT_EQ(made.code, 0) << made.out;
  const std::string secret(json::parse(made.out).at("token").as_string());
  // Without two of four nothing becomes final.
  ::kill(nodes_[2].process, SIGKILL);
  ::kill(nodes_[3].process, SIGKILL);
  std::expected<api::ClientResponse, api::ClientError> answer;
  std::thread writer([&] {
    api::HttpClient client;
    answer = client.request(
        "POST", nodes_[0].url + "/v1/records",
        {{"Authorization", "Bearer " + secret}, {"Content-Type", "application/json"}},
        R"({"reference":"till","type":"channel","channel":"till","kind":"web","company":"Shop"})");
  });
  const auto waiting = [&] {
    api::HttpClient client;
    const auto status = client.get(nodes_[0].url + "/v1/status");
    return status && json::parse(status->body).at("since_start").at("waiting") != 0;
  };
  for (int i = 0; i < 6000 && !waiting(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(nodes_[0].process, SIGTERM);
  writer.join();
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 503U);
  const auto problem = json::parse(answer->body);
  EXPECT_EQ(problem.at("code"), "stopping") << answer->body;
  EXPECT_THAT(std::string(problem.at("detail").as_string()), HasSubstr("may yet be recorded"));
  stop();
}

// Two are frozen, not gone: their links stand.
TEST_F(Devnet, SaysThatTheNetworkStandsStillThoughAllAreConnected) {
  start();
  ASSERT_EQ(import(0, good_rows()).code, 0);
  for (const std::size_t frozen : {2, 3}) ::kill(nodes_[frozen].process, SIGSTOP);
  Result imported;
  std::thread writer([&] { imported = import(0, {gift("gift-3", "3.00")}); });
  json::value now;
  const auto is_stuck = [&] {
    now = status(0);
    return json::serialize(now.at("problems")).find("stuck: ") != std::string::npos;
  };
  bool stuck = false;
  for (int i = 0; i < 200 && !stuck; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stuck = is_stuck();
  }
  EXPECT_TRUE(stuck) << json::serialize(now);
  EXPECT_EQ(now.at("state"), "PROBLEM");
  EXPECT_EQ(now.at("status"), "stuck");
  EXPECT_THAT(json::serialize(now.at("problems")),
              HasSubstr("no vote from: " + nodes_[2].member + ", " + nodes_[3].member));
  for (const std::size_t frozen : {2, 3}) ::kill(nodes_[frozen].process, SIGCONT);
  writer.join();
  EXPECT_EQ(imported.code, 0) << imported.out << imported.err;
  // The writer may be answered a moment before the report is made.
  for (int i = 0; i < 300 && (stuck = is_stuck()); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_FALSE(stuck);
  EXPECT_EQ(now.at("status"), "current");
  EXPECT_EQ(stop(), 0);
}

// Any of them, at any instant, while all are told things.
TEST_F(Devnet, KillsOfAnyMemberUnderLoadLoseNothingThatWasConfirmed) {
  start();
  ASSERT_EQ(import(0, good_rows()).code, 0);
  std::array<std::optional<Process>, 4> revived;
  std::vector<std::string> confirmed;
  std::mt19937 random(20260101);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::uint64_t kills = 0;
  while (std::chrono::steady_clock::now() < end || kills < 4) {
    const std::size_t victim = random() % 4;
    std::vector<std::thread> clients;
    std::array<Result, 3> results;
    std::array<std::string, 3> references;
    for (std::size_t i = 0; i < 3; ++i) {
      references[i] = "load-" + std::to_string(kills) + "-" + std::to_string(i);
      const std::string file = path(references[i] + ".csv");
      write_text(file, csv_of({gift(references[i], "3.00")}));
      const std::string url = nodes_[(victim + 1 + i) % 4].url;
      clients.emplace_back([&, i, file, url] {
        results[i] =
            centime({"import", "csv", file, "--node", url, "--keys", path("net/network/keys"),
                     "--receipts", file + ".receipts", "--json"});
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));
    if (revived[victim]) {
      revived[victim]->signal(SIGKILL);
      revived[victim]->wait();
    } else {
      ::kill(nodes_[victim].process, SIGKILL);
    }
    const auto revive = [&] {
      revived[victim].emplace(Arguments{"run", "--data", nodes_[victim].data, "--json"});
    };
    revive();
    ++kills;
    for (std::size_t i = 0; i < 3; ++i) {
      clients[i].join();
      if (results[i].code == 0) confirmed.push_back("platform/" + references[i]);
    }
    // Its web server is back before it may be the one that is told things.
    for (int i = 0; i < 3000 && !revived[victim]->output().contains("\"url\""); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (!revived[victim]->ended()) continue;
      // The one that was killed has not let go of its store yet.
      ASSERT_EQ(revived[victim]->wait(), 4) << revived[victim]->errors();
      revive();
    }
  }
  EXPECT_GT(confirmed.size(), kills);
  EXPECT_TRUE(agree(10 + 2 * confirmed.size()));
  for (auto& process : revived) {
    if (!process) continue;
    process->signal(SIGTERM);
    EXPECT_EQ(process->wait(), 0) << process->errors();
  }
  EXPECT_EQ(stop(), 0);
  expect_equal_logs();
  for (const std::string& record : confirmed) {
    for (const DevNode& node : nodes_) {
      EXPECT_EQ(centime({"trace", record, "--data", node.data}).code, 0) << record;
    }
  }
}

}  // namespace
}  // namespace centime::program::testing
