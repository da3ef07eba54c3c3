// Whose submissions the next block takes: every author has its turn.
#include "node/runtime/mempool.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "node/ledger/replay.h"
#include "node/runtime/open_blocks.h"
#include "node/storage/store.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::test {
namespace {

using runtime::Mempool;
using runtime::Waiting;

class Turns : public testing::Test {
 protected:
  static constexpr std::uint32_t block_records = 100;

  Turns() {
    create_crash_network(directory_.path());
    storage::StoreOptions options;
    options.directory = directory_.path() / "db";
    store_ = std::move(*storage::Store::open(std::move(options)));
    genesis_ = *ledger::read_genesis(store_->snapshot()->entry({0}));
    genesis_.policies.block_records_max = block_records;
    pool_ = std::make_unique<Mempool>(*store_, genesis_.policies, Mempool::Limits{},
                                      [this] { return now_ms_; });
    open_.emplace(*store_, genesis_);
  }

  Mempool::Taken add(const std::string& author, std::vector<ledger::Record> records) {
    auto checked = ledger::sign_checked(ledger::network_id(genesis_), {author}, crash_key(author),
                                        std::move(records));
    crypto::check(checked.has_value(), "signed records");
    crypto::Bytes bytes = runtime::canonical_bytes(*checked);
    return pool_->add(std::move(*checked), std::move(bytes), [this](runtime::SubmitResult result) {
      answers_.push_back(std::move(result));
    });
  }
  Mempool::Taken donate(std::uint64_t number, std::uint64_t records = 1) {
    std::vector<ledger::Record> all;
    for (std::uint64_t i = 0; i < records; ++i) all.push_back(crash_donation(number * 1'000 + i));
    return add("platform", std::move(all));
  }
  static ledger::Record proposal(const std::string& fund) {
    return {{fund}, ledger::FundProposal{{fund}, {"A fund"}, {"Why"}, {}, {}}};
  }

  // The next block becomes final: how many submissions of each author it had.
  std::map<std::string, std::size_t> next_block() {
    const storage::Head head = store_->snapshot()->head();
    const std::uint64_t time = head.seal.time.value + 1;
    const auto block = open_->build({{1}, head.hash, {head.height.value + 1}, time},
                                    {0, {"platform"}}, time, *pool_);
    crypto::check(block.has_value(), "there is something to build");
    const runtime::OpenBlock& made = *open_->find(block->hash);
    std::map<std::string, std::size_t> taken;
    for (const auto& each : made.submissions) ++taken[pool_->find(each.id)->head.author.value];
    const storage::BlockWrite write{
        made.block.state->changes(), made.block.seal, made.block.tip.hash, {}, {}};
    const auto included = made.submissions;
    store_->commit(write);
    pool_->finalized(included, {head.height.value + 1});
    open_->finalized(block->hash);
    pool_->retry();
    return taken;
  }

  // All that waits reaches validator 1, and has been there for long.
  void reach_all() {
    for (Waiting& item : pool_->waiting()) pool_->reached(item, 1);
    now_ms_ += Mempool::overdue_grace_ms;
  }
  std::size_t due(std::uint16_t proposer, std::uint64_t time_ms) const {
    return pool_->due(proposer, time_ms, 10).size();
  }
  // What the pool would put into its next block, as validator 1 makes it.
  consensus::Block made_from(const Mempool& pool) {
    const storage::Head head = store_->snapshot()->head();
    runtime::OpenBlocks maker(*store_, genesis_);
    const std::uint64_t time = std::max(now_ms_, head.seal.time.value + 1);
    const auto block =
        maker.build({{1}, head.hash, {head.height.value + 1}, time}, {1, {"ngo"}}, time, pool);
    crypto::check(block.has_value(), "there is something to build");
    return *block;
  }
  std::vector<runtime::SubmissionId> left_out_of(const consensus::Block& block) {
    EXPECT_EQ(open_->execute(block, *pool_), consensus::BlockVerdict::valid);
    return open_->find(block.hash)->left_out;
  }
  // Another's pool, with as many donations in it.
  std::unique_ptr<Mempool> pool_of(std::uint64_t donations, std::uint64_t records = 1) {
    auto pool = std::make_unique<Mempool>(*store_, genesis_.policies, Mempool::Limits{},
                                          [this] { return now_ms_; });
    std::swap(pool_, pool);
    for (std::uint64_t i = 0; i < donations; ++i) donate(900 + i, records);
    std::swap(pool_, pool);
    return pool;
  }

  std::uint64_t now_ms_ = runtime::wall_clock_ms();
  TemporaryDirectory directory_;
  std::unique_ptr<storage::Store> store_;
  ledger::Genesis genesis_;
  std::unique_ptr<Mempool> pool_;
  std::optional<runtime::OpenBlocks> open_;
  std::vector<runtime::SubmitResult> answers_;
};

TEST_F(Turns, AThousandOfOneAuthorDoNotKeepAnothersOneWaiting) {
  for (std::uint64_t i = 0; i < 1'000; ++i) ASSERT_EQ(donate(i), Mempool::Taken::waiting);
  ASSERT_EQ(add("ngo", {proposal("roofs")}), Mempool::Taken::waiting);
  EXPECT_EQ(next_block(), (std::map<std::string, std::size_t>{{"ngo", 1}, {"platform", 99}}));
  ASSERT_EQ(answers_.size(), 100U);
  for (const auto& answer : answers_) EXPECT_TRUE(answer.has_value());
  EXPECT_EQ(pool_->pending(), 901U);
}

TEST_F(Turns, OneAuthorsStayInTheirOrder) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    ASSERT_EQ(donate(i), Mempool::Taken::waiting);
    if (i % 100 == 50) {
      ASSERT_EQ(add("ngo", {proposal("roofs-" + std::to_string(i))}), Mempool::Taken::waiting);
    }
  }
  while (pool_->pending() > 0) next_block();
  ASSERT_EQ(answers_.size(), 303U);
  std::uint64_t last = 0;
  for (const auto& answer : answers_) {
    ASSERT_TRUE(answer.has_value());
    EXPECT_LT(last, answer->entries.front().value) << "answered in the order of the blocks";
    last = answer->entries.front().value;
  }
  std::uint64_t before = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto entry =
        store_->snapshot()->find_reference({"platform"}, {"gift-" + std::to_string(i * 1'000)});
    ASSERT_TRUE(entry);
    EXPECT_LT(before, entry->value) << "donation " << i;
    before = entry->value;
  }
}

// Turns are of bytes: large submissions of one do not take the room of many small ones of another.
TEST_F(Turns, AuthorsThatWaitTogetherGetTheSameRoom) {
  std::mt19937 random(7);
  const std::vector<std::string> authors{"auditor", "ngo", "platform"};
  for (int i = 0; i < 300; ++i) {
    const std::string& author = authors[random() % 3];
    std::vector<ledger::Record> records;
    for (std::size_t k = 0, count = author == "ngo" ? 1 : 1 + random() % 8; k < count; ++k)
      records.push_back(proposal("f-" + std::to_string(i) + "-" + std::to_string(k)));
    add(author, std::move(records));  // Who may not propose is answered, and does not wait.
  }
  for (std::uint64_t i = 0; i < 60; ++i) donate(i, 1 + random() % 30);

  std::map<std::string, std::size_t> left, most, given;
  for (const Waiting& item : pool_->waiting()) {
    const std::string& author = item.submission.head.author.value;
    ++left[author];
    most[author] = std::max(most[author], item.canonical.size());
  }
  ASSERT_GE(left.size(), 2U);
  std::map<std::string, std::uint64_t> arrival;
  for (const Waiting& item : pool_->waiting()) {
    const std::string& author = item.submission.head.author.value;
    EXPECT_LT(arrival[author], item.turn.arrival) << author;
    arrival[author] = item.turn.arrival;
    given[author] += item.canonical.size();
    if (--left[author] == 0) left.erase(author);
    if (left.size() < 2) break;
    for (const auto& [a, ignored] : left) {
      for (const auto& [b, also] : left) EXPECT_LE(given[a], given[b] + most[a] + most[b]);
    }
  }
}

TEST_F(Turns, WhoComesLateHasSavedNothingUp) {
  for (std::uint64_t i = 0; i < 400; ++i) ASSERT_EQ(donate(i), Mempool::Taken::waiting);
  next_block();
  next_block();
  for (int i = 0; i < 200; ++i)
    ASSERT_EQ(add("ngo", {proposal("late-" + std::to_string(i))}), Mempool::Taken::waiting);
  const auto taken = next_block();
  EXPECT_GT(taken.at("ngo"), 30U);
  EXPECT_GT(taken.at("platform"), 30U) << "the one that waited is not put off";
}

// While one of them always waited, the turns stood still, and who had gone out of the pool was new.
TEST_F(Turns, TwoThatSendOneAfterTheOtherLeaveRoomForAThirdsSecond) {
  constexpr std::uint64_t whole = block_records;
  std::size_t funds = 0;
  std::uint64_t gifts = 0;
  const auto propose = [&] {
    std::vector<ledger::Record> records;
    while (records.size() < whole) records.push_back(proposal("fund-" + std::to_string(funds++)));
    EXPECT_EQ(add("ngo", std::move(records)), Mempool::Taken::waiting);
  };
  const auto give = [&] { EXPECT_EQ(donate(gifts++, whole), Mempool::Taken::waiting); };
  propose();
  next_block();
  propose();
  give();
  std::vector<ledger::Record> attestations;
  while (attestations.size() < whole) {
    attestations.push_back({{"a-" + std::to_string(attestations.size())},
                            ledger::Attestation{ledger::FundSubject{{"fund-0"}}, {}, {}, {}}});
  }
  EXPECT_EQ(add("auditor", std::move(attestations)), Mempool::Taken::waiting);
  EXPECT_EQ(add("auditor", {{{"ok"}, ledger::FundApproval{{"fund-1"}, {}}}}),
            Mempool::Taken::waiting);
  std::size_t of_auditor = 0;
  for (int block = 0; block < 12; ++block) {
    const auto taken = next_block();
    of_auditor += taken.contains("auditor") ? taken.at("auditor") : 0;
    if (taken.contains("ngo")) propose();
    if (taken.contains("platform")) give();
  }
  EXPECT_EQ(of_auditor, 2U) << "its second one waits for ever";
}

TEST_F(Turns, WhatBlocksLeftOutIsOverdue) {
  ASSERT_EQ(donate(1, 5), Mempool::Taken::waiting);
  const std::vector ids{pool_->newest().id, runtime::SubmissionId{}};
  for (std::uint32_t i = 1; i < Mempool::overdue_after_blocks; ++i) pool_->passed(ids);
  EXPECT_EQ(pool_->overdue(), 0U);
  EXPECT_EQ(pool_->first_overdue(), nullptr);
  pool_->passed(ids);
  EXPECT_EQ(pool_->overdue(), 1U);
  pool_->passed(ids);
  EXPECT_EQ(pool_->overdue(), 1U) << "once each";
  pool_->retry();
  ASSERT_NE(pool_->first_overdue(), nullptr);
  EXPECT_EQ(pool_->first_overdue()->submission.records.size(), 5U);
  next_block();
  EXPECT_EQ(pool_->overdue(), 0U);
}

// A block of before it came can't hold it, and who catches up gets thousands of those at once.
TEST_F(Turns, NothingIsDueInABlockOfBeforeItCame) {
  ASSERT_EQ(donate(1), Mempool::Taken::waiting);
  EXPECT_EQ(due(1, now_ms_ + 3'600'000), 0U) << "nobody has it";
  reach_all();
  EXPECT_EQ(due(1, now_ms_ - 3'600'000), 0U);
  EXPECT_EQ(due(1, now_ms_ - 1), 0U) << "the proposer's clock may be as wrong as that";
  EXPECT_EQ(due(2, now_ms_), 0U) << "that one was never sent it";
  EXPECT_EQ(due(1, now_ms_), 1U);
}

// What was sent over a link that is lost may never have come.
TEST_F(Turns, NothingIsDueThatALostLinkMayNotHaveBrought) {
  ASSERT_EQ(donate(1), Mempool::Taken::waiting);
  reach_all();
  now_ms_ += 3'600'000;
  pool_->unreached(2);
  EXPECT_EQ(due(1, now_ms_), 1U);
  pool_->unreached(1);
  EXPECT_EQ(due(1, now_ms_), 0U);
  reach_all();
  EXPECT_EQ(due(1, now_ms_), 1U);
  pool_->begin_epoch();
  EXPECT_EQ(due(1, now_ms_), 0U);
}

// The leader takes an author's in their order.
TEST_F(Turns, OnlyAnAuthorsFirstIsDue) {
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_EQ(donate(i), Mempool::Taken::waiting);
  ASSERT_EQ(add("ngo", {proposal("one")}), Mempool::Taken::waiting);
  reach_all();
  EXPECT_EQ(due(1, now_ms_), 2U) << "one of each author";
}

TEST_F(Turns, ABlockLeavesOutWhatItCouldHaveHeld) {
  ASSERT_EQ(donate(1, 60), Mempool::Taken::waiting);
  const runtime::SubmissionId mine = pool_->newest().id;
  const auto before = pool_of(1);
  EXPECT_TRUE(left_out_of(made_from(*before)).empty()) << "its proposer may not have it yet";
  reach_all();
  const consensus::Block block = made_from(*pool_of(1));
  EXPECT_EQ(left_out_of(block), std::vector{mine});
  // Full: 41 and 60 are more than the 100 that a block may have.
  EXPECT_TRUE(left_out_of(made_from(*pool_of(1, 41))).empty());
  // And it is in this one.
  EXPECT_TRUE(left_out_of(made_from(*pool_)).empty());
}

// So many of them may wait that those with the earliest turns are due again before the others are.
TEST_F(Turns, WhatWasLeastRecentlyOfferedIsOfferedFirst) {
  using std::chrono::milliseconds;
  for (std::uint64_t i = 0; i < 50; ++i) ASSERT_EQ(donate(i), Mempool::Taken::waiting);
  std::set<runtime::SubmissionId> offered;
  for (int second = 10; second < 14; ++second) {
    const milliseconds now = std::chrono::seconds(second);
    const auto some = pool_->to_offer(now, 16);
    for (Waiting* item : some) {
      item->offered = now;
      offered.insert(item->id);
    }
  }
  EXPECT_EQ(offered.size(), 50U);
  EXPECT_TRUE(pool_->to_offer(std::chrono::seconds(10), 16).empty()) << "all were, a moment ago";
}

// What stands on another author's submission came after it, and is not judged without it.
TEST_F(Turns, WhatStandsOnWhatHadNoRoomIsNotRefused) {
  EXPECT_EQ(add("ngo", {proposal("first")}), Mempool::Taken::waiting);
  std::vector<ledger::Record> many;
  while (many.size() < block_records) many.push_back(proposal("f-" + std::to_string(many.size())));
  EXPECT_EQ(add("ngo", std::move(many)), Mempool::Taken::waiting);
  EXPECT_EQ(add("ngo", {proposal("late")}), Mempool::Taken::waiting);
  // The draft has no room for the fund that this one closes.
  EXPECT_EQ(add("platform", {{{"closes"}, ledger::FundClosure{{"late"}, {"Done"}}}}),
            Mempool::Taken::waiting);
  EXPECT_TRUE(answers_.empty());
  while (!pool_->waiting().empty()) next_block();
  ASSERT_EQ(answers_.size(), 4U);
  for (const runtime::SubmitResult& each : answers_) {
    EXPECT_TRUE(each) << std::get<ledger::Rejection>(each.error()).whole.detail;
  }
}

TEST_F(Turns, WhatStandsOnAnothersIsNotRefusedForComingBeforeIt) {
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(add("ngo", {proposal("fund-" + std::to_string(i))}), Mempool::Taken::waiting);
  ASSERT_EQ(add("auditor", {{{"ok"}, ledger::FundApproval{{"fund-48"}, {}}}}),
            Mempool::Taken::waiting);
  const auto waiting = pool_->waiting();
  const Waiting& second = *std::next(waiting.begin());
  EXPECT_EQ(second.submission.head.author.value, "auditor") << "its turn is early";
  pool_->retry();
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(next_block().count("auditor"), 0U);
  EXPECT_EQ(next_block().at("auditor"), 1U);
  while (pool_->pending() > 0) next_block();
  EXPECT_EQ(answers_.size(), 51U);
  for (const auto& answer : answers_) EXPECT_TRUE(answer.has_value());
}

}  // namespace
}  // namespace centime::test
