// The first frame of each side of a link: which network and which version of the protocol it is.
//
//   hello   version u16 ‖ network id 32 ‖ whatever later versions add
//
// Sent after the TLS handshake, so that who says it is known. The version is compared before the
// rest is read: a later one may say more.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/bytes.h"
#include "crypto/digest.h"
#include "node/network/link_word.h"

namespace centime::network {

inline constexpr std::uint32_t hello_bytes_max = 256;

struct Hello {
  std::uint16_t version = 1;
  crypto::Digest network;  // SHA-256 of the network's first entry.

  bool operator==(const Hello&) const = default;
};

crypto::Bytes encode_hello(const Hello& hello);

// Nothing wrong if the other side's first frame says the same as ours. Errors: bad_hello,
// wrong_version, wrong_network.
std::expected<void, LinkWord> compare_hello(const Hello& ours, crypto::BytesView theirs);

}  // namespace centime::network
