#include "node/program/child_node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <vector>

namespace centime::program {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void become_node(const std::string& data, const std::string& log, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  const char* words[] = {"centime", "run", "--data", data.c_str(), "--json", nullptr};
  ::execv("/proc/self/exe", const_cast<char* const*>(words));
  ::_exit(127);
}

}  // namespace

ChildNode::ChildNode(std::filesystem::path data) : data_(std::move(data)) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  const std::string directory = data_.string();
  const std::string log_file = log().string();
  process_ = ::fork();
  if (process_ == 0) become_node(directory, log_file, ends[1]);
  ::close(ends[1]);
  output_ = ends[0];
  running_ = process_ > 0;
}

ChildNode::~ChildNode() {
  if (running_) {
    ::kill(process_, SIGKILL);
    reap(0);
  }
  if (output_ >= 0) ::close(output_);
}

Expected<void> ChildNode::wait_until_ready(std::chrono::seconds patience) {
  const auto deadline = steady_clock::now() + patience;
  std::string line;
  while (!line.ends_with('\n')) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd waited{output_, POLLIN, 0};
    char buffer[1024];
    ssize_t size = 0;
    if (left.count() > 0 && ::poll(&waited, 1, static_cast<int>(left.count())) > 0) {
      size = ::read(output_, buffer, sizeof buffer);
    }
    if (size <= 0) {
      return fail("node_ended", fmt::format("the node in {} does not start; its log {} says why",
                                            data_.string(), log().string()));
    }
    line.append(buffer, static_cast<std::size_t>(size));
  }
  boost::system::error_code error;
  const auto ready = boost::json::parse(line, error);
  const auto* url = !error && ready.is_object() ? ready.get_object().if_contains("url") : nullptr;
  if (url == nullptr || !url->is_string()) {
    return fail("node_ended",
                fmt::format("the node in {} does not start: {}", data_.string(), line));
  }
  url_ = url->get_string();
  return {};
}

std::optional<std::string> ChildNode::reap(int flags) {
  int status = 0;
  if (!running_ || ::waitpid(process_, &status, flags) != process_) return std::nullopt;
  running_ = false;
  orderly_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                           : fmt::format("signal {}", WTERMSIG(status));
}

std::optional<std::string> ChildNode::poll_end() { return reap(WNOHANG); }

void ChildNode::ask_to_stop() {
  if (running_) ::kill(process_, SIGTERM);
}

bool ChildNode::wait_until_stopped() {
  // One that had ended before was not stopped, and was told of then.
  if (!running_) return true;
  reap(0);
  return orderly_;
}

}  // namespace centime::program
