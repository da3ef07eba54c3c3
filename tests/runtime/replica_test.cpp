// Replicas of one network in one thread: their frames go where and when the test says, and time
// passes when it says.
#include "node/runtime/replica.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "crypto/canonical.h"
#include "node/runtime/evidence_book.h"
#include "node/runtime/node.h"
#include "node/runtime/peer_frames.h"
#include "node/runtime/safety_state.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/several_nodes.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::runtime {
namespace {

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

bool is_finalizing(const network::Frame& frame) {
  const auto message = read_message(frame);
  if (!message) return false;
  if (const auto* vote = std::get_if<Vote>(&*message)) return vote->kind == VoteKind::finalize;
  const auto* certificate = std::get_if<consensus::Certificate>(&*message);
  return certificate != nullptr && certificate->kind == VoteKind::finalize;
}

class Replicas {
 public:
  // The first `honest` of four validators run; the others' keys are the test's.
  explicit Replicas(std::size_t honest) {
    genesis_.origin = {"ledger.example.org/replicas"};
    genesis_.time = {1'700'000'000'000};
    for (std::size_t i = 0; i < validators; ++i) {
      const auto role = i == 0                ? ledger::Role::platform
                        : i + 1 == validators ? ledger::Role::auditor
                                              : ledger::Role::ngo;
      genesis_.members.items.push_back(
          {{name(i)}, {name(i)}, role, crash_key(name(i)).public_key()});
      genesis_.validators.items.push_back({name(i)});
    }
    std::ranges::sort(genesis_.members.items, {}, &ledger::Member::member);
    network_ = ledger::network_id(genesis_);
    for (std::size_t i = 0; i < honest; ++i) {
      EXPECT_TRUE(create_node(directory(i), genesis_));
      members_.push_back(std::make_unique<Member>(*this, i));
    }
    for (std::size_t i = 0; i < honest; ++i) {
      for (std::size_t j = 0; j < honest; ++j) {
        if (i != j) members_[i]->replica->connected(static_cast<PeerIndex>(j));
      }
    }
    settle();
  }

  static std::string name(std::size_t i) { return test::member_name(i, validators); }
  std::filesystem::path directory(std::size_t i) const { return place_.path() / name(i); }
  Replica& at(std::size_t i) { return *members_[i]->replica; }
  void close() { members_.clear(); }

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
  void pass(milliseconds time) {
    now_.ticks += time;
    now_.wall_clock_ms += static_cast<std::uint64_t>(time.count());
    settle();
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

  bool cut = false;                        // All frames are lost.
  std::function<void(const Sent&)> watch;  // Sees every frame that is delivered.

 private:
  struct Member final : Peers {
    Member(Replicas& its_net, std::size_t i)
        : net(its_net), self(static_cast<PeerIndex>(i)), key(crash_key(name(i))) {
      storage::StoreOptions options;
      options.directory = net.directory(i) / "db";
      store = std::move(*storage::Store::open(std::move(options)));
      ReplicaOptions made;
      made.self = {name(i)};
      made.clock = [&the = net] { return the.now_; };
      replica = std::make_unique<Replica>(std::move(made), net.genesis_, key, *store, *this,
                                          *read_durable(*store));
      replica->start();
    }
    ~Member() override { replica->stop(); }

    void set_peers(const std::vector<ReplicaPeer>& peers) override { members = peers; }
    void send(PeerIndex to, const network::Frame& frame) override {
      for (const ReplicaPeer& peer : members) {
        if (peer.index == to) net.frames_.push_back({self, net.number_of(peer.member), frame});
      }
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
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Replica> replica;
  };

  test::TemporaryDirectory place_;
  ledger::Genesis genesis_;
  ledger::NetworkId network_;
  consensus::Now now_{milliseconds(1'000), 1'800'000'000'000};
  std::deque<Sent> frames_, held_;
  std::vector<std::pair<PeerIndex, std::string>> cut_off_;
  std::vector<std::unique_ptr<Member>> members_;
};

// One waits, becomes final, and another comes, all before the leader looks at its pool again: as
// many wait as before.
TEST(Replica, TheLeaderHearsOfWhatCameWhileAnotherBecameFinal) {
  Replicas net(validators);
  net.open_fund();
  const auto first = net.tell(0, "platform", test::crash_donation(1));
  net.settle([](const Sent& sent) { return is_finalizing(sent.frame); });
  ASSERT_FALSE(first->has_value());

  // All votes of the first and the second submission reach everybody at once.
  const auto second = net.tell(0, "platform", test::crash_donation(2));
  auto frames = net.take_frames();
  for (const Sent& sent : net.take_held()) net.deliver(sent);
  for (const Sent& sent : frames) net.deliver(sent);
  net.settle();
  ASSERT_TRUE(first->has_value() && (*first)->has_value());
  ASSERT_TRUE(second->has_value()) << "it waits until the leader's view is given up";
  EXPECT_TRUE((*second)->has_value());
}

TEST(Replica, ProofsOfContradictoryVotesAreToldToAllAndOutliveARestart) {
  constexpr PeerIndex twin = 3;
  Replicas net(3);
  net.open_fund();
  const std::uint64_t view = net.at(0).report().view;
  const Vote one = net.sign(twin, VoteKind::notarize, view, 1);
  const Vote other = net.sign(twin, VoteKind::notarize, view, 2);
  for (PeerIndex to = 0; to < 3; ++to) net.deliver({twin, to, to_frame(one)});
  net.deliver({twin, 0, to_frame(other)});  // One of them is told another thing.
  net.settle();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto evidence = net.at(i).report().evidence;
    ASSERT_EQ(evidence->size(), 1U) << Replicas::name(i);
    EXPECT_EQ(evidence->front().accused.value, "auditor");
    EXPECT_EQ(evidence->front().evidence, consensus::make_evidence(one, other));
  }
  // The honest go on, past the views that the twin should lead.
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto told = net.tell(0, "platform", test::crash_donation(i));
    EXPECT_LT(net.live(), milliseconds(5'000));
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
  }
  net.close();
  for (std::size_t i = 0; i < 3; ++i) {
    storage::StoreOptions options;
    options.directory = net.directory(i) / "db";
    const auto store = storage::Store::open(std::move(options));
    ASSERT_TRUE(store);
    EXPECT_TRUE(read_durable(**store));
    ASSERT_EQ(read_evidence(**store).size(), 1U);
    EXPECT_EQ(read_evidence(**store)[0].evidence, consensus::make_evidence(one, other));
  }
}

TEST(Replica, AnAlarmOutlivesTheEpochInWhichItWasRaised) {
  constexpr PeerIndex alarmed = 1;
  Replicas net(validators);
  net.open_fund();
  // A proof that its key is used twice.
  const std::uint64_t view = net.at(0).report().view;
  const auto evidence = consensus::make_evidence(net.sign(alarmed, VoteKind::notarize, view, 1),
                                                 net.sign(alarmed, VoteKind::notarize, view, 2));
  net.deliver({0, alarmed, to_frame(evidence)});
  net.settle();
  ASSERT_EQ(net.at(alarmed).report().alarm, "own_contradiction");

  // The other three agree on other validators, of whom it is one again.
  const ledger::ValidatorChange change{
      0, {{{Replicas::name(0)}, {Replicas::name(1)}, {Replicas::name(2)}}}, {}};
  const auto proposed = net.tell(0, Replicas::name(0), ledger::Record{{"g"}, change});
  net.live();
  ASSERT_TRUE(proposed->has_value() && (*proposed)->has_value());
  const ledger::RecordId id = (**proposed)->ids.front();
  for (const std::size_t i : {1, 2}) {
    net.tell(0, Replicas::name(i), ledger::Record{{"g"}, ledger::Approval{id, {}}});
    net.live();
  }
  ASSERT_EQ(net.at(0).report().epoch, 1U);
  std::size_t votes = 0;
  net.watch = [&](const Sent& sent) {
    const auto message = read_message(sent.frame);
    if (!message || sent.from != alarmed) return;
    votes += std::holds_alternative<Vote>(*message) ? 1 : 0;
    votes += std::holds_alternative<consensus::Proposal>(*message) ? 1 : 0;
  };
  for (std::uint64_t i = 0; i < 6; ++i) {
    const auto told = net.tell(0, "platform", test::crash_donation(i));
    net.live();
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
  }
  EXPECT_EQ(votes, 0U);
  const ReplicaReport report = net.at(alarmed).report();
  EXPECT_EQ(report.epoch, 1U) << "it follows";
  EXPECT_EQ(report.role, ReplicaRole::halted);
  EXPECT_EQ(report.alarm, "own_contradiction");
}

// No block has become final since Friday.
TEST(Replica, ARecordOfTodayIsTakenHoweverLongTheNetworkHasStoodStill) {
  Replicas net(validators);
  net.open_fund();
  net.cut = true;
  const auto friday = net.tell(0, "platform", test::crash_donation(1));
  for (int hour = 0; hour < 72; ++hour) net.pass(std::chrono::hours(1));
  ASSERT_FALSE(friday->has_value());
  ledger::Record record = test::crash_donation(2);
  auto& donation = std::get<ledger::Donation>(record.body);
  donation.paid_on = net.today();
  const auto monday = net.tell(0, "platform", record);
  EXPECT_FALSE(monday->has_value()) << "refused, and not by what is wrong with it";
  net.cut = false;
  net.live();
  for (const auto& each : {friday, monday}) {
    ASSERT_TRUE(each->has_value());
    EXPECT_TRUE((*each)->has_value());
  }
}

TEST(Replica, ALiarFillsNoDiskWithProofs) {
  constexpr PeerIndex twin = 3;
  Replicas net(3);
  const std::uint64_t view = net.at(0).report().view;
  for (std::uint64_t ahead = 0; ahead < 40; ++ahead) {
    for (std::uint8_t block = 1; block <= 3; ++block)
      net.deliver({twin, 0, to_frame(net.sign(twin, VoteKind::notarize, view + ahead, block))});
    net.settle();
  }
  EXPECT_EQ(net.at(0).report().evidence->size(), EvidenceBook::kept_of_one_max);
  EXPECT_EQ(net.at(1).report().evidence->size(), EvidenceBook::kept_of_one_max);
}

// What a replica sent to `to` of this kind, and no others.
template <class Wanted>
std::vector<Wanted> answers(Replicas& net, PeerIndex to) {
  std::vector<Wanted> found;
  for (const Sent& sent : net.take_frames()) {
    const auto message = read_message(sent.frame);
    if (!message || sent.to != to) continue;
    if (const auto* wanted = std::get_if<Wanted>(&*message)) found.push_back(*wanted);
  }
  return found;
}

TEST(Replica, ServesBlocksFromItsLogByHashAndByHeight) {
  constexpr PeerIndex asking = 3;
  Replicas net(3);
  net.open_fund();
  net.deliver({asking, 0, to_frame(consensus::GetChain{{1}})});
  const auto chains = answers<consensus::Chain>(net, asking);
  ASSERT_EQ(chains.size(), 1U);
  auto newest_first = chains[0].blocks.items;
  ASSERT_EQ(newest_first.size(), 3U);
  std::ranges::reverse(newest_first);
  for (std::uint8_t i = 0; i < 3; ++i) {
    net.deliver({asking, 0, to_frame(consensus::GetBlocks{newest_first[i].hash, 63})});
    const auto blocks = answers<consensus::Blocks>(net, asking);
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(blocks[0].blocks.items, std::vector(newest_first.begin() + i, newest_first.end()));
  }
  net.deliver({asking, 0, to_frame(consensus::GetBlocks{newest_first[0].hash, 1})});
  EXPECT_EQ(answers<consensus::Blocks>(net, asking).at(0).blocks.items.size(), 2U);
  net.deliver({asking, 0, to_frame(consensus::GetBlocks{newest_first[2].parent, 1})});
  EXPECT_TRUE(answers<consensus::Blocks>(net, asking).empty()) << "the genesis is everybody's";
}

// A request of a few bytes costs the strand megabytes.
TEST(Replica, IsNotKeptBusyByOnePeersRequests) {
  constexpr PeerIndex greedy = 3;
  Replicas net(3);
  net.open_fund();
  std::vector<ledger::Record> donations;
  for (std::uint64_t i = 0; i < 900; ++i) donations.push_back(test::crash_donation(i));
  net.tell(0, "platform", std::move(donations));
  net.live();
  net.take_frames();
  const auto ask = [&](const consensus::Message& request) {
    net.deliver({greedy, 0, to_frame(request)});
    std::size_t bytes = 0;
    for (const Sent& sent : net.take_frames()) bytes += sent.frame.bytes.size();
    return bytes;
  };
  const std::size_t once = ask(consensus::GetChain{{1}});
  ASSERT_GT(once, 64'000U);
  EXPECT_LT(ask(consensus::GetChain{{1}}), once) << "large answers are paced by their bytes";
  std::size_t all = 0;
  for (int ms = 0; ms < 1'000; ++ms) {
    for (int i = 0; i < 5; ++i) all += ask(consensus::GetChain{{1}});
    net.pass(milliseconds(1));
  }
  EXPECT_LE(all, 20 * once);
  EXPECT_GE(all, 9 * once) << "it is answered, though";
  std::uint64_t refused = 0;
  for (const auto& [word, count] : net.at(0).report().refused) {
    if (word == "too_often") refused = count;
  }
  EXPECT_GT(refused, 4'000U);
  const auto told = net.tell(0, "platform", test::crash_donation(1'000));
  EXPECT_LT(net.live(), milliseconds(5'000));
  EXPECT_TRUE(told->has_value() && (*told)->has_value());
}

// Also in answers to what was asked while catching up: they count like every other refusal.
TEST(Replica, CountsWhatIsNoMessageAndCutsItsSenderOff) {
  constexpr PeerIndex liar = 3;
  Replicas net(3);
  const std::uint8_t chain = to_frame(consensus::Chain{}).kind;
  network::Frame cut = to_frame(consensus::Blocks{});
  cut.bytes.pop_back();
  network::Frame longer = to_frame(consensus::Chain{});
  longer.bytes.push_back(0);
  network::Frame another = to_frame(consensus::GetChain{{1}});
  another.kind = chain;
  network::Frame too_long = to_frame(consensus::GetBlocks{});
  too_long.bytes.resize(1'000);
  const std::vector<std::pair<network::Frame, std::string>> frames = {
      {cut, "bad_message"},
      {longer, "bad_message"},
      {another, "bad_message"},
      {{chain, {}}, "unknown_message"},
      {{chain, {200}}, "unknown_message"},
      {too_long, "message_too_long"},
      {{checkpoint_share_frame, {1, 2, 3}}, "bad_message"},
      {{submission_frame, {1, 2, 3}}, "bad_encoding"}};
  std::map<std::string, std::uint64_t> wanted;
  net.take_cut_off();
  for (const auto& [frame, word] : frames) {
    ++wanted[word];
    net.deliver({liar, 0, frame});
    const auto cut_off = net.take_cut_off();
    ASSERT_EQ(cut_off.size(), 1U) << word;
    EXPECT_EQ(cut_off.front(), std::pair(liar, word));
  }
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [word, count] : net.at(0).report().refused) {
    if (wanted.contains(word)) counted[word] = count;
  }
  EXPECT_EQ(counted, wanted);
}

}  // namespace
}  // namespace centime::runtime
