#include "tests/runtime/several_nodes.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "node/network/network.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/audit.h"
#include "node/runtime/peer_frames.h"
#include "tests/runtime/crash_network.h"

namespace centime::test {
namespace {

using namespace std::chrono_literals;
using runtime::SubmitResult;

// Every stopped node has the same bytes, and they hold.
void expect_equal_logs_that_hold(SeveralNodes& nodes) {
  nodes.close_all();
  const auto first = entries_of(nodes.directory(0));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_TRUE(entries_of(nodes.directory(i)) == first) << nodes.name(i) << " has another log";
    auto source = runtime::open_store_source(nodes.directory(i));
    ASSERT_TRUE(source) << source.error();
    const auto report = runtime::audit(**source, {});
    EXPECT_TRUE(report) << nodes.name(i);
  }
}

TEST(SeveralNodes, AgreeOnWhatAnyOfThemIsTold) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  for (std::size_t i = 0; i < 4; ++i) {
    const auto receipt = nodes.donate(i, 10 * i, 3);
    ASSERT_TRUE(receipt) << nodes.name(i);
    EXPECT_FALSE(receipt->repeat);
    // What was answered can be read at the node that answered.
    const auto now = nodes.node(i).published();
    ASSERT_EQ(receipt->entries.size(), 3U);
    EXPECT_EQ(now->snapshot->find_record(receipt->ids[0]), receipt->entries[0]);
    EXPECT_LE(receipt->height, now->snapshot->head().height);
  }
  EXPECT_TRUE(nodes.agree(7));
  expect_equal_logs_that_hold(nodes);
}

TEST(SeveralNodes, RefuseAtOnceWhatTheLedgerForbidsAndAnswerRepeatsWithTheFirstEntries) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  const auto first = nodes.donate(1, 0, 2);
  ASSERT_TRUE(first);
  ASSERT_TRUE(nodes.agree(first->height.value));
  const std::uint64_t size = nodes.node(2).published()->snapshot->head().size;

  const auto again = nodes.donate(2, 0, 2);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeat);
  EXPECT_EQ(again->entries, first->entries);

  ledger::Record wrong = crash_donation(7);
  std::get<ledger::Donation>(wrong.body).fund = {"nowhere"};
  const auto refused = nodes.submit(3, "platform", std::move(wrong));
  ASSERT_FALSE(refused);
  const auto& rejection = std::get<ledger::Rejection>(refused.error());
  ASSERT_EQ(rejection.records.size(), 1U);
  EXPECT_EQ(rejection.records[0].refusal.word, ledger::Word::unknown_fund);
  EXPECT_EQ(nodes.node(2).published()->snapshot->head().size, size);
}

TEST(SeveralNodes, AnswerTheSameSubmissionAtTwoOfThemButRecordItOnce) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  for (std::uint64_t round = 0; round < 5; ++round) {
    auto other = std::async(std::launch::async, [&] { return nodes.donate(2, round * 10, 4); });
    const auto one = nodes.donate(1, round * 10, 4);
    const auto two = other.get();
    ASSERT_TRUE(one);
    ASSERT_TRUE(two);
    EXPECT_EQ(one->entries, two->entries);
  }
  EXPECT_TRUE(nodes.agree(0));
  expect_equal_logs_that_hold(nodes);
}

TEST(SeveralNodes, RecordTheirOwnHoweverOftenAStrangerTellsThemWhatWasRefused) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  std::vector<ledger::Record> wrong;
  while (wrong.size() < 2'000) wrong.push_back(crash_donation(1'000 + wrong.size()));
  std::get<ledger::Donation>(wrong.back().body).fund = {"nowhere"};
  const auto refused = ledger::sign_submission(nodes.node(0).network(), {"platform"},
                                               crash_key("platform"), std::move(wrong));
  const auto begun = std::chrono::steady_clock::now();
  bool busy = false;
  for (int i = 0; i < 100 && !busy; ++i) {
    const auto result = nodes.node(0).submit_and_wait(refused);
    ASSERT_FALSE(result);
    busy = std::holds_alternative<runtime::Unavailable>(result.error());
  }
  // It is forgiven every ten seconds: a machine this slow never wastes so much within them.
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(busy || took > std::chrono::seconds(40));
  EXPECT_TRUE(nodes.node(0).record_and_wait({crash_donation(1)}));
}

TEST(SeveralNodes, SignTheCheckpointTogether) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  ASSERT_TRUE(nodes.donate(0, 0));
  for (std::size_t i = 0; i < 4; ++i) {
    const auto policy = proof::policy_of(nodes.node(i).genesis());
    EXPECT_TRUE(eventually([&] {
      const auto certified = nodes.node(i).certified();
      if (!certified) return false;
      const auto verified = proof::verify_checkpoint(certified->checkpoint(), policy);
      return certified->snapshot->head().height.value >= 4 && verified &&
             verified->cosigners.size() >= 3 &&
             verified->checkpoint.size == certified->snapshot->head().size;
    })) << nodes.name(i);
  }
}

TEST(SeveralNodes, GoOnWithoutOneOfThemWhichCatchesUpWhenItIsBack) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  nodes.close(3);
  for (std::uint64_t i = 0; i < 12; ++i) ASSERT_TRUE(nodes.donate(i % 3, i)) << i;
  nodes.open(3);
  EXPECT_TRUE(nodes.agree(nodes.height(0)));
  const auto receipt = nodes.donate(3, 100);
  ASSERT_TRUE(receipt);
  EXPECT_TRUE(nodes.agree(receipt->height.value));
  expect_equal_logs_that_hold(nodes);
}

TEST(SeveralNodes, GoOnAfterAllWereStoppedAtOnce) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  for (std::uint64_t life = 0; life < 3; ++life) {
    ASSERT_TRUE(nodes.donate(life, life));
    nodes.close_all();
    nodes.open_all();
    const auto receipt = nodes.donate(3 - life, 100 + life);
    ASSERT_TRUE(receipt);
    EXPECT_TRUE(nodes.agree(receipt->height.value));
  }
  expect_equal_logs_that_hold(nodes);
}

// It may have signed anything on the lost disk: at first it signs nothing, and asks.
TEST(SeveralNodes, AMemberThatLostItsDiskLearnsWhereTheOthersAreBeforeItVotes) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  ASSERT_TRUE(nodes.donate(0, 0));
  // At rest: whatever leaders give way is over.
  std::uint64_t view = 0;
  ASSERT_TRUE(eventually([&] {
    std::this_thread::sleep_for(4 * consensus::Timing{}.give_way);
    return std::exchange(view, nodes.node(0).agreement()->view) == nodes.node(0).agreement()->view;
  }));
  nodes.close(2);
  nodes.wipe(2);
  nodes.open(2);
  EXPECT_EQ(nodes.node(2).agreement()->role, runtime::ReplicaRole::waiting);
  EXPECT_TRUE(nodes.agree(nodes.height(0)));
  // It abstains from the view under way and the next, in which it may have voted: whoever took
  // another node away now would stop the network for good. The others pass these views for it.
  EXPECT_TRUE(eventually([&] {
    return nodes.said(2, runtime::LogLevel::warn, "rejoined: this node knows what it may have");
  }));
  EXPECT_TRUE(nodes.said(2, runtime::LogLevel::warn, "rejoin: "));
  nodes.close(2);
  nodes.open(2);
  EXPECT_TRUE(eventually([&] { return nodes.votes(2); })) << "though nothing is recorded";
  EXPECT_FALSE(nodes.node(2).agreement()->votes_from_view);
  EXPECT_TRUE(nodes.said(2, runtime::LogLevel::info, "rejoined: this node votes again"));
  nodes.close(1);  // Now its vote is needed.
  const auto receipt = nodes.donate(0, 50);
  ASSERT_TRUE(receipt);
  nodes.open(1);
  EXPECT_TRUE(nodes.agree(receipt->height.value));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_FALSE(nodes.node(i).agreement()->alarm);
  expect_equal_logs_that_hold(nodes);
}

TEST(SeveralNodes, AMemberThatLostItsDiskDoesNotVoteAfterARestartBeforeItHasLearnt) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  nodes.close(2);
  nodes.wipe(2);
  nodes.close(1);  // With it away there are not enough others to learn from.
  nodes.open(2);
  EXPECT_TRUE(eventually([&] { return nodes.height(2) >= 3; }));
  nodes.close(2);
  nodes.open(2);
  EXPECT_EQ(nodes.node(2).agreement()->role, runtime::ReplicaRole::waiting);
  nodes.open(1);
  EXPECT_TRUE(eventually([&] {
    const auto report = nodes.node(2).agreement();
    return report->votes_from_view || report->role == runtime::ReplicaRole::validator;
  }));
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_TRUE(nodes.donate(2, i));
  EXPECT_TRUE(nodes.votes(2));
}

TEST(SeveralNodes, AMemberWithoutAVoteFollowsAndHandsItsSubmissionsOn) {
  SeveralNodes nodes(4, 5);  // The auditor has no vote.
  nodes.open_all();
  nodes.set_up_fund();
  EXPECT_EQ(nodes.node(4).agreement()->role, runtime::ReplicaRole::follower);
  const auto receipt = nodes.donate(4, 0, 3);
  ASSERT_TRUE(receipt);
  EXPECT_TRUE(nodes.agree(receipt->height.value));
  const auto policy = proof::policy_of(nodes.node(4).genesis());
  EXPECT_TRUE(eventually([&] {
    const auto certified = nodes.node(4).certified();
    return certified && proof::verify_checkpoint(certified->checkpoint(), policy).has_value();
  }));
  nodes.close(4);
  for (std::uint64_t i = 1; i < 6; ++i) ASSERT_TRUE(nodes.donate(i % 4, 10 * i));
  nodes.open(4);
  EXPECT_TRUE(nodes.agree(nodes.height(0)));
  expect_equal_logs_that_hold(nodes);
}

// A member's key in the hands of a program that speaks nonsense in every kind of frame.
TEST(SeveralNodes, GoOnWhenAMemberSpeaksGarbageAndCutItOff) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  network::NetworkOptions options;
  options.network_id = {nodes.node(0).network().bytes};
  options.frames = runtime::peer_frame_rules();
  nodes.close(3);
  network::Network liar(options, crash_key(nodes.name(3)));
  std::vector<network::Peer> peers;
  for (std::uint32_t i = 0; i < 3; ++i) {
    peers.push_back({{i},
                     nodes.name(i),
                     crash_key(nodes.name(i)).public_key(),
                     {{"127.0.0.1", nodes.port(i)}}});
  }
  ASSERT_TRUE(liar.start());
  liar.set_peers(peers);
  std::uint64_t cut = 0;
  std::uint8_t kind = 1;
  const auto end = std::chrono::steady_clock::now() + 8s;
  while (std::chrono::steady_clock::now() < end && cut < 6) {
    const auto event = liar.next(std::chrono::steady_clock::now() + 100ms);
    if (event && std::holds_alternative<network::Disconnected>(event->what)) ++cut;
    if (!event || !std::holds_alternative<network::Connected>(event->what)) continue;
    // One nonsense for each link.
    liar.send(event->peer, {kind, crypto::Bytes(8, 0xee)});
    kind = static_cast<std::uint8_t>(kind % 12 + 1);
  }
  EXPECT_GE(cut, 3U);
  const auto receipt = nodes.donate(0, 0);
  ASSERT_TRUE(receipt);
  liar.stop();
  nodes.open(3);
  EXPECT_TRUE(nodes.agree(receipt->height.value));
  expect_equal_logs_that_hold(nodes);
}

TEST(SeveralNodes, FillBlocksFromManySubmissionsAtAllOfThemAndLoseNone) {
  SeveralNodes nodes(4);
  nodes.open_all();
  nodes.set_up_fund();
  constexpr std::uint64_t each = 100;
  std::atomic<std::uint64_t> good = 0;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      std::vector<std::future<SubmitResult>> answers;
      for (std::uint64_t k = 0; k < each; ++k) {
        auto promise = std::make_shared<std::promise<SubmitResult>>();
        answers.push_back(promise->get_future());
        nodes.node(i).submit(
            ledger::sign_submission(nodes.node(i).network(), {"platform"}, crash_key("platform"),
                                    {crash_donation(1'000 * i + k)}),
            [promise](SubmitResult result) { promise->set_value(std::move(result)); });
      }
      for (auto& answer : answers) good += answer.get().has_value() ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 4 * each);
  EXPECT_TRUE(nodes.agree(0));
  const auto now = nodes.node(0).published();
  EXPECT_LT(now->snapshot->head().height.value, 4 * each) << "a block for each submission";
  expect_equal_logs_that_hold(nodes);
}

}  // namespace
}  // namespace centime::test
