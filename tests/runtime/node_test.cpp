#include "node/runtime/node.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "crypto/note.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/repeats.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/several_nodes.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::test {
namespace {

using runtime::Node;
using runtime::SubmitResult;

class NodeTest : public testing::Test {
 protected:
  void SetUp() override {
    create_crash_network(directory_.path() / "node");
    open();
  }

  void open(runtime::NodeOptions options = {}) {
    node_.reset();
    options.directory = directory_.path() / "node";
    options.self = {"platform"};
    auto node = Node::open(std::move(options), crash_key("platform"));
    ASSERT_TRUE(node) << node.error();
    node_ = std::move(*node);
  }

  std::vector<ledger::Record> donations(std::uint64_t from, std::uint64_t count) {
    std::vector<ledger::Record> records;
    for (std::uint64_t i = 0; i < count; ++i) records.push_back(crash_donation(from + i));
    return records;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Node> node_;
};

TEST_F(NodeTest, AnswersWithEntriesIdsAndHeightThatReadersSeeAtOnce) {
  const auto receipt = node_->record_and_wait(donations(0, 3));
  ASSERT_TRUE(receipt);
  EXPECT_FALSE(receipt->repeat);
  const auto now = node_->published();
  EXPECT_EQ(receipt->height, now->snapshot->head().height);
  ASSERT_EQ(receipt->entries.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(now->snapshot->find_record(receipt->ids[i]), receipt->entries[i]);
    EXPECT_EQ(now->snapshot->record(receipt->entries[i]).authored.record.reference.value,
              "gift-" + std::to_string(i));
  }
}

TEST_F(NodeTest, AnswersARepeatWithTheFirstEntriesAlsoAfterARestart) {
  const auto first = node_->record_and_wait(donations(0, 2));
  ASSERT_TRUE(first);
  const std::uint64_t size = node_->published()->snapshot->head().size;
  node_.reset();
  open();
  const auto again = node_->record_and_wait(donations(0, 2));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeat);
  EXPECT_EQ(again->entries, first->entries);
  EXPECT_EQ(again->ids, first->ids);
  EXPECT_EQ(node_->published()->snapshot->head().size, size) << "a repeat added something";
}

TEST_F(NodeTest, RefusesABadSubmissionAndLeavesTheLogAsItWas) {
  const std::uint64_t size = node_->published()->snapshot->head().size;
  auto records = donations(0, 2);
  std::get<ledger::Donation>(records[1].body).fund = {"nowhere"};
  const auto result = node_->record_and_wait(std::move(records));
  ASSERT_FALSE(result);
  const auto& rejection = std::get<ledger::Rejection>(result.error());
  ASSERT_EQ(rejection.records.size(), 1U);
  EXPECT_EQ(rejection.records[0].index, 1U);
  EXPECT_EQ(rejection.records[0].refusal.word, ledger::Word::unknown_fund);
  EXPECT_EQ(node_->published()->snapshot->head().size, size);
}

TEST_F(NodeTest, RefusesBytesThatAreNoSubmissionAndSignaturesForAnotherNetwork) {
  std::promise<SubmitResult> promise;
  node_->submit(crypto::Bytes{1, 2, 3},
                [&](SubmitResult result) { promise.set_value(std::move(result)); });
  const auto garbage = promise.get_future().get();
  ASSERT_FALSE(garbage);
  EXPECT_EQ(std::get<ledger::Rejection>(garbage.error()).whole.word, ledger::Word::bad_encoding);

  const auto foreign = node_->submit_and_wait(
      ledger::sign_submission({}, {"platform"}, crash_key("platform"), donations(0, 1)));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(std::get<ledger::Rejection>(foreign.error()).whole.word, ledger::Word::bad_signature);
}

TEST_F(NodeTest, PutsManySubmissionsIntoOneBlockAndAnswersEach) {
  constexpr std::uint64_t submissions = 300;
  std::atomic<std::uint64_t> answered = 0;
  std::promise<void> all;
  const std::uint64_t blocks = node_->counters().blocks;
  for (std::uint64_t i = 0; i < submissions; ++i) {
    node_->record(donations(i * 5, 5), [&](const SubmitResult& result) {
      EXPECT_TRUE(result && !result->repeat);
      if (++answered == submissions) all.set_value();
    });
  }
  all.get_future().wait();
  EXPECT_LT(node_->counters().blocks - blocks, submissions);
  EXPECT_EQ(node_->counters().waiting, 0U);
}

TEST_F(NodeTest, AnswersEverySubmissionWhenItStopsAndNoneIsLost) {
  std::atomic<int> accepted = 0;
  std::atomic<int> stopping = 0;
  std::thread client([&] {
    for (std::uint64_t i = 0; i < 400; ++i) {
      node_->record(donations(i, 1),
                    [&](const SubmitResult& result) { ++(result ? accepted : stopping); });
    }
  });
  node_->stop();
  client.join();
  EXPECT_EQ(accepted + stopping, 400);
  node_.reset();
  open();
  int found = 0;
  for (int i = 0; i < 400; ++i) {
    found +=
        node_->published()->snapshot->find_reference({"platform"}, {"gift-" + std::to_string(i)})
            ? 1
            : 0;
  }
  EXPECT_EQ(found, accepted);
}

TEST_F(NodeTest, RefusesWhatIsTooMuchAsBusyAndRecordsNothingOfIt) {
  runtime::NodeOptions options;
  options.queue_submissions_max = 2;
  ASSERT_NO_FATAL_FAILURE(open(std::move(options)));
  std::atomic<int> busy = 0;
  std::atomic<int> accepted = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    node_->record(donations(i, 1), [&](const SubmitResult& result) {
      if (result) {
        ++accepted;
      } else if (std::get<runtime::Unavailable>(result.error()) == runtime::Unavailable::busy) {
        ++busy;
      }
    });
  }
  node_->stop();
  EXPECT_GT(busy, 0);
  EXPECT_EQ(busy + accepted, 200);
}

// Also behind the first queue: a stranger's submissions must not fill the memory while the strand
// is busy with something else.
TEST_F(NodeTest, HoldsNoMoreBytesThanMayWaitWhereverTheyAre) {
  constexpr std::size_t most = std::size_t{8} << 20;
  runtime::NodeOptions options;
  options.queue_bytes_max = most;
  ASSERT_NO_FATAL_FAILURE(open(std::move(options)));
  const crypto::Bytes large = crypto::encode(ledger::sign_submission(
      node_->network(), {"platform"}, crash_key("platform"), donations(1'000, 2'000)));
  std::promise<void> begun;
  std::promise<void> released;
  std::once_flag once;
  node_->on_block([&, go = released.get_future().share()](const runtime::Published&) {
    std::call_once(once, [&] { begun.set_value(); });
    go.wait();
  });
  std::atomic<std::size_t> accepted = 0, busy = 0;
  const auto note = [&](const SubmitResult& result) { ++(result ? accepted : busy); };
  node_->record(donations(0, 1), note);
  begun.get_future().wait();
  const std::size_t told = 2 * most / large.size();
  ASSERT_LT(told, 1'000U) << "their number is not what is looked at here";
  for (std::size_t i = 0; i < told; ++i) {
    node_->submit(large, note);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // The checkers keep up.
    EXPECT_LE((node_->counters().waiting - 1) * large.size(), most);
  }
  EXPECT_GT(busy, 0U);
  released.set_value();
  EXPECT_TRUE(eventually([&] { return accepted + busy == told + 1; }, std::chrono::seconds(60)));
  EXPECT_GE(accepted, 3 * most / 4 / large.size()) << "a quarter is for its own records";
  // What is answered does not wait any more.
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(node_->record_and_wait(donations(10 + i, 1)));
  EXPECT_EQ(node_->counters().waiting, 0U);
}

// Whoever has seen one that was refused can tell it again and again.
TEST_F(NodeTest, RecordsItsOwnHoweverOftenAStrangerTellsItWhatWasRefused) {
  std::vector<ledger::Record> wrong = donations(1'000, 2'000);
  std::get<ledger::Donation>(wrong.back().body).fund = {"nowhere"};
  const crypto::Bytes refused = crypto::encode(ledger::sign_submission(
      node_->network(), {"platform"}, crash_key("platform"), std::move(wrong)));
  const auto tell = [&](const std::string& client) {
    const auto busy = std::make_shared<std::promise<bool>>();
    const auto note = [busy](const SubmitResult& result) {
      busy->set_value(std::holds_alternative<runtime::Unavailable>(result.error()));
    };
    node_->submit(refused, note, client);
    return busy->get_future().get();
  };
  const auto begun = std::chrono::steady_clock::now();
  int told = 1;
  while (!tell("192.0.2.7") && told < 100) ++told;
  // Forgiven every ten seconds: a machine this slow never wastes so much within them.
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_TRUE(told < 100 || took > std::chrono::seconds(40)) << "it is not tried for ever";
  EXPECT_FALSE(tell("192.0.2.8")) << "another answers for itself";
  EXPECT_TRUE(node_->record_and_wait(donations(0, 1)));
}

// As long as they wait: here the strand does nothing.
TEST_F(NodeTest, KeepsPlacesForItsOwnRecordsAndForEveryClient) {
  runtime::NodeOptions options;
  options.queue_submissions_max = 32;
  ASSERT_NO_FATAL_FAILURE(open(std::move(options)));
  std::promise<void> begun;
  std::promise<void> released;
  std::once_flag once;
  node_->on_block([&, go = released.get_future().share()](const runtime::Published&) {
    std::call_once(once, [&] { begun.set_value(); });
    go.wait();
  });
  std::atomic<int> accepted = 0, busy = 0;
  const auto note = [&](const SubmitResult& result) { ++(result ? accepted : busy); };
  node_->record(donations(0, 1), note);
  begun.get_future().wait();
  std::uint64_t next = 1;
  const auto tell = [&](const std::string& client) {
    node_->submit(ledger::sign_submission(node_->network(), {"platform"}, crash_key("platform"),
                                          donations(next++, 1)),
                  note, client);
  };
  for (int i = 0; i < 32; ++i) tell("192.0.2.7");
  EXPECT_EQ(busy, 32 - 6) << "a quarter of three quarters";
  tell("192.0.2.8");
  EXPECT_EQ(busy, 32 - 6);
  for (int i = 0; i < 32; ++i) tell("");
  EXPECT_EQ(busy, 64 - 6 - 17) << "a proxy's clients are many";
  for (int i = 0; i < 7; ++i) node_->record(donations(next++, 1), note);
  EXPECT_EQ(busy, 64 - 6 - 17);
  node_->record(donations(next++, 1), note);
  EXPECT_EQ(busy, 64 - 6 - 17 + 1);
  released.set_value();
  EXPECT_TRUE(eventually([&] { return accepted + busy == 1 + 32 + 1 + 32 + 8; }));
  EXPECT_EQ(accepted, 32);
  tell("192.0.2.7");
  EXPECT_TRUE(eventually([&] { return accepted == 33; })) << "what is answered has no place";
}

TEST_F(NodeTest, PublishesACheckpointOfItsHeadThatThePolicyAccepts) {
  ASSERT_TRUE(node_->record_and_wait(donations(0, 1)));
  const auto now = node_->published();
  const auto verified =
      proof::verify_checkpoint(now->checkpoint(), proof::policy_of(node_->genesis()));
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(verified->checkpoint.size, now->snapshot->head().size);
  EXPECT_EQ(verified->checkpoint.root, now->snapshot->head().log.root());
  EXPECT_EQ(verified->cosigners.size(), 1U);
}

TEST_F(NodeTest, FindsRepeatsBesideTheStrand) {
  ASSERT_TRUE(node_->record_and_wait(donations(0, 3)));
  const auto signed_by = [&](const std::string& key, std::vector<ledger::Record> records) {
    return *ledger::sign_checked(node_->network(), {"platform"}, crash_key(key),
                                 std::move(records));
  };
  const auto& snapshot = *node_->published()->snapshot;
  const auto found = runtime::find_repeat(snapshot, signed_by("platform", donations(0, 3)));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->repeat);
  EXPECT_EQ(found->height, snapshot.head().height);
  ASSERT_EQ(found->entries.size(), 3U);
  EXPECT_EQ(*snapshot.find_record(found->ids[2]), found->entries[2]);
  EXPECT_FALSE(runtime::find_repeat(snapshot, signed_by("platform", donations(1, 3))))
      << "one is new";
  EXPECT_FALSE(runtime::find_repeat(snapshot, signed_by("ngo", donations(0, 3))))
      << "another's key";
  // Some of two submissions: what stands before them in the log is not their head.
  ASSERT_TRUE(node_->record_and_wait(donations(3, 2)));
  const auto& later = *node_->published()->snapshot;
  for (const auto& [from, count] : {std::pair(1U, 3U), std::pair(3U, 1U), std::pair(0U, 2U)}) {
    const auto mixed = runtime::find_repeat(later, signed_by("platform", donations(from, count)));
    ASSERT_TRUE(mixed);
    ASSERT_EQ(mixed->entries.size(), count);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_EQ(later.find_record(mixed->ids[i]), mixed->entries[i]);
  }
}

TEST_F(NodeTest, DryRunSaysWhatWouldBeRefusedAndRecordsNothing) {
  const std::uint64_t size = node_->published()->snapshot->head().size;
  auto records = donations(0, 3);
  std::get<ledger::Donation>(records[1].body).channel = {"nowhere"};
  auto checked = ledger::check_submission(
      node_->network(), ledger::sign_submission(node_->network(), {"platform"},
                                                crash_key("platform"), std::move(records)));
  ASSERT_TRUE(checked);
  const auto refusals = node_->dry_run(std::span(&*checked, 1));
  ASSERT_EQ(refusals.size(), 1U);
  ASSERT_EQ(refusals[0].size(), 1U);
  EXPECT_EQ(refusals[0][0].index, 1U);
  EXPECT_EQ(refusals[0][0].refusal.word, ledger::Word::unknown_channel);
  EXPECT_EQ(node_->published()->snapshot->head().size, size);
}

TEST(NodeOpen, RefusesKeysMembersAndNetworksThatAreNotItsOwn) {
  const TemporaryDirectory directory;
  create_crash_network(directory.path() / "node");
  const auto open = [&](const std::string& self, const std::string& key) {
    auto node =
        Node::open({.directory = directory.path() / "node", .self = {self}}, crash_key(key));
    return node ? std::string() : node.error().substr(0, node.error().find(':'));
  };
  EXPECT_EQ(open("platform", "ngo"), "unknown_key");
  EXPECT_EQ(open("stranger", "platform"), "unknown_member");
  EXPECT_EQ(open("ngo", "ngo"), "not_permitted");
  EXPECT_EQ(open("platform", "platform"), "");
}

// It may be of one that the rest of the log brings, so the node says so and goes on.
TEST(NodeOpen, SaysThatAnAddressIsOfNoMember) {
  const TemporaryDirectory directory;
  create_crash_network(directory.path() / "node");
  runtime::NodeOptions options{.directory = directory.path() / "node", .self = {"platform"}};
  options.peers.addresses = {{{"plattform"}, {"10.0.0.2", 7001}}};
  std::vector<std::string> lines;
  std::mutex mutex;
  options.log = [&](runtime::LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  const auto node = Node::open(options, crash_key("platform"));
  ASSERT_TRUE(node) << node.error();
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(std::ranges::any_of(lines, [](const std::string& line) {
    return line.starts_with("unknown_member: 'plattform'");
  }));
}

TEST(NodeOpen, RefusesASecondNodeOnTheSameStore) {
  const TemporaryDirectory directory;
  create_crash_network(directory.path() / "node");
  const auto open = [&] {
    return Node::open({.directory = directory.path() / "node", .self = {"platform"}},
                      crash_key("platform"));
  };
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().starts_with("store_in_use")) << second.error();
}

TEST(CreateNode, RefusesADirectoryThatHoldsALog) {
  const TemporaryDirectory directory;
  create_crash_network(directory.path() / "node");
  ledger::Genesis genesis;
  genesis.origin = {"example.org/other"};
  genesis.members.items = {{{"a"}, {"A"}, ledger::Role::platform, crash_key("a").public_key()}};
  genesis.validators.items = {{"a"}};
  const auto created = runtime::create_node(directory.path() / "node", genesis);
  ASSERT_FALSE(created);
  EXPECT_TRUE(created.error().starts_with("store_exists")) << created.error();
  genesis.validators.items = {};
  EXPECT_TRUE(
      runtime::create_node(directory.path() / "new", genesis).error().starts_with("bad_genesis"));
}

}  // namespace
}  // namespace centime::test
