// The system's clock, which people set: for dates, never for how long something takes.
#pragma once

#include <cstdint>

namespace centime::runtime {

// Milliseconds since 1970; 0 for a clock that is before.
std::uint64_t wall_clock_ms();

}  // namespace centime::runtime
