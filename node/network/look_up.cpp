#include "node/network/look_up.h"

#include <netdb.h>
#include <sys/socket.h>

#include <memory>

namespace centime::network {

std::vector<Address> ask_system(const Address& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (::getaddrinfo(name.host.c_str(), nullptr, &hints, &first) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(first, &::freeaddrinfo);
  std::vector<Address> found;
  for (const addrinfo* row = first; row != nullptr; row = row->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(row->ai_addr, row->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) == 0)
      found.push_back({text, name.port});
  }
  return found;
}

}  // namespace centime::network
