// Law 5: executing a log again gives the same bytes, and a changed log does not pass.
#include "node/ledger/replay.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/random_history.h"
#include "tests/support/state_probe.h"

namespace centime::test {
namespace {

using crypto::Bytes;
using ledger::EntryIndex;
using ledger::LogFault;
using ledger::MemoryState;
using ledger::ParsedBlock;
using Log = std::vector<Bytes>;

// A log executed again from its entries, block by block.
class Rerun {
 public:
  explicit Rerun(const ledger::Genesis& genesis)
      : network_(ledger::network_id(genesis)), genesis_(genesis) {
    const ledger::Block block = ledger::genesis_block(state_, genesis);
    replayer_.emplace(genesis, block.tip);
    state_.apply(block);
  }

  // The first fault, or nothing.
  std::optional<LogFault> run(std::span<const Bytes> entries) {
    ledger::BlockParser parser(network_, replayer_->tip().next_entry());
    for (const Bytes& entry : entries) {
      auto parsed = parser.add(entry);
      if (!parsed) return parsed.error();
      if (!*parsed) continue;
      const auto block = replayer_->execute(state_, state_, **parsed);
      if (!block) return block.error();
      state_.apply(*block);
    }
    if (!parser.at_boundary()) return LogFault{{0}, "the log ends inside a block"};
    return std::nullopt;
  }

  const MemoryState& state() const { return state_; }
  const ledger::Tip& tip() const { return replayer_->tip(); }

 private:
  ledger::NetworkId network_;
  ledger::Genesis genesis_;
  MemoryState state_;
  std::optional<ledger::Replayer> replayer_;
};

// A fault in the genesis block, or in what follows it.
std::optional<LogFault> replay(const Log& log) {
  const auto genesis = ledger::read_genesis(log.at(0));
  if (!genesis) return genesis.error();
  const MemoryState nothing;
  const ledger::Block first = ledger::genesis_block(nothing, *genesis);
  if (first.state->changes().entries != Log(log.begin(), log.begin() + 2)) {
    return LogFault{{1}, "entry 1 is not the genesis block's seal"};
  }
  return Rerun(*genesis).run(std::span(log).subspan(2));
}

Log small_log() {
  LedgerWorld world;
  RandomHistory history(world, {.amount_max = 40, .currencies = {"EUR", "JPY"}, .funds = 1});
  history.run(7, 45);
  return world.state().entries();
}

// The entries of each block, the genesis block first.
std::vector<Log> blocks_of(const Log& log) {
  std::vector<Log> blocks(1);
  for (const Bytes& entry : log) {
    blocks.back().push_back(entry);
    if (entry[0] == 3) blocks.emplace_back();
  }
  blocks.pop_back();
  return blocks;
}

class ReplayOfLongHistories : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ReplayOfLongHistories, GivesTheSameEntriesSealsAndState) {
  LedgerWorld world;
  RandomHistory history(world, {});
  history.run(GetParam(), 1'000);
  const Log& log = world.state().entries();

  Rerun rerun(world.genesis());
  const auto fault = rerun.run(std::span(log).subspan(2));
  ASSERT_FALSE(fault) << "entry " << fault->entry.value << ": " << fault->detail;
  EXPECT_EQ(rerun.state().entries(), log);
  EXPECT_EQ(rerun.state().flows(), world.state().flows());
  EXPECT_EQ(rerun.tip().hash, world.tip().hash);
  EXPECT_EQ(rerun.tip().log.root(), world.tip().log.root());
  StateProbe probe;
  probe.learn(log);
  EXPECT_EQ(probe.difference(rerun.state(), world.state()), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReplayOfLongHistories, ::testing::Range<std::uint64_t>(40, 44));

RC_GTEST_PROP(Replay, GivesTheSameLogAfterAnyHistory, (const std::vector<std::uint64_t>& seeds)) {
  LedgerWorld world;
  RandomHistory history(world, {.amount_max = 50, .funds = 1});
  for (const std::uint64_t seed : seeds) history.step(seed);
  world.seal();
  RC_ASSERT(!replay(world.state().entries()));
}

// Each flip is replayed from the state before its block. A seal's time may be another and hold by
// itself, so then the block after it has to fail.
TEST(Replay, FailsWhenAnyByteOfAnyEntryIsFlipped) {
  const Log log = small_log();
  const std::vector<Log> blocks = blocks_of(log);
  ASSERT_GT(blocks.size(), 8);
  const auto genesis = ledger::read_genesis(log[0]);
  ASSERT_TRUE(genesis);
  Dice dice(11);
  Rerun before(*genesis);
  std::size_t flips = 0;
  for (std::size_t b = 1; b + 1 < blocks.size(); ++b) {
    for (std::size_t e = 0; e < blocks[b].size(); ++e) {
      for (std::size_t i = 0; i < blocks[b][e].size(); ++i) {
        Log changed = blocks[b];
        changed[e][i] = static_cast<std::uint8_t>(changed[e][i] ^ (1u << dice.below(8)));
        Rerun rerun = before;
        auto fault = rerun.run(changed);
        if (!fault) fault = rerun.run(blocks[b + 1]);
        ASSERT_TRUE(fault) << "block " << b << ", entry " << e << ", byte " << i;
        ++flips;
      }
    }
    ASSERT_FALSE(before.run(blocks[b]));
  }
  EXPECT_GT(flips, 5'000);
}

TEST(Replay, FailsOrChangesTheRootWhenTheGenesisOrTheLastBlockIsFlipped) {
  const Log log = small_log();
  const std::vector<Log> blocks = blocks_of(log);
  const auto root_of = [](const Log& entries) {
    crypto::CompactRange tree;
    for (const Bytes& entry : entries) tree.append(crypto::hash_leaf(entry));
    return tree.root();
  };
  for (const std::size_t entry : {std::size_t{0}, std::size_t{1}, log.size() - 1}) {
    for (std::size_t i = 0; i < log[entry].size(); ++i) {
      Log changed = log;
      changed[entry][i] ^= 0x10;
      ASSERT_NE(root_of(changed), root_of(log));
      if (entry < 2) {
        ASSERT_TRUE(replay(changed)) << "entry " << entry << ", byte " << i;
      }
    }
  }
}

TEST(Replay, FailsWhenAnEntryIsDroppedDoubledOrSwapped) {
  const Log log = small_log();
  for (std::size_t i = 1; i + 1 < log.size(); ++i) {
    Log dropped = log;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    ASSERT_TRUE(replay(dropped)) << "without entry " << i;
    Log doubled = log;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), log[i]);
    ASSERT_TRUE(replay(doubled)) << "with entry " << i << " twice";
    Log swapped = log;
    std::swap(swapped[i], swapped[i + 1]);
    ASSERT_TRUE(replay(swapped)) << "with entry " << i << " after the next";
  }
}

TEST(Replay, FailsWhenTheLogEndsInsideABlock) {
  const Log log = small_log();
  for (std::size_t size = 2; size < log.size(); ++size) {
    const Log part(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(replay(part).has_value(), log[size - 1][0] != 3) << "with " << size << " entries";
  }
}

TEST(BlockParser, RefusesASecondGenesis) {
  const Log log = small_log();
  ledger::BlockParser parser(ledger::network_id(*ledger::read_genesis(log[0])), {2});
  const auto added = parser.add(log[0]);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().entry, EntryIndex{2});
}

// Before it makes room for them: a log may be anybody's.
TEST(BlockParser, RefusesAHeadOfNoRecordsOrOfTooMany) {
  for (const std::uint32_t count : {0U, std::uint32_t{ledger::submission_records_max} + 1, ~0U}) {
    ledger::BlockParser parser(ledger::network_id(world_genesis()), {2});
    ledger::SubmissionHead head;
    head.author = open_giving;
    head.count = count;
    const auto added = parser.add(crypto::encode(ledger::Entry(head)));
    ASSERT_FALSE(added) << count;
    EXPECT_EQ(added.error().detail, "too_large: the submission's count of records is out of range");
  }
}

TEST(BlockParser, RefusesEverythingUnderAnotherNetwork) {
  const Log log = small_log();
  ledger::BlockParser parser(ledger::NetworkId{}, {2});
  std::optional<LogFault> fault;
  for (std::size_t i = 2; i < log.size() && !fault; ++i) {
    if (const auto added = parser.add(log[i]); !added) fault = added.error();
  }
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->detail.substr(0, 13), "bad_signature");
}

// ---- blocks that are well sealed, but not allowed

class ForgedBlock : public ::testing::Test {
 protected:
  ForgedBlock() { world_.open_channel(); }

  // Replays a block that a draft with these policies, time and proposer makes.
  std::string fault_of(const std::vector<ledger::CheckedSubmission>& submissions,
                       const ledger::Policies& policies, ledger::TimeMs time,
                       const ledger::MemberId& proposer) {
    ledger::Draft draft(world_.state(), world_.tip(), policies, time);
    for (const auto& submission : submissions) EXPECT_TRUE(draft.add(submission));
    const ledger::Block block = std::move(draft).seal(proposer, world_.state());
    ledger::BlockParser parser(world_.network(), world_.tip().next_entry());
    for (const Bytes& entry : block.state->changes().entries) {
      const auto parsed = parser.add(entry);
      if (!parsed) return parsed.error().detail;
      if (!*parsed) continue;
      ledger::Replayer replayer(world_.genesis(), world_.tip());
      const auto executed = replayer.execute(world_.state(), world_.state(), **parsed);
      return executed ? "" : executed.error().detail;
    }
    return "no seal";
  }

  ledger::CheckedSubmission channels(std::size_t count) {
    std::vector<ledger::Record> records;
    for (std::size_t i = 0; i < count; ++i) {
      const auto reference = world_.next_reference();
      records.push_back({reference, channel_of({reference.value})});
    }
    return world_.checked(open_giving, std::move(records));
  }

  ledger::TimeMs later(std::uint64_t ms) const { return {world_.tip().time.value + ms}; }

  LedgerWorld world_;
};

TEST_F(ForgedBlock, PassesWhenNothingIsForged) {
  EXPECT_EQ(fault_of({channels(3)}, world_.genesis().policies, later(1), open_giving), "");
}

TEST_F(ForgedBlock, FailsOverTheNetworksLimits) {
  ledger::Policies wide = world_.genesis().policies;
  wide.block_records_max = 100'000;
  std::vector<ledger::CheckedSubmission> submissions;
  for (int i = 0; i < 6; ++i) submissions.push_back(channels(2'000));
  EXPECT_EQ(fault_of(submissions, wide, later(1), open_giving),
            "too_large: the block passes its limits");
}

TEST_F(ForgedBlock, FailsWithAProposerThatIsNoValidator) {
  EXPECT_EQ(fault_of({channels(1)}, world_.genesis().policies, later(1), field_crew),
            "the block's proposer is no validator");
}

// Signed in order, but by one member for another.
TEST_F(ForgedBlock, FailsWithARecordOfAnotherAuthor) {
  const ledger::AuthoredRecord stolen{red_aid, world_.record(proposal_of({"stolen"}))};
  crypto::CompactRange tree;
  tree.append(crypto::hash_leaf(crypto::encode(stolen)));
  const auto key = fixed_key(open_giving.value);
  ledger::SubmissionHead head{open_giving, key.public_key(), 1, tree.root(), {}};
  head.signature = key.sign(submission_message(world_.network(), head));
  ledger::BlockParser parser(world_.network(), world_.tip().next_entry());
  ASSERT_TRUE(parser.add(crypto::encode(ledger::Entry(head))));
  const auto added = parser.add(crypto::encode(ledger::Entry(ledger::RecordEntry{stolen, {}})));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().detail, "a record names another author than its submission");
}

TEST_F(ForgedBlock, FailsWithASubmissionThatIsInTheLogAlready) {
  const ledger::Tip parent = world_.tip();
  world_.open_channel({"till"});
  const auto& log = world_.state().entries();
  ledger::BlockParser parser(world_.network(), world_.tip().next_entry());
  for (std::size_t i = parent.log.size(); i + 1 < log.size(); ++i) ASSERT_TRUE(parser.add(log[i]));
  ledger::Seal seal = world_.seals().back();
  seal.time = later(1);
  const auto parsed = parser.add(crypto::encode(ledger::Entry(seal)));
  ASSERT_TRUE(parsed && *parsed);
  ledger::Replayer replayer(world_.genesis(), world_.tip());
  const auto executed = replayer.execute(world_.state(), world_.state(), **parsed);
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().entry, world_.tip().next_entry());
  EXPECT_EQ(executed.error().detail, "already_recorded: the log holds a submission twice");
}

TEST_F(ForgedBlock, FailsWithASubmissionOfMoreThanAMebibyte) {
  auto body = disbursement_of(red_aid, 1);
  body.evidence.items.assign(16, {{}, {std::string(100, 'm')}, 1, {}, {{std::string(200, 'c')}}});
  std::vector<ledger::Record> records;
  for (int i = 0; i < 200; ++i) records.push_back(world_.record(body));
  const auto submission = world_.sign(open_giving, records);
  ledger::BlockParser parser(world_.network(), world_.tip().next_entry());
  ASSERT_TRUE(parser.add(crypto::encode(ledger::Entry(submission.head))));
  std::string fault;
  for (std::size_t i = 0; i < records.size() && fault.empty(); ++i) {
    const ledger::RecordEntry entry{{open_giving, records[i]}, {}};
    if (const auto added = parser.add(crypto::encode(ledger::Entry(entry))); !added) {
      fault = added.error().detail;
    }
  }
  EXPECT_EQ(fault, "too_large: a submission is at most 1 MiB of records");
}

TEST_F(ForgedBlock, FailsWithoutASubmission) {
  EXPECT_EQ(fault_of({}, world_.genesis().policies, later(1), open_giving),
            "a block without a submission");
}

TEST_F(ForgedBlock, FailsWithARecordFromTheFuture) {
  world_.open_fund();
  ledger::Policies wide = world_.genesis().policies;
  wide.days_ahead_max = 400;
  ledger::Donation donation = donation_of(5);
  donation.paid_on = day("2026-08-01");
  const auto submission = world_.checked(open_giving, {world_.record(donation)});
  EXPECT_EQ(fault_of({submission}, wide, later(1), open_giving).substr(0, 17), "date_out_of_range");
}

// The block's entries after a change, under a seal that commits to them.
Log resealed(const ledger::Tip& parent, Log entries) {
  ledger::Seal seal = std::get<ledger::Seal>(*crypto::decode<ledger::Entry>(entries.back()));
  entries.pop_back();
  crypto::CompactRange log = parent.log;
  for (const Bytes& entry : entries) log.append(crypto::hash_leaf(entry));
  seal.log_root = log.root();
  seal.entry_count = static_cast<std::uint32_t>(entries.size());
  entries.push_back(crypto::encode(ledger::Entry(seal)));
  return entries;
}

TEST(Replay, FindsForgedEffectsUnderASealThatCommitsToThem) {
  LedgerWorld world;
  world.open_channel();
  world.open_fund();
  world.donate(100);
  const MemoryState before = world.state();
  const ledger::Tip parent = world.tip();
  world.disburse(open_giving, red_aid, 60);
  Log entries(world.state().entries().begin() + static_cast<std::ptrdiff_t>(parent.log.size()),
              world.state().entries().end());
  ASSERT_EQ(entries.size(), 3);
  auto record = std::get<ledger::RecordEntry>(*crypto::decode<ledger::Entry>(entries[1]));
  record.effects.spend->segments.items = {{{40}, {100}}};
  entries[1] = crypto::encode(ledger::Entry(record));
  entries = resealed(parent, std::move(entries));

  ledger::BlockParser parser(world.network(), parent.next_entry());
  ASSERT_TRUE(parser.add(entries[0]));
  ASSERT_TRUE(parser.add(entries[1]));
  const auto parsed = parser.add(entries[2]);
  ASSERT_TRUE(parsed && *parsed);
  ledger::Replayer replayer(world.genesis(), parent);
  const auto executed = replayer.execute(before, before, **parsed);
  ASSERT_FALSE(executed);
  EXPECT_EQ(executed.error().entry, parent.next_entry() + 1);
  EXPECT_EQ(executed.error().detail,
            "the effects in the log are not what executing the record does");
}

}  // namespace
}  // namespace centime::test
