#include "node/ledger/trace.h"

#include <gtest/gtest.h>

#include "tests/support/ledger_world.h"

namespace centime::test::trace_test {
namespace {

using ledger::EntryIndex;
using ledger::Interval;
using ledger::Piece;
using ledger::RecordKind;
using ledger::TraceError;
using Segments = std::vector<Interval>;

Interval units(std::uint64_t lo, std::uint64_t hi) { return {{lo}, {hi}}; }

class TraceTest : public ::testing::Test {
 protected:
  TraceTest() {
    world_.open_channel();
    world_.open_fund();
  }

  std::expected<ledger::Trace, TraceError> forward(const ledger::RecordId& id,
                                                   std::size_t moves_max = 1'000) const {
    const EntryIndex entry = world_.entry_of(id);
    const ledger::Fill fill = *world_.state().record(entry).effects.fill;
    return trace_forward(world_.state(), fill.account, fill.units, entry, moves_max);
  }

  LedgerWorld world_;
};

TEST_F(TraceTest, SaysWhereEachPartWentAndWhatIsHeld) {
  world_.donate(30);
  const auto gift = world_.donate(100);
  const auto first = world_.disburse(open_giving, red_aid, 70);
  const auto second = world_.disburse(open_giving, clean_water, 20);
  const auto bill = world_.spend(red_aid, 45);
  const auto trace = forward(gift);
  ASSERT_TRUE(trace);

  ASSERT_EQ(trace->pieces.size(), 3);
  EXPECT_EQ(trace->pieces[0].held, Segments{units(90, 130)});
  EXPECT_EQ(trace->pieces[1].units, units(30, 70));
  EXPECT_EQ(trace->pieces[1].arrived_by, world_.entry_of(first));
  EXPECT_EQ(trace->pieces[1].arrived_through, 0);
  EXPECT_EQ(trace->pieces[1].held, Segments{units(45, 70)});
  EXPECT_EQ(trace->pieces[2].units, units(0, 20));
  EXPECT_EQ(trace->pieces[2].arrived_by, world_.entry_of(second));
  EXPECT_EQ(trace->pieces[2].held, Segments{units(0, 20)});

  ASSERT_EQ(trace->moves.size(), 3);
  EXPECT_EQ(trace->moves[0].units, units(30, 70));
  EXPECT_EQ(trace->moves[0].to, 1);
  EXPECT_EQ(trace->moves[1].units, units(70, 90));
  EXPECT_EQ(trace->moves[2].entry, world_.entry_of(bill));
  EXPECT_EQ(trace->moves[2].kind, RecordKind::expenditure);
  EXPECT_EQ(trace->moves[2].from, 1);
  EXPECT_EQ(trace->moves[2].units, units(30, 45));
  EXPECT_EQ(trace->moves[2].to, std::nullopt);
}

TEST_F(TraceTest, StopsAtTheAllowedNumberOfMoves) {
  const auto gift = world_.donate(10);
  for (int i = 0; i < 5; ++i) world_.spend(open_giving, 1);
  EXPECT_TRUE(forward(gift, 5));
  const auto stopped = forward(gift, 4);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error(), TraceError::too_fragmented);
}

TEST_F(TraceTest, GoesBackToEveryDonationInOrder) {
  const auto first = world_.donate(10);
  const auto second = world_.donate(10);
  world_.donate(10);
  world_.disburse(open_giving, red_aid, 25);
  const auto account = world_.account(red_aid)->index();
  const auto found = trace_backward(world_.state(), account, units(5, 15));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->sources.size(), 2);
  EXPECT_EQ(found->sources[0].donation, world_.entry_of(first));
  EXPECT_EQ(found->sources[0].units, units(5, 10));
  EXPECT_EQ(found->sources[0].became, 5);
  EXPECT_EQ(found->sources[1].donation, world_.entry_of(second));
  EXPECT_EQ(found->sources[1].units, units(10, 15));
  EXPECT_EQ(found->moves, 3);

  EXPECT_TRUE(trace_backward(world_.state(), account, units(5, 15), 3));
  EXPECT_FALSE(trace_backward(world_.state(), account, units(5, 15), 2));
}

TEST_F(TraceTest, CountsWhatItTakesToMapExchangesForwardsAgain) {
  world_.donate(100);
  for (int i = 0; i < 5; ++i) {
    world_.exchange(open_giving, 100, "EUR", 90, "JPY");
    world_.exchange(open_giving, 90, "JPY", 100, "EUR");
  }
  const auto account = world_.account(open_giving)->index();
  const auto found = trace_backward(world_.state(), account, units(500, 600));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->moves, 11 + 10);
  ASSERT_EQ(found->sources.size(), 1);
  EXPECT_EQ(found->sources[0].became, 100);
  EXPECT_FALSE(trace_backward(world_.state(), account, units(500, 600), 10));

  // Where the amounts are equal nothing is mapped.
  world_.exchange(open_giving, 100, "EUR", 100, "JPY");
  const auto yen = world_.account(open_giving, "JPY")->index();
  EXPECT_EQ(trace_backward(world_.state(), yen, units(450, 550))->moves, 12 + 10);
}

TEST_F(TraceTest, GivesUpOnMoneyThatWentToAndFroAThousandTimes) {
  world_.donate(1);
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(world_.add(open_giving, {world_.record(disbursement_of(red_aid, 1))}));
    ASSERT_TRUE(world_.add(red_aid, {world_.record(disbursement_of(open_giving, 1))}));
  }
  world_.seal();
  const auto giver = world_.account(open_giving)->index();
  EXPECT_TRUE(trace_backward(world_.state(), giver, units(500, 501)));
  world_.disburse(open_giving, red_aid, 1);
  const auto receiver = world_.account(red_aid)->index();
  const auto stopped = trace_backward(world_.state(), receiver, units(500, 501));
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error(), TraceError::too_fragmented);
}

TEST_F(TraceTest, NamesHeldUnitsInAscendingOrder) {
  const auto gift = world_.donate(10);
  const auto sent = world_.disburse(open_giving, red_aid, 4);
  world_.donate(5);
  world_.give_back(red_aid, sent, 4);
  // Units 4 to 10 were never sent; those that came back stand behind the second donation.
  const auto held =
      held_units(world_.state(), world_.entry_of(gift), world_.account(open_giving)->index(), 100);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->units, (Segments{units(4, 10), units(15, 19)}));
}

}  // namespace
}  // namespace centime::test::trace_test
