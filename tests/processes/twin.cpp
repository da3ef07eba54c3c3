// twin GENESIS KEY MEMBER=HOST:PORT...: a validator whose key is used twice, on the network's own
// links.
//
// In every view that it hears of it approves one block to all members, and another to the first
// of them. It never votes for what was proposed and never proposes. Ends with SIGTERM.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <set>

#include "consensus/message.h"
#include "crypto/check.h"
#include "crypto/digest.h"
#include "node/network/network.h"
#include "node/program/config.h"
#include "node/program/genesis_file.h"
#include "node/program/key_file.h"
#include "node/runtime/checkpoint_shares.h"
#include "node/runtime/peer_frames.h"

using namespace centime;

namespace {

std::atomic<bool> stopping = false;

class Twin {
 public:
  Twin(const ledger::Genesis& genesis, const program::KeyFile& key,
       std::vector<network::Peer> peers)
      : id_(ledger::network_id(genesis)), key_(key.key), network_(options(), key.key) {
    const auto& validators = genesis.validators.items;
    const auto own = std::ranges::find(validators, key.member);
    crypto::check(own != validators.end(), "the key is a validator's");
    signer_ = static_cast<std::uint16_t>(own - validators.begin());
    first_ = peers.front().id;
    network_.set_peers(std::move(peers));
    crypto::check(network_.start().has_value(), "the links start");
  }

  void run() {
    while (!stopping) {
      const auto event =
          network_.next(std::chrono::steady_clock::now() + std::chrono::milliseconds(200));
      if (!event) continue;
      const auto* frame = std::get_if<network::Frame>(&event->what);
      if (frame == nullptr) continue;
      const auto message = runtime::read_message(*frame);
      const auto* status = message ? std::get_if<consensus::Status>(&*message) : nullptr;
      if (status != nullptr && seen_.insert(status->view.value).second) lie(*status);
    }
    network_.stop();
  }

 private:
  network::NetworkOptions options() const {
    network::NetworkOptions options;
    options.network_id = {id_.bytes};
    options.frames = runtime::peer_frame_rules();
    options.queues = runtime::peer_queue_limits();
    return options;
  }

  network::Frame approve(const consensus::Status& status, std::string_view block) const {
    consensus::Vote vote;
    vote.epoch = status.epoch;
    vote.kind = consensus::VoteKind::notarize;
    vote.view = status.view;
    vote.value = {
        status.fin_view, {status.fin_height.value + 1}, crypto::sha256(crypto::as_bytes(block))};
    vote.signer = signer_;
    vote.signature = key_.sign(consensus::vote_message({id_.bytes}, vote));
    return runtime::to_frame(vote);
  }

  void lie(const consensus::Status& status) {
    network_.broadcast(approve(status, "one"));
    network_.send(first_, approve(status, "other"));
  }

  const ledger::NetworkId id_;
  const crypto::SecretKey& key_;
  network::Network network_;
  std::uint16_t signer_ = 0;
  network::PeerId first_{};
  std::set<std::uint64_t> seen_;
};

std::vector<network::Peer> read_peers(const ledger::Genesis& genesis, int count, char** words) {
  std::vector<network::Peer> peers;
  for (int i = 0; i < count; ++i) {
    const auto addresses = program::parse_peers(words[i]);
    crypto::check(addresses && addresses->size() == 1, "a peer is member=host:port");
    const program::PeerAddress& address = addresses->front();
    const auto member =
        std::ranges::find(genesis.members.items, address.member, &ledger::Member::member);
    crypto::check(member != genesis.members.items.end(), "a peer is a member");
    peers.push_back({{static_cast<std::uint32_t>(i)},
                     address.member.value,
                     member->key,
                     {{address.host, address.port}}});
  }
  return peers;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::signal(SIGTERM, [](int) { stopping = true; });
  const auto genesis = program::read_genesis_file(argv[1]);
  const auto key = program::read_key_file(argv[2]);
  crypto::check(genesis.has_value() && key.has_value(), "genesis and key can be read");
  Twin(*genesis, *key, read_peers(*genesis, argc - 3, argv + 3)).run();
  return 0;
}
