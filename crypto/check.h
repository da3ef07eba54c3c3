// Stops the program on a programmer's error, in every build.
//
// Never for bad input: that is an std::expected. A ledger that goes on after a broken invariant
// writes the breakage down for ever, so the check stays on in release.
#pragma once

#include <source_location>
#include <string_view>

namespace centime::crypto {

[[noreturn]] void check_failed(std::string_view what, const std::source_location& where);

inline void check(bool holds, std::string_view what,
                  const std::source_location& where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(what, where);
}

}  // namespace centime::crypto
