// Debian's Chromium, headless, one process a page, with a profile of its own that is thrown away.
//
// It reaches nothing but the server under test: background traffic is switched off.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace centime::browser {

struct Visit {
  bool ended = false;  // Of itself, with exit code 0, in time.
  std::string dom;     // As the browser understood it.
  std::string log;     // What it complained of, refusals by the page's policy among it.
};

struct View {
  unsigned width = 1000;
  unsigned height = 1400;
  bool dark = false;
};

class Chromium {
 public:
  static constexpr const char* program = "/usr/bin/chromium";
  static bool installed() { return ::access(program, X_OK) == 0; }

  Chromium() {
    std::string name = std::filesystem::temp_directory_path() / "centime-browser-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;
  ~Chromium() {
    std::error_code ignored;  // A late child of the browser may still write there.
    std::filesystem::remove_all(folder_, ignored);
  }

  Visit open(const std::string& url) { return run({"--dump-dom", url}); }

  // A picture of the page in a window of this size.
  Visit picture(const std::string& url, const std::filesystem::path& file, const View& view) {
    std::vector<std::string> arguments{
        "--screenshot=" + file.string(), "--hide-scrollbars",
        "--window-size=" + std::to_string(view.width) + "," + std::to_string(view.height)};
    if (view.dark) arguments.push_back("--blink-settings=preferredColorScheme=0");
    arguments.push_back(url);
    return run(std::move(arguments));
  }

 private:
  static std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Visit run(std::vector<std::string> arguments) {
    const auto profile = folder_ / ("profile-" + std::to_string(++runs_));
    const auto out = folder_ / "out", log = folder_ / "log";
    std::vector<std::string> all{
        program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-extensions",
        // Two pages of its own for an address bar that nobody sees.
        "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup", "--lang=en",
        "--enable-logging=stderr", "--user-data-dir=" + profile.string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), flags, 0600);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(), flags, 0600);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, program, &files, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (failed != 0) return {};

    Visit visit;
    visit.ended = wait_for(child);
    visit.dom = content_of(out);
    visit.log = content_of(log);
    return visit;
  }

  // Ends the browser with all its children after a minute.
  static bool wait_for(pid_t child) {
    for (int i = 0; i < 600; ++i) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) == child)
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ::kill(-child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return false;
  }

  std::filesystem::path folder_;
  int runs_ = 0;
};

}  // namespace centime::browser
