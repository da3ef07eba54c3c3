// The network's thread: which links there are, which of two is kept, when to dial again.
//
// Everything but the functions named so runs on that thread. Links are bounded: one established and
// one dialled for each peer, and as many incoming handshakes as the door lets in.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "node/network/address_book.h"
#include "node/network/counters.h"
#include "node/network/link.h"
#include "node/network/listener.h"
#include "node/network/options.h"

namespace centime::network {

class Host final : public LinkOwner {
 public:
  Host(const NetworkOptions& options, const crypto::SecretKey& key, PeerQueues& queues);
  ~Host() override;

  std::expected<std::uint16_t, std::string> listen();  // Before run(): the port.
  void run();                                          // Until finish().

  // From any thread.
  void set_peers(std::vector<Peer> peers);
  void something_to_send(std::vector<PeerId> peers);
  void room_again(PeerId peer);
  void cut_off(PeerId peer, std::string reason);
  void finish();
  void fill_in(Counters& counters) const;

 private:
  // When a word was last logged, and how often it came since.
  struct LogGate {
    std::array<Clock::time_point, link_word_count> last{};
    WordCounts held_back{};
  };

  // How often its link was replaced by another while it stood.
  struct Replacements {
    Clock::time_point since{};
    unsigned count = 0;
    bool said = false;
  };

  struct PeerState {
    PeerState(Peer its_peer, const NetworkOptions& options)
        : peer(std::move(its_peer)), backoff(options.backoff), cut_off(options.cut_off) {}

    Peer peer;
    std::shared_ptr<Link> link;
    Clock::time_point replaced_until{};  // When a link with a key before this one ends.
    bool dialling = false;
    Clock::time_point dial_at{};
    std::size_t next_address = 0;
    Backoff backoff;
    CutOff cut_off;
    LogGate log_gate;
    Replacements replacements;
  };

  // A link and what it holds at the door until its key is known.
  struct Held {
    std::shared_ptr<Link> link;
    std::optional<Door::Ticket> ticket;
    Clock::time_point begun{};
  };

  std::expected<PeerId, LinkWord> look_up(const crypto::PublicKey& key) override;
  bool join(Link& link) override;

  void apply_peers(std::vector<Peer> peers);
  void update_known_addresses();
  void admit(Socket socket, Door::Ticket ticket);
  void refuse(LinkWord word);
  void make_room(bool known);
  void dial(PeerState& state, Clock::time_point now);
  void dial_due(Clock::time_point now);
  void start(const std::shared_ptr<Link>& link, std::optional<Door::Ticket> ticket);
  void spawn(Task<void> task, std::function<void()> then);
  void leave(const std::shared_ptr<Link>& link);
  void leave_peer(PeerState& state, const std::shared_ptr<Link>& link, LinkWord word);
  void give_back_ticket(const Link& link);
  void count_replaced(PeerState& state, const Link& link);
  bool keeps_old(const PeerState& state, const Link& link) const;
  PeerState* find(PeerId peer);
  // Null if its peer left, or has another key now and the link did not stand before that.
  PeerState* state_of(const Link& link);
  void replace(PeerState& state, Peer peer);
  void tick_later();
  void tick();
  void log(LogGate& gate, std::string_view who, LinkWord word, std::string_view detail);
  double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  const NetworkOptions options_;
  PeerQueues& queues_;
  boost::asio::io_context context_{1};
  LinkSurroundings shared_;
  Listener listener_;
  AddressBook book_;
  Timer ticker_;
  std::mt19937_64 random_;
  std::map<PeerId, PeerState> peers_;
  std::map<crypto::PublicKey, PeerId> by_key_;
  std::vector<Held> links_;  // All of them, oldest first.
  LogGate strangers_gate_;
  bool stopping_ = false;
  Clock::time_point stop_deadline_ = Clock::time_point::max();

  mutable std::mutex counters_mutex_;  // For the two below.
  WordCounts strangers_{};
  std::uint64_t accepted_ = 0;
  std::atomic<std::size_t> handshakes_ = 0;
};

}  // namespace centime::network
