// Says on stderr how far a long piece of work is, if somebody is looking.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace centime::program {

class Progress {
 public:
  // `what` is a verb in its -ing form: "reading rows". Silent unless stderr is a terminal.
  explicit Progress(std::string what);
  ~Progress();  // Clears the line.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap: writes a few times a second at most. An unknown total is 0.
  void at(std::uint64_t done, std::uint64_t total);

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace centime::program
