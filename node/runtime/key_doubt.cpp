#include "node/runtime/key_doubt.h"

#include <algorithm>

namespace centime::runtime {
namespace {

// Where they were dialled, and where they dialled: those come without a name.
std::uint64_t refusals(const network::Counters& counters) {
  const auto word = static_cast<std::size_t>(network::LinkWord::refused_by_peer);
  std::uint64_t all = counters.strangers[word];
  for (const network::PeerCounters& peer : counters.peers) all += peer.words[word];
  return all;
}

}  // namespace

bool KeyDoubt::look(const network::Counters& counters, std::chrono::steady_clock::time_point now) {
  const std::uint64_t refused = refusals(counters);
  const bool linked = std::ranges::any_of(counters.peers, &network::PeerCounters::connected);
  if (linked || !since_) {
    since_ = now;
    refused_before_ = linked ? refused : 0;
  }
  if (linked || refused <= refused_before_ || now < *since_ + patience_) return false;
  since_ = now;
  refused_before_ = refused;
  patience_ = std::min(2 * patience_, patience_max);
  return true;
}

}  // namespace centime::runtime
