#include "node/runtime/wall_clock.h"

#include <algorithm>
#include <chrono>

namespace centime::runtime {

std::uint64_t wall_clock_ms() {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0));
}

}  // namespace centime::runtime
