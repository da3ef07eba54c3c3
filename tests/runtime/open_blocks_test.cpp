#include "node/runtime/open_blocks.h"

#include <gtest/gtest.h>

#include "node/ledger/replay.h"
#include "node/storage/store.h"
#include "tests/runtime/crash_network.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::test {
namespace {

using consensus::BlockVerdict;
using runtime::BlockBody;
using runtime::Mempool;
using runtime::OpenBlocks;

// Two stores with the same log: blocks take over its time.
struct TwoStores {
  TwoStores() {
    create_crash_network(directory.path() / "leader");
    std::filesystem::copy(directory.path() / "leader", directory.path() / "other",
                          std::filesystem::copy_options::recursive);
  }
  TemporaryDirectory directory;
};

// A store, and what a replica keeps beside it.
struct Place {
  explicit Place(const std::filesystem::path& path) : directory(path) {
    storage::StoreOptions options;
    options.directory = directory / "db";
    auto opened = storage::Store::open(std::move(options));
    crypto::check(opened.has_value(), "the store opens");
    store = std::move(*opened);
    genesis = *ledger::read_genesis(store->snapshot()->entry({0}));
    pool = std::make_unique<Mempool>(*store, genesis.policies, Mempool::Limits{});
    open = std::make_unique<OpenBlocks>(*store, genesis);
  }

  Mempool::Taken add(std::uint64_t number, runtime::SubmitCallback done = {}) {
    auto checked = ledger::sign_checked(ledger::network_id(genesis), {"platform"},
                                        crash_key("platform"), {crash_donation(number)});
    crypto::Bytes bytes = runtime::canonical_bytes(*checked);
    return pool->add(std::move(*checked), std::move(bytes), std::move(done));
  }

  consensus::Block build(const crypto::Digest& parent, std::uint64_t parent_time) {
    auto block = open->build({{1}, parent, {0}, parent_time + 1}, {0, genesis.validators.items[0]},
                             parent_time + 1, *pool);
    crypto::check(block.has_value(), "there is something to build");
    return std::move(*block);
  }

  storage::BlockWrite write_of(const crypto::Digest& hash) const {
    const ledger::Block& block = open->find(hash)->block;
    return {block.state->changes(), block.seal, block.tip.hash, {}, {}};
  }

  storage::Head head() const { return store->snapshot()->head(); }

  std::filesystem::path directory;
  std::unique_ptr<storage::Store> store;
  ledger::Genesis genesis;
  std::unique_ptr<Mempool> pool;
  std::unique_ptr<OpenBlocks> open;
};

class OpenBlocksTest : public testing::Test {
 protected:
  consensus::Block block_of(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) leader_.add(first + i);
    return leader_.build(leader_.head().hash, leader_.head().seal.time.value);
  }

  BlockVerdict judge(const BlockBody& body) {
    return follower_.open->execute(runtime::to_consensus(body, 0), *follower_.pool);
  }

  static BlockBody body_of(const consensus::Block& block) {
    return *crypto::decode<BlockBody>(block.body.value);
  }

  TwoStores stores_;
  Place leader_{stores_.directory.path() / "leader"};
  Place follower_{stores_.directory.path() / "other"};
};

TEST_F(OpenBlocksTest, WhatOneBuildsAnotherFindsValid) {
  const consensus::Block block = block_of(0, 3);
  EXPECT_TRUE(runtime::read_body(block, ledger::governance_of(leader_.genesis).epoch));
  EXPECT_EQ(follower_.open->execute(block, *follower_.pool), BlockVerdict::valid);
  EXPECT_EQ(follower_.open->find(block.hash)->submissions.size(), 3U);
}

TEST_F(OpenBlocksTest, AFieldThatIsNotTheSealsIsNoBodyOfTheBlock) {
  const consensus::Block block = block_of(0, 1);
  const ledger::EpochRecord epoch = ledger::governance_of(leader_.genesis).epoch;
  for (int field = 0; field < 6; ++field) {
    consensus::Block wrong = block;
    if (field == 0) wrong.hash.bytes[0] ^= 1;
    if (field == 1) ++wrong.height.value;
    if (field == 2) wrong.parent.bytes[0] ^= 1;
    if (field == 3) wrong.proposer = 1;
    if (field == 4) ++wrong.timestamp_ms;
    if (field == 5) wrong.closing = true;
    EXPECT_FALSE(runtime::read_body(wrong, epoch)) << field;
  }
  consensus::Block cut = block;
  cut.body.value.pop_back();
  EXPECT_FALSE(runtime::read_body(cut, epoch));
}

// A liar may pair a true seal with another body; nobody may hold the block for invalid then.
TEST_F(OpenBlocksTest, ATrueSealWithAnotherBodyIsTheBodysFault) {
  const BlockBody body = body_of(block_of(0, 3));
  BlockBody less = body;
  less.submissions.items.pop_back();
  EXPECT_EQ(judge(less), BlockVerdict::wrong_body);
  BlockBody swapped = body;
  std::swap(swapped.submissions.items[0], swapped.submissions.items[1]);
  EXPECT_EQ(judge(swapped), BlockVerdict::wrong_body);
  BlockBody twice = body;
  twice.submissions.items.push_back(twice.submissions.items[0]);
  EXPECT_EQ(judge(twice), BlockVerdict::wrong_body);
  BlockBody forged = body;
  forged.submissions.items[0].value[100] ^= 1;
  EXPECT_EQ(judge(forged), BlockVerdict::wrong_body);
  BlockBody none = body;
  none.submissions.items.clear();
  EXPECT_EQ(judge(none), BlockVerdict::wrong_body);
  EXPECT_EQ(judge(body), BlockVerdict::valid) << "a wrong body stands in the way of the right one";
  // What was executed is known by the seal's hash; the body that comes with it may be any.
  for (const BlockBody& wrong : {less, swapped, twice, forged, none})
    EXPECT_EQ(judge(wrong), BlockVerdict::wrong_body);
  EXPECT_EQ(judge(body), BlockVerdict::valid);
}

TEST_F(OpenBlocksTest, WhatTheEngineHasForgottenIsDropped) {
  const consensus::Block block = block_of(0, 2);
  ASSERT_EQ(follower_.open->execute(block, *follower_.pool), BlockVerdict::valid);
  follower_.open->retain([&](const crypto::Digest& hash) { return hash == block.hash; });
  EXPECT_EQ(follower_.open->size(), 1U);
  follower_.open->retain([](const crypto::Digest&) { return false; });
  EXPECT_EQ(follower_.open->size(), 0U);
  EXPECT_EQ(follower_.open->execute(block, *follower_.pool), BlockVerdict::valid);
}

TEST_F(OpenBlocksTest, ASealThatNoBodyFitsIsInvalid) {
  const BlockBody body = body_of(block_of(0, 2));
  BlockBody wrong = body;
  wrong.seal.state_root.bytes[5] ^= 1;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
  wrong = body;
  ++wrong.seal.account_count;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
  wrong = body;
  ++wrong.seal.epoch;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
  wrong = body;
  wrong.seal.first_entry = wrong.seal.first_entry + 1;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
  wrong = body;
  wrong.seal.entry_count = 0;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
  wrong = body;
  wrong.seal.next_epoch.bytes[0] = 1;
  EXPECT_EQ(judge(wrong), BlockVerdict::invalid);
}

TEST_F(OpenBlocksTest, BlocksThatBecomeFinalTogetherAreOneWriteAndReadBackAsTheyWereSent) {
  const consensus::Block first = block_of(0, 3);
  leader_.add(10);
  leader_.add(11);
  // On an open parent: without what that holds.
  const consensus::Block second = leader_.build(first.hash, first.timestamp_ms);
  EXPECT_EQ(body_of(second).submissions.items.size(), 2U);
  leader_.add(20);
  const consensus::Block third = leader_.build(second.hash, second.timestamp_ms);

  ASSERT_EQ(follower_.open->execute(first, *follower_.pool), BlockVerdict::valid);
  ASSERT_EQ(follower_.open->execute(second, *follower_.pool), BlockVerdict::valid);

  // At once here, one after the other there.
  leader_.store->commit(std::vector{leader_.write_of(first.hash), leader_.write_of(second.hash),
                                    leader_.write_of(third.hash)});
  for (const auto& hash : {first.hash, second.hash}) {
    const ledger::Block& block = follower_.open->find(hash)->block;
    follower_.store->commit({block.state->changes(), block.seal, block.tip.hash, {}, {}});
    follower_.open->finalized(hash);
    // Executed while its grandparent was still open, or after: it is the same block.
    if (hash == first.hash)
      EXPECT_EQ(follower_.open->execute(third, *follower_.pool), BlockVerdict::valid);
  }
  ASSERT_NE(follower_.open->find(third.hash), nullptr);
  const ledger::Block& block = follower_.open->find(third.hash)->block;
  follower_.store->commit({block.state->changes(), block.seal, block.tip.hash, {}, {}});
  follower_.open->finalized(third.hash);
  EXPECT_EQ(follower_.open->size(), 0U);

  const auto one = leader_.store->snapshot();
  const auto two = follower_.store->snapshot();
  EXPECT_EQ(one->head().hash, third.hash);
  EXPECT_EQ(two->head().log.root(), one->head().log.root());
  EXPECT_EQ(two->head().state_root, one->head().state_root);
  const auto flows = one->flows();
  ASSERT_EQ(flows.size(), two->flows().size());
  for (std::size_t i = 0; i < flows.size(); ++i)
    EXPECT_EQ(flows[i].total, two->flows()[i].total) << "totals that miss a block of the batch";

  for (const consensus::Block* sent : {&first, &second, &third}) {
    EXPECT_EQ(runtime::block_from_log(*one, {sent->height.value}), *sent);
  }
}

TEST_F(OpenBlocksTest, WhatDoesNotStandOnTheFinalBlockIsDropped) {
  const consensus::Block first = block_of(0, 1);
  leader_.add(1);
  // A sibling with one more submission.
  const consensus::Block sibling =
      leader_.build(leader_.head().hash, leader_.head().seal.time.value + 1);
  ASSERT_NE(sibling.hash, first.hash);
  const consensus::Block child = leader_.build(first.hash, first.timestamp_ms);
  leader_.store->commit(leader_.write_of(first.hash));
  leader_.open->finalized(first.hash);
  EXPECT_EQ(leader_.open->find(first.hash), nullptr);
  EXPECT_EQ(leader_.open->find(sibling.hash), nullptr);
  EXPECT_NE(leader_.open->find(child.hash), nullptr);
}

TEST_F(OpenBlocksTest, ThePoolAnswersRepeatsWhenTheFirstIsFinalAndRefusesAtOnce) {
  std::vector<runtime::SubmitResult> answers;
  const auto note = [&](runtime::SubmitResult result) { answers.push_back(std::move(result)); };
  EXPECT_EQ(leader_.add(0, note), Mempool::Taken::waiting);
  EXPECT_EQ(leader_.add(0, note), Mempool::Taken::held);
  EXPECT_EQ(leader_.add(0), Mempool::Taken::known);
  EXPECT_EQ(leader_.pool->pending(), 1U);
  EXPECT_TRUE(answers.empty());

  const consensus::Block block = leader_.build(leader_.head().hash, leader_.head().seal.time.value);
  leader_.store->commit(leader_.write_of(block.hash));
  leader_.pool->finalized(leader_.open->find(block.hash)->submissions, {4});
  leader_.pool->retry();
  ASSERT_EQ(answers.size(), 2U);
  ASSERT_TRUE(answers[0] && answers[1]);
  EXPECT_FALSE(answers[0]->repeat);
  EXPECT_TRUE(answers[1]->repeat);
  EXPECT_EQ(answers[0]->entries, answers[1]->entries);
  EXPECT_TRUE(leader_.pool->waiting().empty());

  ledger::Record wrong = crash_donation(5);
  std::get<ledger::Donation>(wrong.body).fund = {"nowhere"};
  auto checked = ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                      crash_key("platform"), {std::move(wrong)});
  crypto::Bytes bytes = runtime::canonical_bytes(*checked);
  EXPECT_EQ(leader_.pool->add(std::move(*checked), std::move(bytes), note),
            Mempool::Taken::answered);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_FALSE(answers[2]);
}

TEST_F(OpenBlocksTest, ThePoolHasBoundsInAllAndForEachAuthor) {
  Mempool pool(*follower_.store, leader_.genesis.policies, {.submissions = 8, .bytes = 1 << 20});
  std::vector<runtime::SubmitResult> answers;
  const auto add = [&](std::uint64_t number) {
    auto checked = ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                        crash_key("platform"), {crash_donation(number)});
    crypto::Bytes bytes = runtime::canonical_bytes(*checked);
    return pool.add(std::move(*checked), std::move(bytes),
                    [&](runtime::SubmitResult result) { answers.push_back(std::move(result)); });
  };
  EXPECT_EQ(add(0), Mempool::Taken::waiting);
  EXPECT_EQ(add(1), Mempool::Taken::waiting);
  EXPECT_EQ(add(2), Mempool::Taken::no_room) << "one author has more than its share";
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(std::get<runtime::Unavailable>(answers[0].error()), runtime::Unavailable::busy);
  pool.refuse_all(runtime::Unavailable::stopping);
  EXPECT_EQ(answers.size(), 3U);
}

// It was answered `busy`, and stayed in the draft all the same.
TEST_F(OpenBlocksTest, ThePoolKnowsAKeyWhoseRotationWaits) {
  const ledger::NetworkId network = ledger::network_id(leader_.genesis);
  const crypto::SecretKey fresh = crash_key("a second key");
  const auto add = [&](const crypto::SecretKey& key, ledger::Record record) {
    auto checked = ledger::sign_checked(network, {"ngo"}, key, {std::move(record)});
    crypto::Bytes bytes = runtime::canonical_bytes(*checked);
    return leader_.pool->add(std::move(*checked), std::move(bytes), [](runtime::SubmitResult) {});
  };
  const auto proposal = [](const std::string& name) {
    return ledger::Record{{name}, ledger::FundProposal{{name}, {"A fund"}, {"Why"}, {}, {}}};
  };
  EXPECT_EQ(add(fresh, proposal("early")), Mempool::Taken::answered);
  EXPECT_EQ(add(crash_key("ngo"),
                {{"rotate"},
                 ledger::KeyRotation{
                     {"ngo"},
                     fresh.public_key(),
                     fresh.sign(ledger::key_proof_message(network, {"ngo"}, fresh.public_key()))}}),
            Mempool::Taken::waiting);
  EXPECT_EQ(add(fresh, proposal("late")), Mempool::Taken::waiting);
  EXPECT_EQ(add(crash_key("ngo"), proposal("old")), Mempool::Taken::answered);
  EXPECT_EQ(leader_.pool->pending(), 2U);
  // All that the draft holds, a block can take.
  const consensus::Block block = leader_.build(leader_.head().hash, leader_.head().seal.time.value);
  EXPECT_EQ(follower_.open->execute(block, *follower_.pool), BlockVerdict::valid);
  EXPECT_EQ(leader_.open->find(block.hash)->submissions.size(), 2U);
}

// Records of the NGO's, each of them refused if the fund it names is there already.
ledger::CheckedSubmission funds_of(const ledger::Genesis& genesis, std::size_t first,
                                   std::size_t count, const std::string& name) {
  std::vector<ledger::Record> records;
  for (std::size_t i = first; i < first + count; ++i) {
    const std::string fund = name.empty() ? "fund-" + std::to_string(i) : name;
    records.push_back(
        {{"r" + std::to_string(i)}, ledger::FundProposal{{fund}, {"A fund"}, {"Why"}, {}, {}}});
  }
  return *ledger::sign_checked(ledger::network_id(genesis), {"ngo"}, crash_key("ngo"),
                               std::move(records));
}

// However many fill it together.
TEST_F(OpenBlocksTest, ThePoolHasRoomForOneOfAMemberOfWhichNothingWaits) {
  Mempool pool(*follower_.store, leader_.genesis.policies,
               {.submissions = 4, .bytes = 1 << 20, .author_share = 1});
  const auto add = [&](ledger::CheckedSubmission submission) {
    crypto::Bytes bytes = runtime::canonical_bytes(submission);
    return pool.add(std::move(submission), std::move(bytes), [](runtime::SubmitResult) {});
  };
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(add(funds_of(leader_.genesis, i, 1, "")), Mempool::Taken::waiting);
  EXPECT_EQ(add(funds_of(leader_.genesis, 4, 1, "")), Mempool::Taken::no_room);
  const auto donate = [&](std::uint64_t number) {
    return add(*ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                     crash_key("platform"), {crash_donation(number)}));
  };
  EXPECT_EQ(donate(0), Mempool::Taken::waiting);
  EXPECT_EQ(donate(1), Mempool::Taken::no_room) << "one waits";
}

TEST_F(OpenBlocksTest, ThePoolLooksAtNothingMoreOfANodeThatSendsWhatNoMemberHasSigned) {
  std::uint64_t now = leader_.head().seal.time.value + 1'000;
  Mempool pool(*follower_.store, leader_.genesis.policies, {}, [&] { return now; });
  const auto send = [&](const std::string& author, consensus::PeerIndex from) {
    std::vector<ledger::Record> records;
    for (std::uint64_t i = 0; i < 1'000; ++i) records.push_back(crash_donation(i));
    auto checked = *ledger::sign_checked(ledger::network_id(leader_.genesis), {author},
                                         crash_key("nobody"), std::move(records));
    crypto::Bytes bytes = runtime::canonical_bytes(checked);
    return pool.add(std::move(checked), std::move(bytes), {}, from);
  };
  int taken = 0;
  for (; !pool.is_barred(7) && taken < 100; ++taken)
    EXPECT_EQ(send(taken % 2 == 0 ? "platform" : "stranger", 7), Mempool::Taken::answered);
  EXPECT_GT(taken, 5) << "one whose key has just changed bars nobody";
  EXPECT_LT(taken, 50);
  EXPECT_FALSE(pool.is_barred(8));
  // Nor does what a stranger signed count for the member that it names.
  auto gift = *ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                    crash_key("platform"), {crash_donation(1)});
  crypto::Bytes bytes = runtime::canonical_bytes(gift);
  EXPECT_EQ(pool.add(std::move(gift), std::move(bytes), {}, consensus::PeerIndex{7}),
            Mempool::Taken::waiting);
  now += 10'000;
  pool.retry();
  EXPECT_FALSE(pool.is_barred(7));
}

TEST_F(OpenBlocksTest, ThePoolTriesNothingMoreOfAnAuthorByANodeThatSendsWhatIsRefused) {
  std::uint64_t now = leader_.head().seal.time.value + 1'000;
  Mempool pool(*follower_.store, leader_.genesis.policies, {}, [&] { return now; });
  const auto add = [&](ledger::CheckedSubmission submission, consensus::PeerIndex from) {
    crypto::Bytes bytes = runtime::canonical_bytes(submission);
    return pool.add(std::move(submission), std::move(bytes), {}, from);
  };
  // All but the first of each propose a fund that is there.
  constexpr std::size_t many = ledger::submission_records_max;
  std::size_t tried = 0;
  for (; !pool.is_spent({consensus::PeerIndex{7}, {"ngo"}}); ++tried) {
    ASSERT_EQ(add(funds_of(leader_.genesis, 10'000 + tried * many, many, "same"), 7),
              Mempool::Taken::answered);
  }
  EXPECT_LT(tried, ledger::block_reads_max / many) << "to check its signature is work, too";
  EXPECT_GT(tried, ledger::block_reads_max / many / 3);
  EXPECT_EQ(add(funds_of(leader_.genesis, 0, 1, ""), 7), Mempool::Taken::no_room);
  EXPECT_EQ(pool.pending(), 0U) << "it was not tried";
  EXPECT_EQ(add(funds_of(leader_.genesis, 0, 1, ""), 8), Mempool::Taken::waiting)
      << "another node answers for itself";
  auto gift = *ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                    crash_key("platform"), {crash_donation(1)});
  crypto::Bytes gift_bytes = runtime::canonical_bytes(gift);
  EXPECT_EQ(pool.add(std::move(gift), std::move(gift_bytes), {}, consensus::PeerIndex{7}),
            Mempool::Taken::waiting)
      << "an author's waste does not keep others' out that come the same way";
  now += 10'000;
  pool.retry();
  EXPECT_EQ(add(funds_of(leader_.genesis, 1, 1, ""), 7), Mempool::Taken::waiting);
}

// Anybody who has seen what was refused once can tell it again.
TEST_F(OpenBlocksTest, NoStrangerSpendsWhatThePoolTriesOfTheNodesOwnOrOfAnothers) {
  const std::uint64_t now = leader_.head().seal.time.value + 1'000;
  Mempool pool(*follower_.store, leader_.genesis.policies, {}, [&] { return now; });
  const auto add = [&](ledger::CheckedSubmission submission, runtime::Way way) {
    crypto::Bytes bytes = runtime::canonical_bytes(submission);
    return pool.add(
        std::move(submission), std::move(bytes), [](runtime::SubmitResult) {}, std::move(way));
  };
  const auto replay = [&](const std::string& client) {
    return add(funds_of(leader_.genesis, 10'000, ledger::submission_records_max, "same"),
               runtime::Client{client});
  };
  constexpr std::size_t often = 1 + ledger::block_reads_max / ledger::submission_records_max;
  for (std::size_t i = 0; i < often; ++i) replay("192.0.2.7");
  EXPECT_EQ(replay("192.0.2.7"), Mempool::Taken::no_room);
  EXPECT_EQ(add(funds_of(leader_.genesis, 0, 1, ""), runtime::Client{"192.0.2.8"}),
            Mempool::Taken::waiting);
  EXPECT_EQ(add(funds_of(leader_.genesis, 1, 1, ""), runtime::Own{}), Mempool::Taken::waiting);
  for (int address = 10; address < 20; ++address) {
    for (std::size_t i = 0; i < often; ++i) replay("192.0.2." + std::to_string(address));
  }
  EXPECT_EQ(add(funds_of(leader_.genesis, 2, 1, ""), runtime::Client{"192.0.2.9"}),
            Mempool::Taken::no_room)
      << "addresses cost nothing, so clients together have a bound too";
  EXPECT_EQ(add(funds_of(leader_.genesis, 3, 1, ""), runtime::Own{}), Mempool::Taken::waiting);
}

TEST_F(OpenBlocksTest, WhatHasNoRoomKeepsNobodyElseWaiting) {
  ledger::Policies policies = leader_.genesis.policies;
  policies.block_records_max = ledger::submission_records_max;
  leader_.genesis.policies = policies;
  leader_.pool = std::make_unique<Mempool>(*leader_.store, policies, Mempool::Limits{});
  leader_.open = std::make_unique<OpenBlocks>(*leader_.store, leader_.genesis);
  const auto add = [&](ledger::CheckedSubmission submission) {
    crypto::Bytes bytes = runtime::canonical_bytes(submission);
    return leader_.pool->add(std::move(submission), std::move(bytes), [](runtime::SubmitResult) {});
  };
  EXPECT_EQ(add(funds_of(leader_.genesis, 0, 1'500, "")), Mempool::Taken::waiting);
  EXPECT_EQ(add(funds_of(leader_.genesis, 1'500, 600, "")), Mempool::Taken::waiting);
  // Its author's own come after it, tried or not.
  EXPECT_EQ(add(funds_of(leader_.genesis, 5'000, 1, "fund-1")), Mempool::Taken::waiting);
  EXPECT_EQ(leader_.add(0), Mempool::Taken::waiting);
  ledger::Record wrong = crash_donation(5);
  std::get<ledger::Donation>(wrong.body).fund = {"nowhere"};
  EXPECT_EQ(add(*ledger::sign_checked(ledger::network_id(leader_.genesis), {"platform"},
                                      crash_key("platform"), {std::move(wrong)})),
            Mempool::Taken::waiting)
      << "it may stand on what had no room, so its refusal says nothing yet";
  const consensus::Block block = leader_.build(leader_.head().hash, leader_.head().seal.time.value);
  const auto& included = leader_.open->find(block.hash)->submissions;
  ASSERT_EQ(included.size(), 2U);
  EXPECT_EQ(included[0].records.size(), 1'500U);
  EXPECT_EQ(included[1].records.size(), 1U);
}

TEST_F(OpenBlocksTest, ABlockKeepsToTheRoomOfItsOrderAndTakesALongSubmissionAlone) {
  const auto build = [&](std::size_t room) {
    const storage::Head head = leader_.head();
    const std::uint64_t time = head.seal.time.value + 1;
    const auto block =
        leader_.open->build({{1}, head.hash, {head.height.value + 1}, time, room},
                            {0, leader_.genesis.validators.items[0]}, time, *leader_.pool);
    crypto::check(block.has_value(), "there is something to build");
    const auto included = leader_.open->find(block->hash)->submissions.size();
    return std::pair(block->body.value.size(), included);
  };
  ledger::CheckedSubmission funds = funds_of(leader_.genesis, 0, 1'000, "");
  crypto::Bytes bytes = runtime::canonical_bytes(funds);
  const std::size_t length = bytes.size();
  ASSERT_GT(length, 20'000U);
  leader_.pool->add(std::move(funds), std::move(bytes), [](runtime::SubmitResult) {});
  EXPECT_EQ(build(4'000).second, 1U) << "it is not kept waiting for ever";
  EXPECT_GT(build(4'000).first, length);
  for (std::uint64_t i = 0; i < 100; ++i) leader_.add(i);
  const auto [some_bytes, some] = build(4'000);
  EXPECT_LE(some_bytes, 4'000U);
  EXPECT_GT(some, 3U) << "the shorter ones go first";
  EXPECT_LT(some, 100U);
  EXPECT_EQ(build(consensus::body_bytes_max).second, 101U);
}

}  // namespace
}  // namespace centime::test
