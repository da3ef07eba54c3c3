// The network that a record is signed for.
#pragma once

#include <string_view>

#include "node/ledger/entries.h"
#include "node/program/node_client.h"

namespace centime::program {

// 64 hexadecimal digits. Fails with bad_value.
Expected<ledger::NetworkId> read_network_id(std::string_view text);

// The network whose log the node serves: `expected`, a network id, or whichever it is if that is
// empty. What is signed counts in the network that it is signed for, so a key that is used in
// several must not be led to another by a wrong address. Fails with bad_value, wrong_network or as
// NodeClient::genesis.
Expected<ledger::NetworkId> signing_network(NodeClient& node, std::string_view expected);

}  // namespace centime::program
