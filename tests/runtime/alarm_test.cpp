// What a node that has seen proof that agreement broke still does, and knows after a restart.
#include <gtest/gtest.h>

#include "consensus/durable.h"
#include "crypto/note.h"
#include "node/runtime/alarm_record.h"
#include "node/runtime/instance_guard.h"
#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

using consensus::Alarm;

constexpr StoredVotes doubted = StoredVotes::doubted;

// As the engine keeps it.
void put_alarm(storage::Store& store, Alarm alarm) {
  const consensus::RaisedAlarm raised{alarm, 0, {9}, 1'800'000'000'000};
  const storage::VoteRow row{consensus::alarm_key(), crypto::encode(raised)};
  store.write_votes({&row, 1});
}

class AlarmedReplica : public testing::Test {
 protected:
  static constexpr PeerIndex alarmed = 1;

  AlarmedReplica() : net_(validators) {
    net_.open_fund();
    net_.watch = [this](const Sent& sent) {
      if (sent.from != alarmed) return;
      if (sent.frame.kind == checkpoint_share_frame) ++shares_;
      const auto message = read_message(sent.frame);
      if (message && std::holds_alternative<Vote>(*message)) ++votes_;
    };
  }

  // A proof that its key is used twice.
  void raise() {
    const std::uint64_t view = net_.at(0).report().view;
    const auto evidence = consensus::make_evidence(net_.sign(alarmed, VoteKind::notarize, view, 1),
                                                   net_.sign(alarmed, VoteKind::notarize, view, 2));
    net_.deliver({0, alarmed, to_frame(evidence)});
    net_.settle();
  }

  void donate(std::uint64_t number) {
    const auto told = net_.tell(0, "platform", test::crash_donation(number));
    net_.live();
    ASSERT_TRUE(told->has_value() && (*told)->has_value());
    net_.pass(milliseconds(5));  // Its checkpoint is signed then.
  }

  std::size_t signatures_of_its_checkpoint() const {
    const std::string note = net_.checkpoint_of(alarmed);
    if (note.empty()) return 0;
    const std::size_t text = note.find("\n\n");
    EXPECT_NE(text, std::string::npos);
    return static_cast<std::size_t>(
        std::ranges::count(note.substr(std::min(text + 2, note.size())), '\n'));
  }

  std::unique_ptr<storage::Store> store() const {
    storage::StoreOptions options;
    options.directory = net_.directory(alarmed) / "db";
    return std::move(*storage::Store::open(std::move(options)));
  }

  Replicas net_;
  std::size_t votes_ = 0;
  std::size_t shares_ = 0;
};

TEST_F(AlarmedReplica, SignsNoCheckpoint) {
  donate(1);
  EXPECT_GT(votes_, 0U);
  EXPECT_GT(shares_, 0U);
  EXPECT_EQ(signatures_of_its_checkpoint(), 2U);
  raise();
  ASSERT_EQ(net_.at(alarmed).report().alarm, "own_contradiction");
  EXPECT_EQ(net_.level_of(alarmed, "alarm: "), LogLevel::error);
  EXPECT_EQ(net_.level_of(alarmed, "evidence: "), LogLevel::warn);
  votes_ = shares_ = 0;
  for (std::uint64_t i = 2; i < 8; ++i) donate(i);
  EXPECT_EQ(votes_, 0U);
  EXPECT_EQ(shares_, 0U);
  EXPECT_EQ(net_.at(alarmed).fin().height, net_.at(0).fin().height) << "it follows";
  EXPECT_EQ(signatures_of_its_checkpoint(), 0U);
  // Nor does it hand out again what it signed before.
  net_.at(alarmed).connected(0);
  net_.settle();
  EXPECT_EQ(shares_, 0U);
}

TEST_F(AlarmedReplica, SignsNothingAfterARestartEither) {
  raise();
  votes_ = shares_ = 0;
  net_.restart(alarmed);
  net_.settle();
  const ReplicaReport report = net_.at(alarmed).report();
  EXPECT_EQ(report.role, ReplicaRole::halted);
  EXPECT_EQ(report.alarm, "own_contradiction");
  EXPECT_EQ(signatures_of_its_checkpoint(), 0U);
  for (std::uint64_t i = 2; i < 8; ++i) donate(i);
  EXPECT_EQ(votes_, 0U);
  EXPECT_EQ(shares_, 0U);
  EXPECT_EQ(net_.at(alarmed).fin().height, net_.at(0).fin().height) << "it follows";
}

TEST_F(AlarmedReplica, IsClearedByWhoNamesTheAlarmAndThenAsksTheOthers) {
  raise();
  net_.close();
  const std::filesystem::path directory = net_.directory(alarmed);
  const ledger::MemberId self{Replicas::name(alarmed)};
  const auto raised = read_alarm(*store());
  ASSERT_TRUE(raised);
  EXPECT_EQ(raised->alarm, Alarm::own_contradiction);
  EXPECT_GT(raised->wall_clock_ms, 0U);
  ASSERT_TRUE(begin_instance(directory, *store(), self));
  ASSERT_EQ(count_start(directory, *store(), self)->past, Past::known);

  const auto other = clear_alarm(directory, Alarm::finalized_conflict, doubted);
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().starts_with("alarm_differs: ")) << other.error();
  EXPECT_EQ(read_alarm(*store()), raised);

  const auto vouched = clear_alarm(directory, Alarm::own_contradiction, StoredVotes::whole);
  ASSERT_FALSE(vouched);
  EXPECT_TRUE(vouched.error().starts_with("others_can_tell: ")) << vouched.error();
  EXPECT_EQ(read_alarm(*store()), raised);

  const auto cleared = clear_alarm(directory, Alarm::own_contradiction, doubted);
  ASSERT_TRUE(cleared);
  EXPECT_EQ(*cleared, raised);
  EXPECT_FALSE(read_alarm(*store()));
  const auto start = count_start(directory, *store(), self);
  ASSERT_TRUE(start);
  EXPECT_EQ(start->past, Past::lost) << "it votes only once the others have told";
  EXPECT_TRUE(read_durable(*store()));

  const auto again = clear_alarm(directory, Alarm::own_contradiction, doubted);
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

// They say nothing of votes, so whoever disagreed with the others and was mended votes at once: two
// of four that asked instead would wait for each other for good.
TEST_F(AlarmedReplica, TrustsItsVotesAfterAnAlarmAboutAnExecution) {
  donate(1);
  net_.close();
  const std::filesystem::path directory = net_.directory(alarmed);
  const ledger::MemberId self{Replicas::name(alarmed)};
  ASSERT_TRUE(begin_instance(directory, *store(), self));
  for (const Alarm alarm : {Alarm::notarized_invalid, Alarm::finalized_invalid}) {
    for (const StoredVotes votes : {StoredVotes::doubted, StoredVotes::whole}) {
      EXPECT_FALSE(doubts_votes(alarm));
      put_alarm(*store(), alarm);
      ASSERT_TRUE(clear_alarm(directory, alarm, votes));
      EXPECT_FALSE(read_alarm(*store()));
      EXPECT_EQ(count_start(directory, *store(), self)->past, Past::known);
    }
  }
  // What the start finds counts all the same.
  put_alarm(*store(), Alarm::notarized_invalid);
  std::filesystem::remove(directory / "instance");
  ASSERT_TRUE(clear_alarm(directory, Alarm::notarized_invalid, doubted));
  EXPECT_EQ(count_start(directory, *store(), self)->past, Past::lost);
}

// q others are needed to tell: of two validators there is one.
TEST(ClearedAlarm, NeedsAPersonsWordWhereTooFewOthersAreLeft) {
  EXPECT_FALSE(others_can_tell(1));
  EXPECT_FALSE(others_can_tell(2));
  for (std::size_t n = 3; n <= 50; ++n) EXPECT_TRUE(others_can_tell(n)) << n;
}

class AlarmedOfTwo : public testing::Test {
 protected:
  AlarmedOfTwo() : nodes_(2, 3) {
    nodes_.open_all();
    nodes_.set_up_fund();
    EXPECT_TRUE(nodes_.donate(1, 1));
    EXPECT_TRUE(nodes_.agree(1));
    nodes_.close(1);
  }

  void put(Alarm alarm) {
    storage::StoreOptions options;
    options.directory = nodes_.directory(1) / "db";
    put_alarm(**storage::Store::open(std::move(options)), alarm);
  }

  test::SeveralNodes nodes_;
};

TEST_F(AlarmedOfTwo, VotesAgainIfAPersonVouchesForItsStore) {
  put(Alarm::unknown_own_vote);
  const auto asked = clear_alarm(nodes_.directory(1), Alarm::unknown_own_vote, doubted);
  ASSERT_FALSE(asked);
  EXPECT_TRUE(asked.error().starts_with("nobody_to_ask: ")) << asked.error();
  nodes_.open(1);
  EXPECT_TRUE(test::eventually([&] {
    return nodes_.node(1).agreement()->role == ReplicaRole::halted;
  })) << "nothing was cleared";
  nodes_.close(1);
  ASSERT_TRUE(clear_alarm(nodes_.directory(1), Alarm::unknown_own_vote, StoredVotes::whole));
  nodes_.open(1);
  EXPECT_TRUE(nodes_.donate(0, 2)) << "both are needed";
  EXPECT_EQ(nodes_.node(1).agreement()->role, ReplicaRole::validator);
}

// Nobody has to vouch for what nobody doubts.
TEST_F(AlarmedOfTwo, VotesAgainByItselfAfterAnAlarmAboutAnExecution) {
  put(Alarm::notarized_invalid);
  ASSERT_TRUE(clear_alarm(nodes_.directory(1), Alarm::notarized_invalid, doubted));
  nodes_.open(1);
  EXPECT_TRUE(nodes_.donate(0, 2)) << "both are needed";
  EXPECT_EQ(nodes_.node(1).agreement()->role, ReplicaRole::validator);
}

TEST_F(AlarmedReplica, KeepsTheAlarmOfAStoreThatIsInUse) {
  raise();
  const auto cleared = clear_alarm(net_.directory(alarmed), Alarm::own_contradiction, doubted);
  ASSERT_FALSE(cleared);
  EXPECT_TRUE(cleared.error().starts_with("store_in_use: ")) << cleared.error();
}

}  // namespace
}  // namespace centime::runtime
