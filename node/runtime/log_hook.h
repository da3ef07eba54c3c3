// Where the runtime's lines go, each with how much it matters.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace centime::runtime {

enum class LogLevel : std::uint8_t {
  info,
  warn,   // A person should look: something is slow, missing, or somebody misbehaves.
  error,  // This node does not do its part until a person has looked.
};

// One line; may be called from any thread, and must return at once.
using LogHook = std::function<void(LogLevel, std::string_view)>;

}  // namespace centime::runtime
