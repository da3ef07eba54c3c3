#include "node/ledger/block.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/ledger/replay.h"
#include "tests/support/random_history.h"
#include "tests/support/state_probe.h"

namespace centime::test {
namespace {

using crypto::Bytes;
using ledger::Block;
using ledger::CheckedSubmission;
using ledger::Draft;
using ledger::MemoryState;
using ledger::ParsedBlock;
using ledger::Policies;
using ledger::Tip;

// The blocks of a made-up history after its genesis, ready to be executed again.
struct Past {
  LedgerWorld world;
  std::vector<ParsedBlock> blocks;
  StateProbe probe;

  explicit Past(std::uint64_t seed, std::size_t steps) {
    RandomHistory history(world, {.amount_max = 60, .funds = 1});
    history.run(seed, steps);
    const auto& log = world.state().entries();
    probe.learn(log);
    ledger::BlockParser parser(world.network(), {2});
    for (std::size_t i = 2; i < log.size(); ++i) {
      auto parsed = parser.add(log[i]);
      EXPECT_TRUE(parsed);
      if (*parsed) blocks.push_back(std::move(**parsed));
    }
  }
};

Block sealed(Draft draft, const ParsedBlock& parsed, const ledger::AccountTree& accounts) {
  for (const CheckedSubmission& submission : parsed.submissions) {
    EXPECT_TRUE(draft.add(submission));
  }
  return std::move(draft).seal(parsed.seal.proposer, accounts);
}

// ---- unfinished blocks

// Executes each pair of blocks stacked on one another, drops them, and executes them again.
void check_stacking(std::uint64_t seed, std::size_t steps) {
  const Past past(seed, steps);
  const Policies policies = past.world.genesis().policies;
  MemoryState state;
  Tip tip;
  {
    const Block genesis = ledger::genesis_block(state, past.world.genesis());
    tip = genesis.tip;
    state.apply(genesis);
  }
  for (std::size_t i = 0; i + 1 < past.blocks.size(); ++i) {
    const ParsedBlock& first = past.blocks[i];
    const ParsedBlock& second = past.blocks[i + 1];
    const auto answers = past.probe.ask(state);
    const auto root = state.root_with({}, state.account_count());
    {
      const Block lower = sealed({state, tip, policies, first.seal.time}, first, state);
      const Block upper = sealed({lower, policies, second.seal.time}, second, state);
      ASSERT_EQ(lower.state->changes().entries, first.entries);
      ASSERT_EQ(upper.state->changes().entries, second.entries);
    }
    ASSERT_EQ(past.probe.ask(state), answers);
    ASSERT_EQ(state.root_with({}, state.account_count()), root);
    ASSERT_EQ(state.entries().size(), tip.log.size());

    const Block block = sealed({state, tip, policies, first.seal.time}, first, state);
    ASSERT_EQ(block.state->changes().entries, first.entries);
    tip = block.tip;
    state.apply(block);
  }
}

TEST(Block, StackedOnAnUnfinishedOneAndDroppedLeavesNoTrace) { check_stacking(21, 250); }

TEST(Block, StackedThreeHighGivesTheBytesOfTheFinishedChain) {
  const Past past(22, 200);
  const Policies policies = past.world.genesis().policies;
  MemoryState state;
  Block genesis = ledger::genesis_block(state, past.world.genesis());
  state.apply(genesis);
  // Never finished: every block of the history on top of all before it.
  std::vector<Block> chain;
  for (const ParsedBlock& parsed : past.blocks) {
    Draft draft = chain.empty() ? Draft(state, genesis.tip, policies, parsed.seal.time)
                                : Draft(chain.back(), policies, parsed.seal.time);
    chain.push_back(sealed(std::move(draft), parsed, state));
    ASSERT_EQ(chain.back().state->changes().entries, parsed.entries);
  }
  EXPECT_EQ(past.probe.difference(*chain.back().state, past.world.state()), "");
  EXPECT_EQ(chain.back().tip.hash, past.world.tip().hash);
}

// Blocks finish from below while others stand on them; a state that is a copy is a snapshot.
TEST(Block, FinishesInOrderWhileOthersStandOnIt) {
  const Past past(23, 200);
  const Policies policies = past.world.genesis().policies;
  MemoryState state;
  Tip tip;
  {
    const Block genesis = ledger::genesis_block(state, past.world.genesis());
    tip = genesis.tip;
    state.apply(genesis);
  }
  for (std::size_t i = 0; i + 1 < past.blocks.size(); i += 2) {
    const MemoryState snapshot = state;
    const Block lower =
        sealed({snapshot, tip, policies, past.blocks[i].seal.time}, past.blocks[i], snapshot);
    const Block upper =
        sealed({lower, policies, past.blocks[i + 1].seal.time}, past.blocks[i + 1], snapshot);
    state.apply(lower);
    state.apply(upper);
    ASSERT_EQ(state.root_with({}, state.account_count()), past.blocks[i + 1].seal.state_root);
    tip = upper.tip;
  }
}

// ---- one view like the other

class Views : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Views, OfABlockBeforeItIsAppliedAndOfTheStateAfterAreEqual) {
  LedgerWorld world;
  StateProbe probe;
  std::vector<std::string> before;
  std::size_t blocks = 0;
  std::size_t compared = 0;
  world.on_block = [&](const Block& block) {
    probe.learn(block.state->changes().entries);
    before.clear();
    if (++blocks % 9 == 0) before = probe.ask(*block.state);
  };
  RandomHistory history(world, {.amount_max = 80, .funds = 2});
  Dice seeds(GetParam());
  for (std::size_t i = 0; i < 500; ++i) {
    history.step(seeds.roll());
    world.seal();
    if (before.empty()) continue;
    ASSERT_EQ(before, probe.ask(world.state())) << "block " << blocks;
    before.clear();
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Views, ::testing::Values(61, 62));

// ---- what a draft takes

class DraftLimits : public ::testing::Test {
 protected:
  Draft draft(const Policies& policies) const {
    return {world_.state(), world_.tip(), policies, {world_.tip().time.value + 1}};
  }

  CheckedSubmission channels(std::size_t count) {
    std::vector<ledger::Record> records;
    for (std::size_t i = 0; i < count; ++i) {
      const auto reference = world_.next_reference();
      records.push_back({reference, channel_of({reference.value})});
    }
    return world_.checked(open_giving, std::move(records));
  }

  // About 900 KiB, of records with much evidence.
  CheckedSubmission large() {
    ledger::Disbursement body = disbursement_of(red_aid, 1);
    const ledger::EvidenceFile file{
        ledger::EvidenceKind::photo, {std::string(100, 'm')}, 1, {}, {{std::string(200, 'c')}}};
    body.evidence.items.assign(16, file);
    std::vector<ledger::Record> records;
    for (int i = 0; i < 160; ++i) records.push_back(world_.record(body));
    return world_.checked(open_giving, std::move(records));
  }

  LedgerWorld world_;
};

bool lacks_room(Draft& draft, const CheckedSubmission& submission) {
  const auto outcome = draft.add(submission);
  return !outcome && !outcome.error().rejection;
}

TEST_F(DraftLimits, CountRecordsUpToTheLimitExactly) {
  Policies policies;
  policies.block_records_max = 2'000;
  Draft draft = this->draft(policies);
  ASSERT_TRUE(draft.add(channels(1'400)));
  EXPECT_TRUE(lacks_room(draft, channels(601)));
  ASSERT_TRUE(draft.add(channels(600)));
  EXPECT_TRUE(lacks_room(draft, channels(1)));
}

TEST_F(DraftLimits, CountBytes) {
  world_.open_channel();
  world_.open_fund();
  world_.donate(1'000);
  Policies policies;
  policies.block_bytes_max = 2'097'152;
  Draft draft = this->draft(policies);
  ASSERT_TRUE(draft.add(large()));
  ASSERT_TRUE(draft.add(large()));
  EXPECT_TRUE(lacks_room(draft, large()));
  EXPECT_TRUE(draft.add(channels(1)));
  std::size_t bytes = 0;
  for (const Bytes& entry : draft.state().changes().entries) bytes += entry.size();
  EXPECT_LE(bytes, policies.block_bytes_max);
}

TEST_F(DraftLimits, DoNotCountWhatIsRefusedOrRepeated) {
  Policies policies;
  policies.block_records_max = 2'000;
  Draft draft = this->draft(policies);
  const CheckedSubmission some = channels(1'000);
  ASSERT_TRUE(draft.add(some));
  const auto again = draft.add(some);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeat);
  ledger::Record bad = world_.record(donation_of(5));
  const auto refused = draft.add(world_.checked(open_giving, {bad}));
  ASSERT_FALSE(refused);
  ASSERT_TRUE(refused.error().rejection);
  EXPECT_TRUE(lacks_room(draft, channels(1'001)));
  EXPECT_TRUE(draft.add(channels(1'000)));
}

TEST_F(DraftLimits, StayEmptyWhenEverythingWasRefused) {
  Draft draft = this->draft(Policies{});
  EXPECT_TRUE(draft.empty());
  EXPECT_FALSE(draft.add(world_.checked(open_giving, {world_.record(donation_of(5))})));
  EXPECT_TRUE(draft.empty());
}

// ---- seals

TEST(Seal, ChainsCountsAndCommits) {
  LedgerWorld world;
  RandomHistory history(world, {});
  history.run(5, 80);
  const auto& log = world.state().entries();
  const auto& seals = world.seals();
  crypto::CompactRange tree;
  std::size_t next = 0;
  crypto::Digest previous{};
  for (std::size_t i = 0; i < seals.size(); ++i) {
    const ledger::Seal& seal = seals[i];
    EXPECT_EQ(seal.height.value, i);
    EXPECT_EQ(seal.first_entry.value, next);
    EXPECT_EQ(seal.previous, previous);
    for (std::uint32_t e = 0; e < seal.entry_count; ++e) {
      tree.append(crypto::hash_leaf(log[next++]));
    }
    EXPECT_EQ(seal.log_root, tree.root());
    const Bytes bytes = crypto::encode(ledger::Entry(seal));
    EXPECT_EQ(log[next++], bytes);
    previous = crypto::hash_leaf(bytes);
    tree.append(previous);
  }
  EXPECT_EQ(next, log.size());
  EXPECT_EQ(world.tip().log.root(), tree.root());
}

TEST(Seal, StateRootIsTheRootOverTheAccountsLeaves) {
  LedgerWorld world;
  RandomHistory history(world, {});
  history.run(6, 400);
  std::vector<crypto::Digest> leaves;
  for (std::uint32_t i = 0; i < world.state().account_count(); ++i) {
    leaves.push_back(crypto::hash_leaf(crypto::encode(*world.state().account({i}))));
  }
  EXPECT_GT(leaves.size(), 20);
  EXPECT_EQ(world.seals().back().state_root, crypto::merkle_root(leaves));
  EXPECT_EQ(world.seals().back().account_count, leaves.size());
  EXPECT_EQ(world.seals().front().state_root, crypto::empty_root());
}

}  // namespace
}  // namespace centime::test
