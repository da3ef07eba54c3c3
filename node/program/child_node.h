// A node that another command runs as a process of its own: `centime run` in a data directory.
//
// Its log is appended to DIR/node.log. It is stopped with its owner, also if that is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "node/program/outcome.h"

namespace centime::program {

class ChildNode {
 public:
  explicit ChildNode(std::filesystem::path data);  // Starts it.
  ~ChildNode();                                    // Kills it if it runs.
  ChildNode(const ChildNode&) = delete;
  ChildNode& operator=(const ChildNode&) = delete;

  // Fails with node_ended, with the end of its log.
  Expected<void> wait_until_ready(std::chrono::seconds patience);

  const std::string& url() const { return url_; }  // Once it is ready.
  pid_t process() const { return process_; }
  const std::filesystem::path& data() const { return data_; }
  std::filesystem::path log() const { return data_ / "node.log"; }

  // How it ended, once, if it has.
  std::optional<std::string> poll_end();
  void ask_to_stop();
  // True if it ended as asked.
  bool wait_until_stopped();

 private:
  std::optional<std::string> reap(int flags);

  std::filesystem::path data_;
  pid_t process_ = -1;
  bool running_ = false;
  bool orderly_ = false;  // It ended with exit code 0.
  int output_ = -1;       // The reading end of its stdout.
  std::string url_;
};

}  // namespace centime::program
