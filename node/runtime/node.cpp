#include "node/runtime/node.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "crypto/check.h"
#include "node/ledger/replay.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/bounded_queue.h"
#include "node/runtime/rebuild.h"
#include "node/runtime/safety_state.h"

namespace centime::runtime {
namespace {

using crypto::check;

// Bytes of submissions that may wait at once, whatever their number.
constexpr std::size_t waiting_bytes_max = std::size_t{64} << 20;

// A submission as it came in, and how to make it checked.
struct Incoming {
  std::variant<ledger::Submission, crypto::Bytes> submission;
  SubmitCallback done;
};

std::size_t weight_of(std::size_t records) { return 512 * (1 + records); }

std::size_t weight_of(const Incoming& incoming) {
  if (const auto* bytes = std::get_if<crypto::Bytes>(&incoming.submission)) return bytes->size();
  return weight_of(std::get<ledger::Submission>(incoming.submission).records.items.size());
}

// The answer to what `start` starts with a callback.
template <class Start>
SubmitResult wait_for(const Start& start) {
  std::promise<SubmitResult> promise;
  auto result = promise.get_future();
  start([&promise](SubmitResult answer) { promise.set_value(std::move(answer)); });
  return result.get();
}

}  // namespace

struct Node::State {
  State(NodeOptions options_in, ledger::Genesis genesis_in, crypto::SecretKey key_in,
        std::unique_ptr<storage::Store> store_in, consensus::Durable durable)
      : options(std::move(options_in)),
        genesis(std::move(genesis_in)),
        network(ledger::network_id(genesis)),
        key(std::move(key_in)),
        store(std::move(store_in)),
        writer(*store, genesis, engine_of_one(network, key, std::move(durable)), options.self),
        incoming({options.queue_submissions_max, waiting_bytes_max}),
        // Never full: what is in it was let into `incoming` before, and `admitted` bounds both.
        checked({2 * options.queue_submissions_max + 64, waiting_bytes_max}) {}

  void start() {
    publish();
    strand = std::thread([this] { write_blocks(); });
    for (unsigned i = 0; i < std::max(1U, options.check_threads); ++i) {
      checkers.emplace_back([this] { check_submissions(); });
    }
  }

  void stop() {
    if (stopped.exchange(true)) return;
    incoming.close();
    for (std::thread& checker : checkers) checker.join();
    checked.close();
    if (strand.joinable()) strand.join();
  }

  // Lets a submission into the queue, or answers that there is no room.
  template <class Submission>
  void take(BoundedQueue<Submission>& queue, Submission submission, std::size_t weight) {
    if (stopped.load()) return submission.done(std::unexpected(SubmitError(Unavailable::stopping)));
    const bool room = waiting.fetch_add(1) < options.queue_submissions_max;
    // Whoever has the answer finds it no longer counted as waiting.
    submission.done = [this, done = std::move(submission.done)](SubmitResult result) mutable {
      waiting.fetch_sub(1);
      done(std::move(result));
    };
    if (!room || !queue.push(std::move(submission), weight)) {
      const auto why = stopped.load() ? Unavailable::stopping : Unavailable::busy;
      submission.done(std::unexpected(SubmitError(why)));
    }
  }

  void take(Incoming submission) {
    const std::size_t weight = weight_of(submission);
    take(incoming, std::move(submission), weight);
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
      const bool pushed = checked.push({std::move(*result), std::move(next->done)}, 0);
      check(pushed, "room for every submission that was let in");
    }
  }

  // The strand.
  void write_blocks() {
    std::deque<PendingSubmission> pending;
    while (true) {
      if (pending.empty()) {
        auto next = checked.pop();
        if (!next) return;
        pending.push_back(std::move(*next));
      }
      while (auto next = checked.try_pop()) pending.push_back(std::move(*next));
      const BlockWriter::Written written = writer.write(pending, [this] { publish(); });
      accepted.fetch_add(written.accepted);
      rejected.fetch_add(written.rejected);
      repeated.fetch_add(written.repeated);
      records.fetch_add(written.records);
      blocks.fetch_add(written.block ? 1 : 0);
    }
  }

  void publish() {
    const auto snapshot = store->snapshot();
    auto next = std::make_shared<const Published>(
        snapshot, [this, &head = snapshot->head()] { return sign_checkpoint(head); });
    published.store(next);
    if (listener) listener(*next);
  }

  std::string sign_checkpoint(const storage::Head& head) const {
    return proof::sign_checkpoint(
        {genesis.origin.value, head.size, head.log.root()}, {options.self, key},
        std::chrono::sys_seconds(std::chrono::seconds(head.seal.time.value / 1000)));
  }

  NodeOptions options;
  ledger::Genesis genesis;
  ledger::NetworkId network;
  crypto::SecretKey key;
  std::unique_ptr<storage::Store> store;
  BlockWriter writer;  // The strand's.
  std::function<void(const Published&)> listener;

  BoundedQueue<Incoming> incoming;
  BoundedQueue<PendingSubmission> checked;
  std::atomic<std::shared_ptr<const Published>> published;
  std::atomic<std::uint64_t> waiting = 0;  // Let in and not yet answered.
  std::atomic<std::uint64_t> accepted = 0, rejected = 0, repeated = 0, records = 0, blocks = 0;
  std::atomic<bool> stopped = false;
  std::thread strand;
  std::vector<std::thread> checkers;
};

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}
Node::~Node() { stop(); }

std::expected<std::unique_ptr<Node>, std::string> Node::open(NodeOptions options,
                                                             crypto::SecretKey key) {
  finish_rebuild(options.directory);
  storage::StoreOptions store_options;
  store_options.directory = options.directory / "db";
  store_options.block_cache_bytes = options.block_cache_bytes;
  store_options.write_buffer_bytes = options.write_buffer_bytes;
  auto store = storage::Store::open(std::move(store_options));
  if (!store) return std::unexpected(store.error());
  const auto snapshot = (*store)->snapshot();
  if (snapshot->head().empty()) {
    return std::unexpected("store_missing: the store holds no network; run `centime init` first");
  }
  auto genesis = ledger::read_genesis(snapshot->entry({0}));
  if (!genesis) return std::unexpected("bad_genesis: " + genesis.error().detail);

  const auto self = snapshot->member(options.self);
  if (!self) {
    return std::unexpected("unknown_member: '" + options.self.value +
                           "' is not a member of this network");
  }
  if (self->key != key.public_key()) {
    return std::unexpected("unknown_key: the key file is not the key of member '" +
                           options.self.value + "'");
  }
  if (genesis->validators.items.size() != 1) {
    return std::unexpected(
        "too_many_validators: this version runs networks of one validator, and this one has " +
        std::to_string(genesis->validators.items.size()));
  }
  if (genesis->validators.items[0] != options.self) {
    return std::unexpected("not_permitted: only the validator '" +
                           genesis->validators.items[0].value + "' can run this network's node");
  }
  auto durable = read_durable(**store);
  if (!durable) return std::unexpected(durable.error());
  auto state = std::make_unique<State>(std::move(options), std::move(*genesis), std::move(key),
                                       std::move(*store), std::move(*durable));
  state->start();
  return std::unique_ptr<Node>(new Node(std::move(state)));
}

void Node::stop() { state_->stop(); }

void Node::submit(ledger::Submission submission, SubmitCallback done) {
  state_->take({std::move(submission), std::move(done)});
}

void Node::submit(crypto::Bytes canonical, SubmitCallback done) {
  state_->take({std::move(canonical), std::move(done)});
}

void Node::record(std::vector<ledger::Record> records, SubmitCallback done) {
  const std::size_t weight = weight_of(records.size());
  auto checked = ledger::sign_checked(network(), self(), state_->key, std::move(records));
  if (!checked) {
    state_->rejected.fetch_add(1);
    return done(std::unexpected(SubmitError(std::move(checked.error()))));
  }
  state_->take(state_->checked, PendingSubmission{std::move(*checked), std::move(done)}, weight);
}

SubmitResult Node::submit_and_wait(ledger::Submission submission) {
  return wait_for([&](SubmitCallback done) { submit(std::move(submission), std::move(done)); });
}

SubmitResult Node::record_and_wait(std::vector<ledger::Record> records) {
  return wait_for([&](SubmitCallback done) { record(std::move(records), std::move(done)); });
}

std::vector<std::vector<ledger::RecordRefusal>> Node::dry_run(
    std::span<const ledger::CheckedSubmission> submissions) const {
  using namespace std::chrono;
  const auto now = published();
  const storage::Head& head = now->snapshot->head();
  const auto clock = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const ledger::TimeMs time{std::max(static_cast<std::uint64_t>(clock), head.seal.time.value + 1)};
  return ledger::dry_run(*now->snapshot, {head.size}, {time, state_->genesis.policies},
                         submissions);
}

std::shared_ptr<const Published> Node::published() const { return state_->published.load(); }
const storage::Store& Node::store() const { return *state_->store; }
const ledger::Genesis& Node::genesis() const { return state_->genesis; }
const ledger::NetworkId& Node::network() const { return state_->network; }
const ledger::MemberId& Node::self() const { return state_->options.self; }

NodeCounters Node::counters() const {
  const State& s = *state_;
  return {s.accepted.load(), s.rejected.load(), s.repeated.load(),
          s.records.load(),  s.blocks.load(),   s.waiting.load()};
}

void Node::on_block(std::function<void(const Published&)> listener) {
  state_->listener = std::move(listener);
}

}  // namespace centime::runtime
