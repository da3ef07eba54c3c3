#include "node/ledger/account.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/random_history.h"

namespace centime::test {
namespace {

using ledger::Account;
using ledger::Amount;
using ledger::Interval;
using ledger::Position;
using Segments = std::vector<Interval>;

Account account_with(std::uint64_t units) {
  Account account({7}, {relief, red_aid, currency("EUR")});
  account.receive(*account.room_for({units}));
  return account;
}

Interval units(std::uint64_t lo, std::uint64_t hi) { return {{lo}, {hi}}; }

TEST(Account, SpendsTheLowestUnitsAndClosesHoles) {
  Account account = account_with(100);
  ASSERT_TRUE(account.spend({units(10, 20), units(30, 40)}));
  EXPECT_EQ(account.head(), Position{0});
  EXPECT_EQ(account.holes(), (Segments{units(10, 20), units(30, 40)}));
  EXPECT_EQ(account.balance(), 80);

  EXPECT_EQ(account.first_unspent({25}), (Segments{units(0, 10), units(20, 30), units(40, 45)}));
  ASSERT_TRUE(account.spend(*account.first_unspent({10})));
  EXPECT_EQ(account.head(), Position{20});
  EXPECT_EQ(account.holes(), (Segments{units(30, 40)}));
  EXPECT_EQ(account.balance(), 70);
}

TEST(Account, JoinsHolesThatTouch) {
  Account account = account_with(100);
  ASSERT_TRUE(account.spend({units(10, 20), units(30, 40)}));
  ASSERT_TRUE(account.spend({units(20, 30)}));
  EXPECT_EQ(account.holes(), (Segments{units(10, 40)}));
  ASSERT_TRUE(account.spend({units(40, 45), units(45, 50)}));
  EXPECT_EQ(account.holes(), (Segments{units(10, 50)}));
}

TEST(Account, NamesTheUnspentPartsOfAnInterval) {
  Account account = account_with(100);
  ASSERT_TRUE(account.spend({units(0, 5), units(10, 20), units(30, 40)}));
  EXPECT_EQ(account.unspent(units(0, 100)),
            (Segments{units(5, 10), units(20, 30), units(40, 100)}));
  EXPECT_EQ(account.unspent(units(12, 35)), (Segments{units(20, 30)}));
  EXPECT_EQ(account.unspent(units(10, 20)), Segments{});
  EXPECT_EQ(account.unspent(units(0, 5)), Segments{});
  EXPECT_EQ(account.unspent(units(95, 300)), (Segments{units(95, 100)}));
}

TEST(Account, HasRoomUpToTheGreatestAmountInAll) {
  Account account = account_with(ledger::amount_max - 1);
  EXPECT_FALSE(account.room_for({2}));
  ASSERT_TRUE(account.room_for({1}));
  account.receive(*account.room_for({1}));
  EXPECT_FALSE(account.room_for({1}));
  // What is spent makes no room: positions are never used twice.
  ASSERT_TRUE(account.spend({units(0, 1'000)}));
  EXPECT_FALSE(account.room_for({1}));
}

// Every second unit of the account spent, `holes` times.
Account comb(std::uint64_t holes) {
  Account account = account_with(2 * holes + 10);
  Segments segments;
  for (std::uint64_t i = 0; i < holes; ++i) segments.push_back(units(2 * i + 1, 2 * i + 2));
  EXPECT_TRUE(account.spend(segments));
  return account;
}

TEST(Account, GivesNothingFromMoreThanSegmentsMaxPieces) {
  const Account account = comb(ledger::segments_max + 5);
  const auto most = account.first_unspent({ledger::segments_max});
  ASSERT_TRUE(most);
  EXPECT_EQ(most->size(), ledger::segments_max);
  EXPECT_FALSE(account.first_unspent({ledger::segments_max + 1}));
}

TEST(Account, RefusesMoreThanHolesMaxHolesAndStaysAsItWas) {
  Account account = comb(ledger::holes_max);
  const Account before = account;
  const std::uint64_t free = 2 * ledger::holes_max + 5;
  EXPECT_FALSE(account.spend({units(free, free + 1)}));
  EXPECT_EQ(crypto::encode(account), crypto::encode(before));
  EXPECT_EQ(account.balance(), before.balance());
  // A hole that joins another, or the head, is none more.
  EXPECT_TRUE(account.spend({units(2, 3)}));
  EXPECT_TRUE(account.spend({units(free, free + 1)}));
}

// Nothing is left half done, and one hole more would stop every node that encodes the account.
TEST(Account, RefusesSegmentsOfWhichTheLastFindsNoRoomForItsHole) {
  for (const std::uint64_t segments : {4, 5}) {
    const std::uint64_t holes = ledger::holes_max - segments + 1;
    Account account = account_with(2 * (holes + segments) + 10);
    Segments before;
    for (std::uint64_t i = 0; i < holes; ++i) before.push_back(units(2 * i + 1, 2 * i + 2));
    ASSERT_TRUE(account.spend(before));
    const crypto::Bytes as_it_was = crypto::encode(account);
    Segments more;
    for (std::uint64_t i = holes; i < holes + segments; ++i)
      more.push_back(units(2 * i + 1, 2 * i + 2));
    EXPECT_FALSE(account.spend(more)) << segments;
    EXPECT_EQ(crypto::encode(account), as_it_was) << segments;
    more.pop_back();
    EXPECT_TRUE(account.spend(more)) << segments;
  }
}

TEST(Account, IsRestoredFromItsBytes) {
  Account account = account_with(100);
  ASSERT_TRUE(account.spend({units(0, 3), units(10, 20), units(30, 40)}));
  const auto decoded = ledger::decode_account(crypto::encode(account));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->balance(), account.balance());
  EXPECT_EQ(decoded->key(), account.key());
  EXPECT_EQ(decoded->holes(), account.holes());
  EXPECT_EQ(ledger::account_leaf_hash(*decoded), ledger::account_leaf_hash(account));
}

// An account's bytes with head, received and holes as given.
crypto::Bytes stored(std::uint64_t received, std::uint64_t head, const Segments& holes) {
  crypto::Bytes bytes = crypto::encode(Account({7}, {relief, red_aid, currency("EUR")}));
  bytes.resize(bytes.size() - 20);
  crypto::encode_to(received, bytes);
  crypto::encode_to(head, bytes);
  crypto::encode_to(crypto::List<Interval, ledger::holes_max>{holes}, bytes);
  return bytes;
}

TEST(Account, IsNotRestoredFromBytesThatNoAccountMakes) {
  EXPECT_TRUE(ledger::decode_account(stored(100, 10, {units(20, 30), units(40, 100)})));
  const std::vector<crypto::Bytes> wrong{
      stored(100, 101, {}),                             // head above received
      stored(100, 10, {units(10, 20)}),                 // a hole at the head
      stored(100, 10, {units(5, 7)}),                   // below it
      stored(100, 10, {units(20, 20)}),                 // empty
      stored(100, 10, {units(30, 20)}),                 // turned round
      stored(100, 10, {units(20, 30), units(30, 40)}),  // touching
      stored(100, 10, {units(20, 30), units(25, 40)}),  // overlapping
      stored(100, 10, {units(40, 50), units(20, 30)}),  // unsorted
      stored(100, 10, {units(90, 101)}),                // beyond received
      stored(ledger::amount_max + 1, 10, {}),
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    EXPECT_FALSE(ledger::decode_account(wrong[i])) << "number " << i;
  }
}

// Against a list of flags, one per unit.
RC_GTEST_PROP(Account, AgreesWithOneFlagPerUnit, (std::uint64_t seed)) {
  Dice dice(seed);
  Account account({0}, {relief, red_aid, currency("EUR")});
  std::vector<bool> spent;
  for (int step = 0; step < 60; ++step) {
    if (dice.percent(40)) {
      const std::uint64_t amount = 1 + dice.below(12);
      const auto room = account.room_for({amount});
      RC_ASSERT(room && *room == units(spent.size(), spent.size() + amount));
      account.receive(*room);
      spent.resize(spent.size() + amount);
    } else if (account.balance() > 0 && dice.percent(50)) {
      const std::uint64_t amount = 1 + dice.below(account.balance());
      const auto segments = account.first_unspent({amount});
      RC_ASSERT(segments.has_value());
      std::uint64_t left = amount;
      for (const Interval& segment : *segments) {
        for (std::uint64_t p = segment.lo.value; p < segment.hi.value; ++p, --left) {
          RC_ASSERT(!spent[p] && std::find(spent.begin(), spent.end(), false) - spent.begin() ==
                                     static_cast<std::ptrdiff_t>(p));
          spent[p] = true;
        }
      }
      RC_ASSERT(left == 0);
      RC_ASSERT(account.spend(*segments));
    } else if (!spent.empty()) {
      const std::uint64_t lo = dice.below(spent.size());
      const Segments free = account.unspent(units(lo, lo + 1 + dice.below(9)));
      for (const Interval& segment : free) {
        for (std::uint64_t p = segment.lo.value; p < segment.hi.value; ++p) {
          RC_ASSERT(!spent[p]);
          spent[p] = true;
        }
      }
      if (!free.empty()) RC_ASSERT(account.spend(free));
    }
    RC_ASSERT(account.well_formed());
    RC_ASSERT(account.balance() ==
              static_cast<std::uint64_t>(std::count(spent.begin(), spent.end(), false)));
    RC_ASSERT(ledger::decode_account(crypto::encode(account)));
  }
}

}  // namespace
}  // namespace centime::test
