// A network of several validators in as many processes of this machine, for measuring: the first
// one is this process, the others are its children, and between them the network's own links.
//
// With a delay every link leads through a proxy, in a child of its own, that holds each byte back
// for that long in either direction.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "node/runtime/node.h"

namespace centime::bench {

class Cluster {
 public:
  // Makes the stores in `directory`, which is emptied first, starts all nodes, waits until they
  // are connected and opens the fund. Call it before there are other threads: it forks.
  Cluster(const std::filesystem::path& directory, std::size_t validators,
          std::chrono::milliseconds one_way);
  ~Cluster();  // Stops all.
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  runtime::Node& node() { return *node_; }
  void kill_validator(std::size_t validator);  // Not the first: that is this process.

 private:
  std::vector<pid_t> children_;  // Validators 1 to n - 1, and then the proxies' process, if any.
  std::unique_ptr<runtime::Node> node_;
};

}  // namespace centime::bench
