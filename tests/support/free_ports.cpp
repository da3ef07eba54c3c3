#include "tests/support/free_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "crypto/check.h"

namespace centime::test {
namespace {

constexpr std::uint16_t first_port = 11'000;
constexpr std::uint16_t last_port = 32'767;

bool bind_to(int socket, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

std::vector<std::uint16_t> free_ports(std::size_t count) {
  std::random_device random;
  std::uniform_int_distribution<unsigned> any(first_port, last_port);
  std::vector<int> sockets;
  std::vector<std::uint16_t> ports;
  for (int tries = 0; ports.size() < count; ++tries) {
    crypto::check(tries < 1'000, "a free port");
    const auto port = static_cast<std::uint16_t>(any(random));
    sockets.push_back(::socket(AF_INET, SOCK_STREAM, 0));
    if (bind_to(sockets.back(), port)) ports.push_back(port);
  }
  for (const int socket : sockets) ::close(socket);
  return ports;
}

}  // namespace centime::test
