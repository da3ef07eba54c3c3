// A network as people and programs are shown it.
#pragma once

#include <string>

#include "node/ledger/entries.h"
#include "node/program/outcome.h"

namespace centime::program {

// 64 hexadecimal digits.
std::string network_hex(const ledger::Genesis& genesis);

// Members, validators, network id and the fingerprint of the network's policy file.
Report describe_network(const ledger::Genesis& genesis);

}  // namespace centime::program
