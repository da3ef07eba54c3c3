#include "node/runtime/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/ledger/replay.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/bounded_queue.h"
#include "node/runtime/client_queue.h"
#include "node/runtime/instance_guard.h"
#include "node/runtime/introduction.h"
#include "node/runtime/places.h"
#include "node/runtime/rebuild.h"
#include "node/runtime/repeats.h"
#include "node/runtime/replica_strand.h"
#include "node/runtime/safety_state.h"
#include "node/runtime/wall_clock.h"

namespace centime::runtime {
namespace {

using crypto::check;

// How long the strand looks for the next submission before it sleeps.
constexpr std::chrono::microseconds soon{100};

// A submission as it came in, and how to make it checked.
struct Incoming {
  std::variant<ledger::Submission, crypto::Bytes> submission;
  SubmitCallback done;
  Client client;
};

std::size_t weight_of(std::size_t records) { return 512 * (1 + records); }

std::size_t weight_of(const Incoming& incoming) {
  if (const auto* bytes = std::get_if<crypto::Bytes>(&incoming.submission)) return bytes->size();
  return weight_of(std::get<ledger::Submission>(incoming.submission).records.items.size());
}

// May this member's node run with this key on this ledger? Where others tell it what has happened
// since, it may: the ledger that it has yet to fetch may know better.
std::expected<void, std::string> check_place(const NodeOptions& options,
                                             const crypto::PublicKey& key,
                                             const storage::Snapshot& snapshot, bool alone) {
  const auto say = [&](const std::string& line) {
    if (options.log) options.log(LogLevel::warn, line);
  };
  const auto self = snapshot.member(options.self);
  const std::string height = std::to_string(snapshot.head().height.value);
  if (!self) {
    const std::string unknown =
        "unknown_member: '" + options.self.value + "' is not a member of this network";
    if (alone) return std::unexpected(unknown);
    say(unknown + " as of block " + height + "; this node follows");
  } else if (self->key != key) {
    const std::string unknown = fmt::format(
        "unknown_key: the ledger has the key {} for '{}', and no key file that this node "
        "can read is it",
        crypto::to_hex(self->key.bytes).substr(0, 16), options.self.value);
    if (alone) return std::unexpected(unknown);
    say(unknown + " as of block " + height + "; this node follows");
  } else if (alone && !ledger::validator_index(snapshot.governance()->epoch, options.self)) {
    return std::unexpected("not_permitted: in a network of one validator only that one, '" +
                           snapshot.governance()->epoch.validators.items[0].member.value +
                           "', runs a node; others follow it with its address in `peers`");
  }
  for (const auto& [peer, address] : options.peers.addresses) {
    if (snapshot.member(peer)) continue;
    say("unknown_member: '" + peer.value + "', of whom an address is given (" + address.host +
        "), is not a member of this network as of block " + height);
  }
  return {};
}

// Who is alone has nobody to ask what it signed before. A person has to say that nothing is
// missing, but where there is nothing yet that could be, or where one has looked already.
std::expected<void, std::string> check_past_alone(const NodeOptions& options, const Start& start,
                                                  storage::Store& store) {
  if (start.past == Past::known) return {};
  const auto height = store.snapshot()->head().height.value;
  const bool new_network = start.past == Past::fresh && height == 0;
  if (new_network || start.given_up) return begin_instance(options.directory, store, options.self);
  return std::unexpected(
      "past_unknown: " +
      (start.reason.empty() ? "the store was never started with this directory" : start.reason) +
      ", so it may lack blocks that this node signed, and what it signed now would contradict "
      "them; if there is no newer copy anywhere, `centime resume --data DIR --height " +
      std::to_string(height) + "` says so");
}

// How long a caller looks for its answer before it sleeps: a network of one has a lone record's in
// half of that on a disk that syncs in a tenth of a millisecond. That of several never has, and
// their threads want the processor.
constexpr std::chrono::microseconds alone_awake{500};

// The answer to what `start` starts with a callback; looked for during `awake`, then slept for.
template <class Start>
SubmitResult wait_for(const Start& start, std::chrono::microseconds awake) {
  // Shared: the caller may have seen the answer, and gone, before set_value() has returned.
  const auto promise = std::make_shared<std::promise<SubmitResult>>();
  auto result = promise->get_future();
  start([promise](SubmitResult answer) { promise->set_value(std::move(answer)); });
  // As BoundedQueue::pop_soon does. Who is awake need not be woken, which costs both sides.
  const auto until = std::chrono::steady_clock::now() + awake;
  while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
  }
  return result.get();
}

}  // namespace

struct Node::State {
  State(NodeOptions options_in, ledger::Genesis genesis_in, crypto::SecretKey key_in,
        std::unique_ptr<storage::Store> store_in, consensus::Durable durable, Past past_in,
        bool alone)
      : options(std::move(options_in)),
        genesis(std::move(genesis_in)),
        network(ledger::network_id(genesis)),
        key(std::move(key_in)),
        store(std::move(store_in)),
        past(past_in),
        places({options.queue_submissions_max, options.queue_bytes_max}),
        // Never full: what is in it has a place.
        checked({options.queue_submissions_max + 64, options.queue_bytes_max}) {
    if (alone) {
      writer.emplace(*store, genesis, engine_of_one(network, key, std::move(durable)),
                     options.self);
    } else {
      replica.emplace(replica_options(), options.peers, genesis, key, *store, std::move(durable));
    }
  }

  void say(LogLevel level, std::string_view line) const {
    if (options.log) options.log(level, line);
  }

  ReplicaOptions replica_options() {
    ReplicaOptions made;
    made.self = options.self;
    made.earlier_keys = options.earlier_keys;
    made.key_changed = options.key_changed;
    made.timing = options.peers.timing;
    made.past = past;
    if (auto later = read_introduction(options.directory, genesis); !later) {
      say(LogLevel::warn, later.error());
    } else {
      made.later = std::move(*later);
    }
    made.past_known = [this] {
      // Without it the next start asks the others again: slower, and safe.
      if (auto begun = begin_instance(options.directory, *store, options.self); !begun)
        say(LogLevel::error, begun.error());
    };
    made.published = [this](std::shared_ptr<const Published> next) { show(std::move(next)); };
    made.certified = [this](std::shared_ptr<const Published> next) {
      certified.store(std::move(next));
    };
    made.log = options.log;
    return made;
  }

  // See wait_for.
  std::chrono::microseconds awake() const {
    return replica ? std::chrono::microseconds{0} : alone_awake;
  }

  std::expected<void, std::string> start() {
    if (replica) {
      if (auto started = replica->start(); !started) return started;
    } else {
      publish();
      strand = std::thread([this] { write_blocks(); });
    }
    disk.emplace(options.directory / "db", *store);
    for (unsigned i = 0; i < std::max(1U, options.check_threads); ++i) {
      checkers.emplace_back([this] { check_submissions(); });
    }
    return {};
  }

  void stop() {
    if (stopped.exchange(true)) return;
    incoming.close();
    for (std::thread& checker : checkers) checker.join();
    checked.close();
    if (strand.joinable()) strand.join();
    if (replica) replica->stop();
  }

  // Gives a submission a place until it is answered, or answers that it can't be taken.
  bool admit(SubmitCallback& done, const Way& way, std::size_t weight) {
    std::optional<Unavailable> refused;
    if (stopped.load() || ended.load()) {
      refused = Unavailable::stopping;
    } else if (!places.take(way, weight)) {
      refused = Unavailable::busy;
    }
    if (refused) {
      done(std::unexpected(SubmitError(*refused)));
      return false;
    }
    // Whoever has the answer finds it no longer counted as waiting.
    done = [this, way, weight, answer = std::move(done)](SubmitResult result) mutable {
      places.give_back(way, weight);
      answer(std::move(result));
    };
    return true;
  }

  void take_checked(PendingSubmission submission, std::size_t weight) {
    if (!admit(submission.done, submission.way, weight)) return;
    if (replica) return replica->submit(std::move(submission));
    if (!checked.push(std::move(submission), weight)) {
      const auto why = stopped.load() ? Unavailable::stopping : Unavailable::busy;
      submission.done(std::unexpected(SubmitError(why)));
    }
  }

  void take(Incoming submission) {
    if (!admit(submission.done, submission.client, weight_of(submission))) return;
    const std::string client = submission.client.name;
    if (!incoming.push(std::move(submission), client))
      submission.done(std::unexpected(SubmitError(Unavailable::stopping)));
  }

  // A checker's thread.
  void check_submissions() {
    while (auto next = incoming.pop()) {
      auto result = std::visit(
          [&](auto& submission) {
            return ledger::check_submission(network, std::move(submission));
          },
          next->submission);
      if (!result) {
        rejected.fetch_add(1);
        next->done(std::unexpected(SubmitError(std::move(result.error()))));
        continue;
      }
      if (auto repeat = find_repeat(*published.load()->snapshot, *result)) {
        repeated.fetch_add(1);
        next->done(std::move(*repeat));
        continue;
      }
      PendingSubmission ready{std::move(*result), std::move(next->done), std::move(next->client)};
      if (replica) {
        replica->submit(std::move(ready));
        continue;
      }
      check(checked.push(std::move(ready), 0), "room for every submission that was let in");
    }
  }

  // The strand.
  void write_blocks() {
    std::deque<PendingSubmission> pending;
    while (true) {
      if (writer->ended()) return end_alone(pending);
      if (pending.empty()) {
        auto next = checked.pop_soon(soon);
        if (!next) return;
        pending.push_back(std::move(*next));
      }
      while (auto next = checked.try_pop()) pending.push_back(std::move(*next));
      const BlockWriter::Written written = writer->write(pending, [this] { publish(); });
      accepted.fetch_add(written.accepted);
      rejected.fetch_add(written.rejected);
      repeated.fetch_add(written.repeated);
      records.fetch_add(written.records);
      blocks.fetch_add(written.block ? 1 : 0);
    }
  }

  // What waits is refused: whoever comes after this node is told it again.
  void end_alone(std::deque<PendingSubmission>& pending) {
    say(LogLevel::info,
        "epoch: the network's validators are others now; this node has to be opened anew");
    ended.store(true);
    if (options.reopen) options.reopen();
    do {
      for (PendingSubmission& each : pending)
        each.done(std::unexpected(SubmitError(Unavailable::stopping)));
      pending.clear();
      if (auto next = checked.pop()) pending.push_back(std::move(*next));
    } while (!pending.empty());
  }

  void publish() {
    const auto snapshot = store->snapshot();
    auto next = std::make_shared<const Published>(
        snapshot, [this, &shown = *snapshot] { return sign_checkpoint(shown); });
    show(std::move(next));
  }

  void show(std::shared_ptr<const Published> next) {
    published.store(next);
    const std::lock_guard lock(listener_mutex);
    for (const auto& listener : listeners) listener(*next);
  }

  std::string sign_checkpoint(const storage::Snapshot& snapshot) const {
    const storage::Head& head = snapshot.head();
    const OwnKeys keys(options.self, key, options.earlier_keys);
    const crypto::SecretKey* voting = keys.voting_in(snapshot.epoch(head.seal.epoch)->record);
    return proof::sign_checkpoint(
        {genesis.origin.value, head.size, head.log.root()}, {options.self, voting ? *voting : key},
        std::chrono::sys_seconds(std::chrono::seconds(head.seal.time.value / 1000)));
  }

  NodeOptions options;
  ledger::Genesis genesis;
  ledger::NetworkId network;
  crypto::SecretKey key;
  std::unique_ptr<storage::Store> store;
  Past past;
  std::optional<BlockWriter> writer;  // The strand's; in a network of one.
  std::mutex listener_mutex;
  std::vector<std::function<void(const Published&)>> listeners;

  Places places;  // Of all that is let in and not yet answered.
  ClientQueue<Incoming> incoming;
  BoundedQueue<PendingSubmission> checked;
  std::atomic<std::shared_ptr<const Published>> published;
  std::atomic<std::shared_ptr<const Published>> certified;  // Null before the first.
  std::atomic<std::uint64_t> accepted = 0, rejected = 0, repeated = 0, records = 0, blocks = 0;
  std::atomic<bool> stopped = false;
  std::atomic<bool> ended = false;  // Of a network of one.
  std::thread strand;
  std::vector<std::thread> checkers;
  std::optional<ReplicaStrand> replica;  // In other networks. Uses all above.
  std::optional<DiskWatch> disk;         // Once it has started.
};

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}
Node::~Node() { stop(); }

std::expected<std::unique_ptr<Node>, std::string> Node::open(NodeOptions options,
                                                             crypto::SecretKey key) {
  if (auto finished = finish_rebuild(options.directory); !finished)
    return std::unexpected(finished.error());
  storage::StoreOptions store_options;
  store_options.directory = options.directory / "db";
  store_options.block_cache_bytes = options.block_cache_bytes;
  store_options.write_buffer_bytes = options.write_buffer_bytes;
  if (options.log) {
    store_options.on_warning = [&log = options.log](const std::string& line) {
      log(LogLevel::warn, line);
    };
  }
  auto store = storage::Store::open(std::move(store_options));
  if (!store) return std::unexpected(store.error());
  const auto snapshot = (*store)->snapshot();
  if (snapshot->head().empty()) {
    return std::unexpected("store_missing: the store holds no network; run `centime init` first");
  }
  auto genesis = ledger::read_genesis(snapshot->entry({0}));
  if (!genesis) return std::unexpected("bad_genesis: " + genesis.error().detail);

  const auto epoch = snapshot->governance()->epoch;
  const bool alone = epoch.validators.items.size() == 1 && !options.peers.listen &&
                     options.peers.addresses.empty();
  if (auto fits = check_place(options, key.public_key(), *snapshot, alone); !fits)
    return std::unexpected(fits.error());
  auto durable = read_durable(**store);
  if (!durable) return std::unexpected(durable.error());
  auto start = count_start(options.directory, **store, options.self);
  if (!start) return std::unexpected(start.error());
  const bool votes = ledger::validator_index(epoch, options.self).has_value();
  if (options.log && votes && !start->reason.empty())
    options.log(LogLevel::error, "past_unknown: " + start->reason);
  if (alone && !durable->alarm) {
    if (auto fits = check_past_alone(options, *start, **store); !fits)
      return std::unexpected(fits.error());
  }
  // Who is halted writes no blocks, also alone, and goes on serving what it has.
  const bool writes_alone = alone && !durable->alarm;
  auto state =
      std::make_unique<State>(std::move(options), std::move(*genesis), std::move(key),
                              std::move(*store), std::move(*durable), start->past, writes_alone);
  if (auto started = state->start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Node>(new Node(std::move(state)));
}

void Node::stop() { state_->stop(); }

void Node::submit(ledger::Submission submission, SubmitCallback done, std::string client) {
  state_->take({std::move(submission), std::move(done), {std::move(client)}});
}

void Node::submit(crypto::Bytes canonical, SubmitCallback done, std::string client) {
  state_->take({std::move(canonical), std::move(done), {std::move(client)}});
}

void Node::record(std::vector<ledger::Record> records, SubmitCallback done) {
  const std::size_t weight = weight_of(records.size());
  auto checked = ledger::sign_checked(network(), self(), state_->key, std::move(records));
  if (!checked) {
    state_->rejected.fetch_add(1);
    return done(std::unexpected(SubmitError(std::move(checked.error()))));
  }
  state_->take_checked({std::move(*checked), std::move(done)}, weight);
}

SubmitResult Node::submit_and_wait(ledger::Submission submission) {
  return wait_for([&](SubmitCallback done) { submit(std::move(submission), std::move(done)); },
                  state_->awake());
}

SubmitResult Node::record_and_wait(std::vector<ledger::Record> records) {
  return wait_for([&](SubmitCallback done) { record(std::move(records), std::move(done)); },
                  state_->awake());
}

std::vector<std::vector<ledger::RecordRefusal>> Node::dry_run(
    std::span<const ledger::CheckedSubmission> submissions, std::size_t reads_max) const {
  const auto now = published();
  const storage::Head& head = now->snapshot->head();
  const ledger::TimeMs time{std::max(wall_clock_ms(), head.seal.time.value + 1)};
  return ledger::dry_run(*now->snapshot, {head.size}, {time, state_->genesis.policies}, submissions,
                         reads_max);
}

std::shared_ptr<const Published> Node::published() const { return state_->published.load(); }
// One validator is a quorum of one, and signs each block as it is asked for it.
std::shared_ptr<const Published> Node::certified() const {
  return alone() ? published() : state_->certified.load();
}
std::shared_ptr<const Published> Node::certified_or_newest() const {
  auto newest = certified();
  return newest ? newest : published();
}

std::shared_ptr<const ReplicaReport> Node::agreement() const {
  if (state_->replica) return state_->replica->report();
  ReplicaReport alone;
  const auto now = published();
  alone.epoch = now->snapshot->head().seal.epoch;
  alone.leader = self();
  alone.height = now->snapshot->head().height.value;
  alone.quorum = 1;
  alone.pending = static_cast<std::uint32_t>(state_->places.taken());
  alone.validators.push_back(
      {.member = self(), .connected = true, .heard = true, .height = alone.height});
  return std::make_shared<const ReplicaReport>(std::move(alone));
}

std::optional<network::Counters> Node::links() const {
  if (!state_->replica) return std::nullopt;
  return state_->replica->links();
}

bool Node::alone() const { return !state_->replica.has_value(); }

std::optional<DiskRoom> Node::disk() const { return state_->disk->room(); }

std::uint16_t Node::peer_port() const {
  return state_->replica ? state_->replica->port() : std::uint16_t{0};
}

const storage::Store& Node::store() const { return *state_->store; }
const ledger::Genesis& Node::genesis() const { return state_->genesis; }
const ledger::NetworkId& Node::network() const { return state_->network; }
const ledger::MemberId& Node::self() const { return state_->options.self; }

NodeCounters Node::counters() const {
  const State& s = *state_;
  if (s.replica) {
    const MempoolCounts counts = s.replica->counts();
    return {counts.accepted,
            counts.rejected + s.rejected.load(),
            counts.repeated + s.repeated.load(),
            counts.records,
            s.replica->blocks(),
            s.places.taken()};
  }
  return {s.accepted.load(), s.rejected.load(), s.repeated.load(),
          s.records.load(),  s.blocks.load(),   s.places.taken()};
}

void Node::on_block(std::function<void(const Published&)> listener) {
  const std::lock_guard lock(state_->listener_mutex);
  state_->listeners.push_back(std::move(listener));
}

}  // namespace centime::runtime
