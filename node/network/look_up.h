// Asks where a host name leads.
#pragma once

#include <functional>
#include <vector>

#include "node/network/peer.h"

namespace centime::network {

// The IP addresses of a host name, best first, each with the name's port; none if there is no such
// name. It may last, even until after the network is gone, and is called on several threads at
// once.
using LookUp = std::function<std::vector<Address>(const Address& name)>;

// As the system is set up: its hosts file, DNS and so on (getaddrinfo). A minute is possible.
std::vector<Address> ask_system(const Address& name);

}  // namespace centime::network
