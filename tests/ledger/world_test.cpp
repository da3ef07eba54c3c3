#include <gtest/gtest.h>

#include "node/ledger/laws.h"
#include "node/ledger/trace.h"
#include "tests/support/ledger_world.h"

namespace centime::test {
namespace {

using ledger::Interval;
using ledger::Position;

TEST(LedgerWorld, FollowsOneDonationFromTheDonorToTheShop) {
  LedgerWorld world;
  world.open_channel();
  world.open_fund();
  const auto gift = world.donate(1'000);
  world.donate(500);
  world.disburse(open_giving, red_aid, 1'200);
  const auto bill = world.spend(red_aid, 1'100);
  EXPECT_EQ(world.balance(open_giving), 300);
  EXPECT_EQ(world.balance(red_aid), 100);

  const auto record = world.state().record(world.entry_of(gift));
  const auto trace = ledger::trace_forward(world.state(), record.effects.fill->account,
                                           record.effects.fill->units, world.entry_of(gift));
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->moves.size(), 2);
  EXPECT_EQ(trace->moves[1].entry, world.entry_of(bill));
  EXPECT_EQ(trace->moves[1].units, (Interval{Position{0}, Position{1'000}}));
  EXPECT_FALSE(ledger::check_laws(world.state(), world.state().flows(), world.funds()));
  EXPECT_FALSE(ledger::check_trace_laws(world.state(), world.entry_of(gift)).breach);
  EXPECT_FALSE(ledger::check_source_laws(world.state(), world.entry_of(bill)));
}

TEST(LedgerWorld, GivesTheSameLogForTheSameCalls) {
  const auto log = [] {
    LedgerWorld world;
    world.open_channel();
    world.open_fund();
    world.donate(77);
    return world.state().entries();
  };
  EXPECT_EQ(log(), log());
}

}  // namespace
}  // namespace centime::test
