// Runs the real program as a user would: arguments in, exit code and both streams out.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace centime::program::testing {

using Arguments = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

// A directory of the test's own, removed with it. Its name has a blank, as users' have.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "centime test XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// A started program; its streams go to files.
class Process {
 public:
  // `begin` is called in the new process before the program is run: it may close or limit
  // something.
  Process(const Arguments& arguments, const Variables& variables = {},
          const std::function<void()>& begin = {}) {
    std::vector<std::string> words{CENTIME_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    // What this test was told itself is no setting of a node, which would say so.
    ::unsetenv("CENTIME_SCREENSHOTS");
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out().c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    ::dup2(::open(err().c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    if (begin) begin();
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  ~Process() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      wait();
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) {
    if (child_ > 0) ::kill(child_, number);
  }

  // The exit code, or 128 and the signal that ended it.
  int wait() {
    if (child_ > 0) {
      int status = 0;
      ::waitpid(child_, &status, 0);
      child_ = -1;
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return code_;
  }

  bool ended() {
    int status = 0;
    if (child_ > 0 && ::waitpid(child_, &status, WNOHANG) == child_) {
      child_ = -1;
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return child_ < 0;
  }

  std::string output() const { return read_text(out()); }
  std::string errors() const { return read_text(err()); }

 private:
  std::filesystem::path out() const { return directory_.path() / "out"; }
  std::filesystem::path err() const { return directory_.path() / "err"; }

  TemporaryDirectory directory_;
  pid_t child_ = -1;
  int code_ = -1;
};

struct Result {
  int code = -1;
  std::string out;
  std::string err;
};

inline Result centime(const Arguments& arguments, const Variables& variables = {},
                      const std::function<void()>& begin = {}) {
  Process process(arguments, variables, begin);
  const int code = process.wait();
  return {code, process.output(), process.errors()};
}

}  // namespace centime::program::testing
