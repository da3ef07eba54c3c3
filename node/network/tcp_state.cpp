#include "node/network/tcp_state.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <bit>
#include <cstddef>

namespace centime::network {
namespace {

constexpr int unsent_bytes_most = 128 << 10;
// Of tcpi_bytes_acked in the kernel's struct tcp_info. <linux/tcp.h> names it, but cannot stand in
// one source with <netinet/tcp.h>, whose struct ends before it.
constexpr std::size_t acknowledged_offset = 120;

}  // namespace

void hold_little_unsent(int descriptor) {
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes_most,
               sizeof unsent_bytes_most);
}

std::optional<std::uint64_t> bytes_acknowledged(int descriptor) {
  std::array<std::byte, acknowledged_offset + sizeof(std::uint64_t)> info{};
  socklen_t size = info.size();
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0 ||
      size < info.size())
    return std::nullopt;
  std::array<std::byte, sizeof(std::uint64_t)> field{};
  for (std::size_t i = 0; i < field.size(); ++i) field[i] = info[acknowledged_offset + i];
  return std::bit_cast<std::uint64_t>(field);
}

}  // namespace centime::network
