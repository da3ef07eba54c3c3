#include "node/program/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace centime::program {

Progress::Progress(std::string what)
    : what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      // Work that is done within a second needs no line.
      next_(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::at(std::uint64_t done, std::uint64_t total) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  shown_ = true;
  if (total == 0) {
    fmt::print(stderr, "\r\x1b[K{}: {}", what_, done);
  } else {
    fmt::print(stderr, "\r\x1b[K{}: {} of {} ({} %)", what_, done, total, 100 * done / total);
  }
  std::fflush(stderr);
}

}  // namespace centime::program
