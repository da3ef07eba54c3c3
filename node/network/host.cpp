#include "node/network/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <utility>

#include "crypto/wire_types.h"

namespace centime::network {
namespace {

namespace asio = boost::asio;

constexpr milliseconds tick_interval{50};
// How long a handshake may go on undisturbed when others wait for its place.
constexpr milliseconds handshake_chance{1'000};
// For the answer of the name service, where it is known what that said before.
constexpr milliseconds lookup_chance{1'000};
// Two nodes with one key take each other's links for as long as both run, every few seconds. One
// that lost its link comes back once, or a few times over a bad line.
constexpr unsigned replacements_worth_a_line = 6;
constexpr milliseconds replacements_within{60'000};

std::uint64_t random_secret() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

LinkSurroundings make_surroundings(const NetworkOptions& options, const crypto::SecretKey& key,
                                   PeerQueues& queues) {
  asio::ssl::context tls(asio::ssl::context::tls);
  set_up(tls.native_handle(), key);
  return {std::move(tls),
          FrameTable::for_hello(hello_bytes_max),
          FrameTable(options.frames),
          Hello{options.version, options.network_id},
          options.times,
          key.public_key(),
          queues};
}

}  // namespace

Host::Host(const NetworkOptions& options, const crypto::SecretKey& key, PeerQueues& queues)
    : options_(options),
      queues_(queues),
      shared_(make_surroundings(options, key, queues)),
      listener_(
          context_, options.door, random_secret(),
          {[this](Socket socket, Door::Ticket ticket) { admit(std::move(socket), ticket); },
           [this](LinkWord word) { refuse(word); }, [this](bool known) { make_room(known); }}),
      book_(options.look_up, {.known = std::min(lookup_chance, options.times.connect),
                              .unknown = options.times.connect}),
      ticker_(context_.get_executor()),
      random_(std::random_device{}()) {}

Host::~Host() = default;

std::expected<std::uint16_t, std::string> Host::listen() {
  if (!options_.listen) return std::uint16_t{0};
  if (const auto opened = listener_.open(*options_.listen); !opened)
    return std::unexpected(opened.error());
  return listener_.port();
}

void Host::run() {
  if (listener_.port() != 0) spawn(listener_.run(), [] {});
  tick_later();
  context_.run();
}

void Host::spawn(Task<void> task, std::function<void()> then) {
  asio::co_spawn(context_, std::move(task),
                 [then = std::move(then)](const std::exception_ptr& failed) {
                   // Errors are values here: this is a broken invariant or want of memory.
                   if (failed) std::rethrow_exception(failed);
                   then();
                 });
}

void Host::set_peers(std::vector<Peer> peers) {
  asio::post(context_,
             [this, peers = std::move(peers)]() mutable { apply_peers(std::move(peers)); });
}

void Host::apply_peers(std::vector<Peer> peers) {
  std::map<PeerId, Peer> wanted;
  for (Peer& peer : peers) wanted.emplace(peer.id, std::move(peer));
  std::erase_if(peers_, [&](const auto& row) { return !wanted.contains(row.first); });
  by_key_.clear();
  std::set<Address> addresses;
  for (auto& [id, peer] : wanted) {
    addresses.insert(peer.addresses.begin(), peer.addresses.end());
    by_key_.emplace(peer.key, id);
    const auto [place, added] = peers_.try_emplace(id, peer, options_);
    if (!added) replace(place->second, std::move(peer));
  }
  for (const Held& held : std::vector(links_)) {
    if (held.link->peer() && state_of(*held.link) == nullptr)
      held.link->close(LinkWord::not_a_peer);
  }
  book_.keep(addresses);
  update_known_addresses();
  dial_due(Clock::now());
}

// With another key it is another node, of which nothing is known: but for the link that stands.
void Host::replace(PeerState& state, Peer peer) {
  if (peer.key == state.peer.key) {
    state.peer = std::move(peer);
    return;
  }
  PeerState fresh(std::move(peer), options_);
  fresh.link = state.link;
  const bool again = state.link && state.link->peer_key() != state.peer.key;
  fresh.replaced_until = again ? state.replaced_until : Clock::now() + options_.times.replaced;
  state = std::move(fresh);
}

void Host::update_known_addresses() {
  std::set<AddressKey> known;
  for (const auto& [id, state] : peers_) {
    for (const Address& address : state.peer.addresses) {
      for (const auto& endpoint : book_.endpoints(address))
        known.insert(address_key(endpoint.address()));
    }
  }
  listener_.door().set_known(std::move(known));
}

Host::PeerState* Host::find(PeerId peer) {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : &found->second;
}

Host::PeerState* Host::state_of(const Link& link) {
  auto* state = link.peer() ? find(*link.peer()) : nullptr;
  const bool its =
      state != nullptr && (state->peer.key == link.peer_key() || state->link.get() == &link);
  return its ? state : nullptr;
}

std::expected<PeerId, LinkWord> Host::look_up(const crypto::PublicKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::unexpected(LinkWord::unknown_key);
  if (find(found->second)->cut_off.holds(Clock::now())) return std::unexpected(LinkWord::cut_off);
  return found->second;
}

// Links come and go.

void Host::admit(Socket socket, Door::Ticket ticket) {
  {
    const std::lock_guard lock(counters_mutex_);
    ++accepted_;
  }
  start(std::make_shared<Link>(shared_, *this, std::move(socket), std::nullopt), ticket);
}

void Host::refuse(LinkWord word) {
  {
    const std::lock_guard lock(counters_mutex_);
    ++accepted_;
    ++strangers_[static_cast<std::size_t>(word)];
  }
  log(strangers_gate_, "a connection", word, "");
}

void Host::make_room(bool known) {
  const auto oldest = std::ranges::find_if(links_, [&](const Held& held) {
    return held.ticket && held.ticket->known == known && !held.link->ended();
  });
  if (oldest == links_.end() || Clock::now() - oldest->begun < handshake_chance) return;
  const auto link = oldest->link;
  link->close(LinkWord::too_many_handshakes);
  give_back_ticket(*link);
}

void Host::start(const std::shared_ptr<Link>& link, std::optional<Door::Ticket> ticket) {
  links_.push_back({link, ticket, Clock::now()});
  handshakes_ = listener_.door().inside();
  spawn(link->run(), [this, link] { leave(link); });
}

void Host::give_back_ticket(const Link& link) {
  const auto held =
      std::ranges::find_if(links_, [&](const Held& row) { return row.link.get() == &link; });
  if (held == links_.end() || !held->ticket) return;
  listener_.door().leave(*held->ticket);
  held->ticket.reset();
  handshakes_ = listener_.door().inside();
}

// Two links at once come from both sides dialling at once: then both keep the one that the smaller
// key dialled. A second link long after the first means that the other side has lost that one.
bool Host::keeps_old(const PeerState& state, const Link& link) const {
  const auto& old = *state.link;
  if (old.peer_key() != state.peer.key) return false;
  const auto at_once = 2 * (options_.times.connect + options_.times.handshake);
  if (old.outgoing() == link.outgoing() || Clock::now() - old.joined_at > at_once) return false;
  const bool ours_is_kept = shared_.own_key < state.peer.key;
  return old.outgoing() == ours_is_kept;
}

bool Host::join(Link& link) {
  give_back_ticket(link);
  auto* state = state_of(link);
  if (stopping_) return link.close(LinkWord::stopping), false;
  if (state == nullptr) return link.close(LinkWord::not_a_peer), false;
  if (state->link && !state->link->ended() && keeps_old(*state, link))
    return link.close(LinkWord::duplicate_link), false;
  if (state->link) {
    if (!state->link->ended()) count_replaced(*state, link);
    queues_.disconnected(state->peer.id, state->link->number, LinkWord::duplicate_link);
    state->link->close(LinkWord::duplicate_link);
  }
  const auto number = queues_.connected(state->peer.id, link.peer_key());
  if (!number) return link.close(LinkWord::not_a_peer), false;
  link.number = *number;
  if (queues_.begins_paused(state->peer.id, *number)) link.pause();
  link.joined_at = Clock::now();
  state->link = link.shared_from_this();
  spawn(link.write_frames(), [] {});
  return true;
}

void Host::count_replaced(PeerState& state, const Link& link) {
  Replacements& seen = state.replacements;
  const auto now = Clock::now();
  if (now - seen.since > replacements_within) {
    seen = {.since = now, .count = 0, .said = seen.said && seen.count >= replacements_worth_a_line};
  }
  if (++seen.count != replacements_worth_a_line || std::exchange(seen.said, true)) return;
  if (!options_.warn) return;
  options_.warn(fmt::format(
      "network: {}: two nodes run with its key? Its link was replaced {} times within a minute, "
      "now by one from {}, and before that one from {} stood",
      state.peer.name, seen.count, link.other_address(), state.link->other_address()));
}

void Host::leave(const std::shared_ptr<Link>& link) {
  give_back_ticket(*link);
  std::erase_if(links_, [&](const Held& held) { return held.link == link; });
  const LinkWord word = *link->ended();
  if (auto* state = state_of(*link)) {
    leave_peer(*state, link, word);
  } else if (!link->peer()) {
    {
      const std::lock_guard lock(counters_mutex_);
      ++strangers_[static_cast<std::size_t>(word)];
    }
    log(strangers_gate_, "a stranger's connection", word, "");
  }
  if (stopping_ && links_.empty()) ticker_.cancel();
}

void Host::leave_peer(PeerState& state, const std::shared_ptr<Link>& link, LinkWord word) {
  const auto now = Clock::now();
  const PeerId peer = state.peer.id;
  queues_.count(peer, word);
  if (link->number != 0) queues_.disconnected(peer, link->number, word);
  if (link->outgoing()) {
    state.dialling = false;
    ++state.next_address;
  }
  const bool was_the_link = state.link == link;
  if (was_the_link) state.link.reset();
  if (was_the_link && now - link->joined_at >= options_.times.stable) state.backoff.reset();
  // Whoever has the new key has not done what came over a link with the old one.
  if (is_misbehaviour(word) && link->peer_key() == state.peer.key) state.cut_off.strike(now);
  if (was_the_link || link->outgoing()) state.dial_at = now + state.backoff.next(random());
  if (state.cut_off.holds(now)) state.dial_at = std::max(state.dial_at, state.cut_off.until());
  if (!stopping_) log(state.log_gate, state.peer.name, word, "");
}

void Host::dial_due(Clock::time_point now) {
  if (stopping_) return;
  for (auto& [id, state] : peers_) {
    const bool may_dial = !state.link && !state.dialling && !state.peer.addresses.empty();
    if (may_dial && now >= state.dial_at) dial(state, now);
  }
}

// To be called again if it only asked where the address leads.
void Host::dial(PeerState& state, Clock::time_point now) {
  const auto& addresses = state.peer.addresses;
  const Address& address = addresses[state.next_address % addresses.size()];
  const auto known = book_.endpoints(address);
  const auto answer = book_.ask(address, now);
  if (answer == AddressBook::Answer::pending) return;
  if (answer == AddressBook::Answer::none) {
    queues_.count(state.peer.id, LinkWord::unknown_host);
    log(state.log_gate, state.peer.name, LinkWord::unknown_host, "");
  }
  auto endpoints = book_.endpoints(address);
  if (endpoints != known) update_known_addresses();
  if (endpoints.empty()) {
    ++state.next_address;
    state.dial_at = now + state.backoff.next(random());
    return;
  }
  // After each link another goes first: what answers at the best need not be the peer.
  const auto turn = state.next_address / addresses.size() % endpoints.size();
  std::ranges::rotate(endpoints, endpoints.begin() + static_cast<std::ptrdiff_t>(turn));
  state.dialling = true;
  Link::Target target{state.peer.id, state.peer.key, std::move(endpoints)};
  start(std::make_shared<Link>(shared_, *this, Socket(context_.get_executor()), std::move(target)),
        std::nullopt);
}

// What other threads ask for.

void Host::something_to_send(std::vector<PeerId> peers) {
  asio::post(context_, [this, peers = std::move(peers)] {
    for (const PeerId peer : peers) {
      auto* state = find(peer);
      if (state != nullptr && state->link) state->link->something_to_send();
    }
  });
}

void Host::room_again(PeerId peer) {
  asio::post(context_, [this, peer] {
    if (auto* state = find(peer); state != nullptr && state->link) state->link->room_again();
  });
}

void Host::cut_off(PeerId peer, std::string reason) {
  asio::post(context_, [this, peer, reason = std::move(reason)] {
    auto* state = find(peer);
    if (state == nullptr) return;
    log(state->log_gate, state->peer.name, LinkWord::misbehaved, reason);
    if (state->link && !state->link->ended()) return state->link->close(LinkWord::misbehaved);
    // Its link has ended already: the strike counts nevertheless.
    queues_.count(peer, LinkWord::misbehaved);
    state->cut_off.strike(Clock::now());
    state->dial_at = std::max(state->dial_at, state->cut_off.until());
  });
}

void Host::finish() {
  asio::post(context_, [this] {
    if (std::exchange(stopping_, true)) return;
    listener_.close();
    stop_deadline_ = Clock::now() + options_.times.stop;
    for (const Held& held : std::vector(links_)) held.link->finish();
    if (links_.empty()) ticker_.cancel();
  });
}

void Host::fill_in(Counters& counters) const {
  const std::lock_guard lock(counters_mutex_);
  counters.strangers = strangers_;
  counters.accepted = accepted_;
  counters.handshakes = handshakes_;
}

// The one clock of all waits.

void Host::tick_later() {
  ticker_.expires_after(tick_interval);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Host::tick() {
  const auto now = Clock::now();
  const auto links = links_;
  for (const Held& held : links) {
    held.link->tick(now);
    if (now >= stop_deadline_) held.link->close(LinkWord::stopping);
  }
  for (const auto& [id, state] : peers_) {
    if (state.link && state.link->peer_key() != state.peer.key && now >= state.replaced_until)
      state.link->close(LinkWord::not_a_peer);
  }
  if (stopping_ && links_.empty()) return;
  dial_due(now);
  tick_later();
}

void Host::log(LogGate& gate, std::string_view who, LinkWord word, std::string_view detail) {
  if (!options_.log) return;
  const auto index = static_cast<std::size_t>(word);
  const auto now = Clock::now();
  auto& last = gate.last[index];
  auto& held_back = gate.held_back[index];
  if (last != Clock::time_point{} && now - last < options_.log_interval) {
    ++held_back;
    return;
  }
  last = now;
  options_.log(fmt::format("network: {}: {}{}{}{}", who, crypto::word_of(word),
                           detail.empty() ? "" : ": ", detail,
                           held_back == 0 ? "" : fmt::format(" ({} more before)", held_back)));
  held_back = 0;
}

}  // namespace centime::network
