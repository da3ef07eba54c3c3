// Replicas of one network in one thread: their frames go where and when the test says, and time
// passes when it says.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/runtime/node.h"
#include "node/runtime/peer_frames.h"
#include "node/runtime/replica.h"
#include "node/runtime/safety_state.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/several_nodes.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::runtime {

using consensus::PeerIndex;
using consensus::Vote;
using consensus::VoteKind;
using std::chrono::milliseconds;
using test::crash_key;

constexpr std::size_t validators = 4;

struct Sent {
  PeerIndex from = 0;
  PeerIndex to = 0;
  network::Frame frame;
};

inline bool is_finalizing(const network::Frame& frame) {
  const auto message = read_message(frame);
  if (!message) return false;
  if (const auto* vote = std::get_if<Vote>(&*message)) return vote->kind == VoteKind::finalize;
  const auto* certificate = std::get_if<consensus::Certificate>(&*message);
  return certificate != nullptr && certificate->kind == VoteKind::finalize;
}

class Replicas {
 public:
  // The first `honest` of four members run; the others' keys are the test's. The first `voters` are
  // validators.
  explicit Replicas(std::size_t honest, std::size_t voters = validators) {
    genesis_.origin = {"ledger.example.org/replicas"};
    genesis_.time = {1'700'000'000'000};
    for (std::size_t i = 0; i < validators; ++i) {
      const auto role = i == 0                ? ledger::Role::platform
                        : i + 1 == validators ? ledger::Role::auditor
                                              : ledger::Role::ngo;
      genesis_.members.items.push_back(
          {{name(i)}, {name(i)}, role, crash_key(name(i)).public_key()});
      if (i < voters) genesis_.validators.items.push_back({name(i)});
    }
    std::ranges::sort(genesis_.members.items, {}, &ledger::Member::member);
    network_ = ledger::network_id(genesis_);
    for (std::size_t i = 0; i < honest; ++i) {
      EXPECT_TRUE(create_node(directory(i), genesis_));
      members_.push_back(std::make_unique<Member>(*this, i));
    }
    for (std::size_t i = 0; i < honest; ++i) {
      for (std::size_t j = 0; j < i; ++j) connect(i, j);
    }
    settle();
  }

  static std::string name(std::size_t i) { return test::member_name(i, validators); }
  std::filesystem::path directory(std::size_t i) const { return place_.path() / name(i); }
  const ledger::NetworkId& network() const { return network_; }
  Replica& at(std::size_t i) { return *members_[i]->replica; }
  void close() { members_.clear(); }
  // What is on its disk is all that it knows.
  void restart(std::size_t i) {
    stop(i);
    start(i);
  }
  // Between the two nothing may be sent.
  void stop(std::size_t i) { members_[i].reset(); }
  void start(std::size_t i, Past past = Past::known) {
    members_[i] = std::make_unique<Member>(*this, i, past);
    for (std::size_t j = 0; j < members_.size(); ++j) {
      if (i != j) connect(i, j);
    }
  }
  void connect(std::size_t one, std::size_t two) {
    for (const auto& [at, of] : {std::pair(one, two), std::pair(two, one)}) {
      const auto index = members_[at]->index_of(static_cast<PeerIndex>(of));
      if (index) members_[at]->replica->connected(*index);
    }
  }
  std::size_t lines_with(std::size_t i, std::string_view word) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        members_[i]->lines, [&](const auto& line) { return line.second.starts_with(word); }));
  }
  // Of the last line that begins so.
  std::optional<LogLevel> level_of(std::size_t i, std::string_view word) const {
    std::optional<LogLevel> level;
    for (const auto& [its_level, line] : members_[i]->lines) {
      if (line.starts_with(word)) level = its_level;
    }
    return level;
  }
  // The checkpoint of its newest block, as whoever asks the node for it gets it.
  std::string checkpoint_of(std::size_t i) const { return members_[i]->head->checkpoint(); }
  // Of the newest block whose checkpoint a quorum has signed, as it knows; 0 if it knows of none.
  std::uint64_t certified_height(std::size_t i) const {
    const auto& certified = members_[i]->certified;
    return certified ? certified->snapshot->head().height.value : 0;
  }

  // Tells replica i of a record by the named member; the answer comes when it comes.
  std::shared_ptr<std::optional<SubmitResult>> tell(std::size_t i, const std::string& author,
                                                    ledger::Record record) {
    return tell(i, author, std::vector{std::move(record)});
  }
  std::shared_ptr<std::optional<SubmitResult>> tell(std::size_t i, const std::string& author,
                                                    std::vector<ledger::Record> records) {
    auto answer = std::make_shared<std::optional<SubmitResult>>();
    auto checked = ledger::sign_checked(network_, {author}, crash_key(author), std::move(records));
    EXPECT_TRUE(checked);
    at(i).submit(std::move(*checked),
                 [answer](SubmitResult result) { answer->emplace(std::move(result)); });
    return answer;
  }

  void open_fund() {
    tell(0, name(1), {{"f"}, ledger::FundProposal{{"wells"}, {"Wells"}, {"Clean water"}, {}, {}}});
    live();
    tell(0, "auditor", {{"f"}, ledger::FundApproval{{"wells"}, {}}});
    live();
    tell(0, "platform", {{"c"}, ledger::ChannelRecord{{"web"}, ledger::ChannelKind::web, {"E"}}});
    live();
  }

  // Frames and turns until nothing more happens at this instant. What `held` says stays back.
  void settle(const std::function<bool(const Sent&)>& held = {}) {
    for (bool moved = true; moved;) {
      for (auto& member : members_) member->replica->turn();
      moved = !frames_.empty();
      for (auto frames = std::exchange(frames_, {}); !frames.empty(); frames.pop_front())
        deliver(frames.front(), held);
    }
  }
  void deliver(const Sent& sent, const std::function<bool(const Sent&)>& held = {}) {
    if (cut) return;
    if (held && held(sent)) return held_.push_back(sent);
    if (watch) watch(sent);
    if (sent.to >= members_.size()) return;
    if (const auto from = members_[sent.to]->index_of(sent.from))
      at(sent.to).received(*from, sent.frame);
  }
  PeerIndex number_of(const ledger::MemberId& member) const {
    for (std::size_t i = 0; i < validators; ++i) {
      if (name(i) == member.value) return static_cast<PeerIndex>(i);
    }
    return validators;
  }
  std::deque<Sent> take_held() { return std::exchange(held_, {}); }
  // Of what is sent from now on, what the sender's own queues have no room for.
  void refuse(std::function<bool(const Sent&)> refused) { refused_ = std::move(refused); }
  std::deque<Sent> take_frames() { return std::exchange(frames_, {}); }
  // Why replicas cut off whom.
  std::vector<std::pair<PeerIndex, std::string>> take_cut_off() {
    return std::exchange(cut_off_, {});
  }

  // Time passes, until what waits is final or a minute has gone.
  milliseconds live() {
    milliseconds passed{0};
    settle();
    while (members_.front()->replica->waiting() > 0 && passed < milliseconds(60'000)) {
      pass(milliseconds(10));
      passed += milliseconds(10);
    }
    return passed;
  }
  void pass(milliseconds time, const std::function<bool(const Sent&)>& held = {}) {
    now_.ticks += time;
    now_.wall_clock_ms += static_cast<std::uint64_t>(time.count());
    settle(held);
  }

  ledger::Date today() const {
    return {static_cast<std::uint32_t>(now_.wall_clock_ms / 86'400'000)};
  }

  // A vote with the key of a validator.
  Vote sign(PeerIndex signer, VoteKind kind, std::uint64_t view, std::uint8_t block) const {
    Vote vote;
    vote.kind = kind;
    vote.view = {view};
    vote.signer = signer;
    if (kind != VoteKind::nullify) vote.value = {{view - 1}, {1}, {}};
    vote.value.block.bytes.fill(kind == VoteKind::nullify ? 0 : block);
    const auto signature =
        crash_key(name(signer)).sign(consensus::vote_message({network_.bytes}, vote));
    vote.signature = signature;
    return vote;
  }

  // Among all members, as replica i told its links; nothing if it told them of no such member.
  std::optional<std::size_t> place_of(std::size_t i, const std::string& member) const {
    for (const ReplicaPeer& peer : members_[i]->members) {
      if (peer.member.value == member) return peer.place;
    }
    return std::nullopt;
  }

  std::optional<ledger::EpochRecord> later;  // What whoever starts from now on was introduced to.
  bool cut = false;                          // All frames are lost.
  std::function<void(const Sent&)> watch;    // Sees every frame that is delivered.

 private:
  struct Member final : Peers {
    Member(Replicas& its_net, std::size_t i, Past past = Past::known)
        : net(its_net), self(static_cast<PeerIndex>(i)), key(crash_key(name(i))) {
      storage::StoreOptions options;
      options.directory = net.directory(i) / "db";
      store = std::move(*storage::Store::open(std::move(options)));
      ReplicaOptions made;
      made.self = {name(i)};
      made.past = past;
      made.later = net.later;
      made.clock = [&the = net] { return the.now_; };
      made.log = [this](LogLevel level, std::string_view line) { lines.emplace_back(level, line); };
      made.published = [this](std::shared_ptr<const Published> next) { head = std::move(next); };
      made.certified = [this](std::shared_ptr<const Published> next) {
        certified = std::move(next);
      };
      replica = std::make_unique<Replica>(std::move(made), net.genesis_, key, *store, *this,
                                          *read_durable(*store));
      replica->start();
    }
    ~Member() override { replica->stop(); }

    void set_peers(const std::vector<ReplicaPeer>& peers) override { members = peers; }
    bool send(PeerIndex to, const network::Frame& frame) override {
      const auto peer = std::ranges::find(members, to, &ReplicaPeer::index);
      if (peer == members.end()) return false;
      const Sent sent{self, net.number_of(peer->member), frame};
      if (net.refused_ && net.refused_(sent)) return false;
      net.frames_.push_back(sent);
      return true;
    }
    void send_all(const network::Frame& frame) override {
      for (const ReplicaPeer& peer : members)
        net.frames_.push_back({self, net.number_of(peer.member), frame});
    }
    // Under which index the replica knows node `from` now.
    std::optional<PeerIndex> index_of(PeerIndex from) const {
      for (const ReplicaPeer& peer : members) {
        if (net.number_of(peer.member) == from) return peer.index;
      }
      return std::nullopt;
    }
    void cut_off(PeerIndex peer, std::string word) override {
      net.cut_off_.emplace_back(peer, std::move(word));
    }

    Replicas& net;
    PeerIndex self;
    crypto::SecretKey key;
    std::vector<ReplicaPeer> members;
    std::shared_ptr<const Published> head, certified;
    std::vector<std::pair<LogLevel, std::string>> lines;  // Of its log.
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Replica> replica;
  };

  test::TemporaryDirectory place_;
  ledger::Genesis genesis_;
  ledger::NetworkId network_;
  consensus::Now now_{milliseconds(1'000), 1'800'000'000'000};
  std::deque<Sent> frames_, held_;
  std::vector<std::pair<PeerIndex, std::string>> cut_off_;
  std::function<bool(const Sent&)> refused_;
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace centime::runtime
