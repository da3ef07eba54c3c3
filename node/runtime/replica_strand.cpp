#include "node/runtime/replica_strand.h"

#include <algorithm>

#include "crypto/check.h"
#include "node/runtime/turn.h"

namespace centime::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Taken in one turn at most, so that a flood of one kind does not keep the others waiting: of
// submissions each may take milliseconds, of votes hundreds may come at once.
constexpr Turn::Limits frames_in_turn{256, milliseconds{20}};
constexpr std::size_t submissions_in_turn = 16;
// How long a stopping node waits for what is under way.
constexpr milliseconds stop_patience{2'000};
constexpr milliseconds report_every{200};
constexpr milliseconds key_look_every{1'000};

network::NetworkOptions network_options(const PeerOptions& peers, const ledger::NetworkId& id,
                                        const LogHook& log, std::function<void()> received) {
  network::NetworkOptions options;
  options.network_id = {id.bytes};
  options.listen = peers.listen;
  options.frames = peer_frame_rules();
  options.queues = peer_queue_limits();
  options.backoff = {milliseconds{100}, milliseconds{5'000}};
  options.received = std::move(received);
  if (log) {
    options.log = [log](std::string_view line) { log(LogLevel::info, line); };
    options.warn = [log](std::string_view line) { log(LogLevel::warn, line); };
  }
  return options;
}

}  // namespace

void ReplicaStrand::Links::set_peers(const std::vector<ReplicaPeer>& peers) {
  places_.clear();
  indexes_.clear();
  std::vector<network::Peer> links;
  for (const ReplicaPeer& each : peers) {
    const auto place = static_cast<std::uint32_t>(each.place);
    places_[each.index] = place;
    indexes_[place] = each.index;
    network::Peer link{{place}, each.member.value, each.key, {}, !each.votes};
    for (const auto& [name, address] : addresses_) {
      if (name == each.member) link.addresses.push_back(address);
    }
    links.push_back(std::move(link));
  }
  network_.set_peers(std::move(links));
}

std::optional<network::PeerId> ReplicaStrand::Links::id_of(consensus::PeerIndex peer) const {
  const auto found = places_.find(peer);
  if (found == places_.end()) return std::nullopt;
  return network::PeerId{found->second};
}

std::optional<consensus::PeerIndex> ReplicaStrand::Links::index_of(network::PeerId peer) const {
  const auto found = indexes_.find(peer.value);
  if (found == indexes_.end()) return std::nullopt;
  return found->second;
}

bool ReplicaStrand::Links::send(consensus::PeerIndex to, const network::Frame& frame) {
  const auto id = id_of(to);
  return id && network::was_queued(network_.send(*id, frame));
}
std::vector<bool> ReplicaStrand::Links::send_to(const std::vector<consensus::PeerIndex>& to,
                                                const network::Frame& frame) {
  std::vector<network::PeerId> ids;
  std::vector<std::size_t> known;  // Whose these are, by their place in `to`.
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto id = id_of(to[i]);
    if (!id) continue;
    ids.push_back(*id);
    known.push_back(i);
  }
  std::vector<bool> sent(to.size());
  const auto results = network_.send_to(ids, frame);
  for (std::size_t i = 0; i < results.size(); ++i) sent[known[i]] = network::was_queued(results[i]);
  return sent;
}
void ReplicaStrand::Links::send_all(const network::Frame& frame) { network_.broadcast(frame); }
void ReplicaStrand::Links::cut_off(consensus::PeerIndex peer, std::string word) {
  if (const auto id = id_of(peer)) network_.cut_off(*id, std::move(word));
}

ReplicaStrand::ReplicaStrand(ReplicaOptions options, const PeerOptions& peers,
                             const ledger::Genesis& genesis, const crypto::SecretKey& key,
                             storage::Store& store, consensus::Durable durable)
    : network_(network_options(peers, ledger::network_id(genesis), options.log, [this] { wake(); }),
               key),
      links_(network_, peers),
      replica_(std::move(options), genesis, key, store, links_, std::move(durable)),
      key_doubt_(peers.key_patience),
      key_refused_(peers.key_refused) {}

ReplicaStrand::~ReplicaStrand() { stop(); }

std::expected<void, std::string> ReplicaStrand::start() {
  const auto port = network_.start();
  if (!port) return std::unexpected("cannot_listen: " + port.error());
  port_ = *port;
  replica_.start();
  tell(true);
  thread_ = std::thread([this] { run(); });
  return {};
}

void ReplicaStrand::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  network_.stop();
}

void ReplicaStrand::submit(PendingSubmission submission) {
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    taken = !stopping_;
    if (taken) {
      submissions_.push_back(std::move(submission));
      woken_ = true;
    }
  }
  if (!taken) return submission.done(std::unexpected(SubmitError(Unavailable::stopping)));
  changed_.notify_one();
}

void ReplicaStrand::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_one();
}

void ReplicaStrand::run() {
  std::optional<steady_clock::time_point> last_call;
  while (true) {
    const bool more = take_some();
    const milliseconds idle = replica_.turn();
    // At rest at once: it may stay so for long.
    tell(!more);
    look_at_key();
    std::unique_lock lock(mutex_);
    if (stopping_ && !last_call) last_call = steady_clock::now() + stop_patience;
    if (last_call && (replica_.waiting() == 0 || steady_clock::now() > *last_call)) {
      if (submissions_.empty()) break;
    }
    if (!more) {
      const milliseconds most = last_call ? std::min(idle, milliseconds{20}) : idle;
      changed_.wait_for(lock, most, [&] { return woken_ || (stopping_ && !last_call); });
    }
    woken_ = false;
  }
  replica_.stop();
  tell(true);
}

void ReplicaStrand::look_at_key() {
  const auto now = steady_clock::now();
  if (!key_refused_ || now < key_looked_at_ + key_look_every) return;
  key_looked_at_ = now;
  if (key_doubt_.look(links(), now)) key_refused_();
}

// True if there may be more.
bool ReplicaStrand::take_some() {
  Turn turn(frames_in_turn, steady_clock::now());
  std::deque<PendingSubmission> taken;
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    while (!submissions_.empty() && taken.size() < submissions_in_turn) {
      taken.push_back(std::move(submissions_.front()));
      submissions_.pop_front();
    }
    more = !submissions_.empty();
  }
  for (PendingSubmission& each : taken)
    replica_.submit(std::move(each.submission), std::move(each.done), std::move(each.way));
  while (turn.takes(steady_clock::now())) {
    auto event = network_.try_next();
    if (!event) return more;
    take(std::move(*event));
  }
  return true;
}

void ReplicaStrand::take(network::Event event) {
  const auto peer = links_.index_of(event.peer);
  if (!peer) return;
  if (const auto* frame = std::get_if<network::Frame>(&event.what)) {
    replica_.received(*peer, *frame);
  } else if (std::holds_alternative<network::Connected>(event.what)) {
    replica_.connected(*peer);
  } else {
    replica_.disconnected(*peer);
  }
}

// What other threads may read.
void ReplicaStrand::tell(bool now) {
  blocks_.store(replica_.blocks());
  const std::lock_guard lock(counts_mutex_);
  counts_ = replica_.counts();
  if (!now && steady_clock::now() < told_at_ + report_every) return;
  told_at_ = steady_clock::now();
  report_.store(std::make_shared<const ReplicaReport>(replica_.report()));
}

MempoolCounts ReplicaStrand::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

}  // namespace centime::runtime
