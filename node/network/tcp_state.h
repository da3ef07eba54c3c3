// What the kernel does with a link's bytes once it has them.
#pragma once

#include <cstdint>
#include <optional>

namespace centime::network {

// From now on the connection takes bytes only while fewer than 128 KiB are not sent yet, instead of
// megabytes: what is urgent can pass only what the kernel does not have.
void hold_little_unsent(int descriptor);

// How many bytes the other side has acknowledged since the connection began; nothing if the kernel
// does not say.
std::optional<std::uint64_t> bytes_acknowledged(int descriptor);

}  // namespace centime::network
