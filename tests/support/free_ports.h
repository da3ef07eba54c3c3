// Ports on 127.0.0.1 for servers of a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace centime::test {

// Nobody listened there a moment ago, and no connection that goes out will take one: they lie below
// the ports that the system gives to those.
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace centime::test
