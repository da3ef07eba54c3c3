// Blocks handed over in order by many threads, and where a bad log ends.
#include "node/runtime/block_stream.h"

#include <gtest/gtest.h>

#include "tests/runtime/memory_source.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using runtime::AuditOptions;
using runtime::BlockStream;

// What a stream gave until it gave nothing.
struct Reading {
  std::vector<ledger::Height> heights;
  std::uint64_t entries = 0;
  std::optional<ledger::LogFault> fault;
};

Reading read_all(MemorySource& source, const AuditOptions& options = {}) {
  BlockStream stream(source, options);
  Reading reading;
  std::uint64_t next = 1;  // The genesis entry is no part of its block.
  while (const auto block = stream.next()) {
    EXPECT_EQ(block->first_entry.value, next);
    next += block->entries.size();
    reading.entries += block->entries.size();
    reading.heights.push_back(block->seal.height);
  }
  EXPECT_FALSE(stream.next()) << "a block came after the end";
  reading.fault = stream.fault();
  return reading;
}

class BlockStreams : public testing::Test {
 protected:
  // A log of `blocks` blocks of three gifts each, and one that opens the fund before.
  void make_log(int blocks) {
    world_.open_channel();
    world_.open_fund();
    for (int i = 0; i < blocks; ++i) {
      std::vector<ledger::Record> gifts;
      for (int k = 0; k < 3; ++k) gifts.push_back(world_.record(donation_of(100)));
      ASSERT_TRUE(world_.submit(open_giving, std::move(gifts)));
    }
    log_.entries = world_.state().entries();
  }

  LedgerWorld world_;
  MemorySource log_;
};

TEST_F(BlockStreams, GiveEveryBlockOnceAndInOrder) {
  make_log(600);  // Some 3,000 entries: several runs for several threads.
  const Reading reading = read_all(log_);
  EXPECT_FALSE(reading.fault) << reading.fault->detail;
  EXPECT_EQ(reading.entries + 1, log_.entries.size());
  ASSERT_EQ(reading.heights.size(), world_.seals().size());
  for (std::size_t i = 0; i < reading.heights.size(); ++i)
    EXPECT_EQ(reading.heights[i], world_.seals()[i].height);
}

TEST_F(BlockStreams, GiveTheBlocksBeforeAFaultAndThenItsEntry) {
  make_log(400);
  // The bytes of a record somewhere in the middle, of the last run, and of the first block.
  for (const std::size_t at : {log_.entries.size() / 2, log_.entries.size() - 2, std::size_t{4}}) {
    MemorySource bad = log_;
    bad.entries[at].resize(20);
    const Reading reading = read_all(bad);
    ASSERT_TRUE(reading.fault) << at;
    // A record's bytes are compared with its submission's signature, which ends behind it.
    EXPECT_GE(reading.fault->entry.value, 1 + reading.entries) << at;
    EXPECT_LE(reading.fault->entry.value, at + 4) << at;
    EXPECT_GE(at, 1 + reading.entries) << "a block with a bad entry was given";
    EXPECT_GE(1 + reading.entries + 5, at) << "a good block before the bad one is missing";
  }
}

TEST_F(BlockStreams, SayWhereALogWasCutShort) {
  make_log(3);
  for (std::size_t keep = 0; keep < log_.entries.size(); ++keep) {
    MemorySource cut = log_;
    cut.entries.resize(keep);
    const Reading reading = read_all(cut);
    const bool whole = keep >= 2 && cut.entries.back()[0] == 3;  // It ends with a seal.
    EXPECT_EQ(reading.fault.has_value(), !whole) << keep;
    if (whole) continue;
    EXPECT_TRUE(reading.fault->detail.starts_with("truncated: ")) << reading.fault->detail;
    EXPECT_EQ(reading.fault->entry.value, keep);
  }
}

TEST_F(BlockStreams, RefuseAnotherNetworkAndWhatIsNoGenesis) {
  make_log(1);
  AuditOptions options;
  options.expected_network = world_.network();
  EXPECT_FALSE(read_all(log_, options).fault);
  options.expected_network = ledger::NetworkId{};
  const Reading other = read_all(log_, options);
  ASSERT_TRUE(other.fault);
  EXPECT_TRUE(other.fault->detail.starts_with("wrong_network: ")) << other.fault->detail;
  EXPECT_TRUE(other.heights.empty());

  MemorySource headless = log_;
  headless.entries.erase(headless.entries.begin());
  const Reading reading = read_all(headless);
  ASSERT_TRUE(reading.fault);
  EXPECT_EQ(reading.fault->entry.value, 0U);
  EXPECT_TRUE(reading.heights.empty());
}

TEST_F(BlockStreams, EndABlockThatPassesTheLimitsWithoutReadingOn) {
  world_.open_channel();
  world_.open_fund();
  ASSERT_TRUE(world_.submit(open_giving, donation_of(100)));
  log_.entries = world_.state().entries();
  const std::size_t before = log_.entries.size();
  // The last block's submission, again and again, and never a seal.
  const crypto::Bytes head = log_.entries[before - 3];
  const crypto::Bytes record = log_.entries[before - 2];
  const std::size_t limit = 2 * std::size_t{world_.genesis().policies.block_records_max};
  for (std::size_t i = 0; i < limit; ++i) {
    log_.entries.push_back(head);
    log_.entries.push_back(record);
  }
  const Reading reading = read_all(log_);
  ASSERT_TRUE(reading.fault);
  EXPECT_TRUE(reading.fault->detail.starts_with("too_large: ")) << reading.fault->detail;
  EXPECT_EQ(log_.given, before + limit + 1);
  EXPECT_EQ(reading.heights.size(), world_.seals().size());
}

TEST_F(BlockStreams, StopWhereverTheirReaderDoes) {
  make_log(400);
  const AuditOptions options;
  for (const int blocks : {0, 1, 2, 100}) {
    BlockStream stream(log_, options);
    for (int i = 0; i < blocks; ++i) ASSERT_TRUE(stream.next()) << i;
  }
}

}  // namespace
}  // namespace centime::test
