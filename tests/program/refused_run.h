// A `centime run` that is to be refused, and is ended if it starts all the same.
#pragma once

#include "tests/program/process.h"

namespace centime::program::testing {

inline Result refused_run(const std::string& data, const Variables& variables = {},
                          const std::function<void()>& begin = {}) {
  Process node({"run", "--data", data}, variables, begin);
  for (int i = 0; i < 6000 && !node.ended(); ++i) {
    if (!node.output().empty()) node.signal(SIGKILL);  // It says that it is ready.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!node.ended()) node.signal(SIGKILL);
  const int code = node.wait();
  return {code, node.output(), node.errors()};
}

}  // namespace centime::program::testing
