// Several nodes of one network in this process, over real links on 127.0.0.1.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "node/runtime/node.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::test {

// Member i of these networks: "platform", then NGOs, the last an auditor.
std::string member_name(std::size_t i, std::size_t members);

class SeveralNodes {
 public:
  // The first `validators` of `members` vote. Stores are made, nothing runs.
  explicit SeveralNodes(std::size_t validators, std::size_t members = 0);

  void open(std::size_t i);
  // With an address for these alone, and none of its own: over whose links it hears.
  void open_linked(std::size_t i, const std::vector<std::size_t>& to);
  // In a network of one validator, whom nobody follows.
  void open_alone(std::size_t i);
  bool asked_to_reopen(std::size_t i) const { return reopen_[i]; }
  void open_all();
  // A new store's only validator waits for followers a moment; true once the node votes.
  bool votes(std::size_t i);
  // The word and sentence with which the node does not open.
  std::string refusal_alone(std::size_t i);
  // Copies a stopped node's store, and puts the copy back.
  void back_up(std::size_t i);
  void put_back(std::size_t i);
  void close(std::size_t i) { nodes_[i].reset(); }
  void close_all();
  // The disk of a stopped node is lost and replaced.
  void wipe(std::size_t i);

  runtime::Node& node(std::size_t i) { return *nodes_[i]; }
  bool running(std::size_t i) const { return nodes_[i] != nullptr; }
  std::size_t size() const { return nodes_.size(); }
  std::filesystem::path directory(std::size_t i) const;
  std::string name(std::size_t i) const { return member_name(i, nodes_.size()); }

  // Opens the fund and the channel that donations need, at node 0.
  void set_up_fund();
  runtime::SubmitResult donate(std::size_t i, std::uint64_t from, std::uint64_t count = 1);
  runtime::SubmitResult submit(std::size_t i, const std::string& author, ledger::Record record);

  // Told to node `at`: `member` takes the key of this name. Its node has it when it is opened next.
  void rotate_key(std::size_t at, std::size_t member, const std::string& key);

  // Whether its log has a line of this level that begins so.
  bool said(std::size_t i, runtime::LogLevel level, std::string_view beginning);

  std::uint64_t height(std::size_t i) const;
  std::uint16_t port(std::size_t i) const { return ports_[i]; }
  // True once all that run have the same block, at or above this height.
  bool agree(std::uint64_t height_min);

 private:
  TemporaryDirectory directory_;
  ledger::Genesis genesis_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> keys_;  // By member: the name of its crash_key.
  std::vector<std::vector<std::string>> earlier_keys_;
  std::vector<std::atomic<bool>> reopen_;
  struct Line {
    std::size_t node = 0;
    runtime::LogLevel level{};
    std::string text;
  };
  std::mutex lines_mutex_;
  std::vector<Line> lines_;  // Of all logs.
  std::vector<std::unique_ptr<runtime::Node>> nodes_;

  runtime::NodeOptions options(std::size_t i);
  void open(std::size_t i, runtime::NodeOptions options);
  const std::string& key_of(const std::string& member) const;
};

// Polls: far beyond what an idle machine needs.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds(60)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// All entries of a stopped node's log.
std::vector<crypto::Bytes> entries_of(const std::filesystem::path& directory);

}  // namespace centime::test
