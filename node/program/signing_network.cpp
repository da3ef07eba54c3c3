#include "node/program/signing_network.h"

#include <fmt/format.h>

#include "crypto/encoding.h"

namespace centime::program {

Expected<ledger::NetworkId> read_network_id(std::string_view text) {
  const auto bytes = crypto::from_hex(text);
  const auto digest = bytes ? crypto::Digest::from(*bytes) : std::nullopt;
  if (!digest) {
    return called_wrongly("bad_value",
                          fmt::format("--network, or the variable CENTIME_NETWORK, takes 64 "
                                      "hexadecimal digits in small letters, and not '{}'",
                                      text));
  }
  return ledger::NetworkId{digest->bytes};
}

Expected<ledger::NetworkId> signing_network(NodeClient& node, std::string_view expected) {
  std::optional<ledger::NetworkId> wanted;
  if (!expected.empty()) {
    const auto id = read_network_id(expected);
    if (!id) return std::unexpected(id.error());
    wanted = *id;
  }
  const auto genesis = node.genesis();
  if (!genesis) return std::unexpected(genesis.error());
  const ledger::NetworkId found = ledger::network_id(*genesis);
  if (wanted && *wanted != found) {
    return fail("wrong_network",
                fmt::format("{} is a node of the network {}, not of {}: nothing was signed",
                            node.url(), crypto::to_hex(found.bytes), expected));
  }
  return found;
}

}  // namespace centime::program
