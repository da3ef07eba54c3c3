#include "node/network/hello.h"

#include <algorithm>

namespace centime::network {
namespace {

constexpr std::size_t version_size = 2;
constexpr std::size_t hello_size = version_size + 32;

}  // namespace

crypto::Bytes encode_hello(const Hello& hello) {
  crypto::Bytes bytes = {static_cast<std::uint8_t>(hello.version >> 8),
                         static_cast<std::uint8_t>(hello.version)};
  bytes.insert(bytes.end(), hello.network.bytes.begin(), hello.network.bytes.end());
  return bytes;
}

std::expected<void, LinkWord> compare_hello(const Hello& ours, crypto::BytesView theirs) {
  if (theirs.size() < hello_size) return std::unexpected(LinkWord::bad_hello);
  const int version = theirs[0] << 8 | theirs[1];
  if (version != ours.version) return std::unexpected(LinkWord::wrong_version);
  if (theirs.size() != hello_size) return std::unexpected(LinkWord::bad_hello);
  if (!std::ranges::equal(theirs.subspan(version_size), ours.network.bytes))
    return std::unexpected(LinkWord::wrong_network);
  return {};
}

}  // namespace centime::network
