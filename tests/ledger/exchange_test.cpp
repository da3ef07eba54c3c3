#include "node/ledger/exchange.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/ledger/money.h"

namespace centime::ledger {
namespace {

// f(o), counted step by step: the whole target units that o source units pay for.
std::uint64_t naive(std::uint64_t offset, const Rate& rate) {
  std::uint64_t whole = 0;
  std::uint64_t rest = 0;
  for (std::uint64_t i = 0; i < offset; ++i) {
    for (rest += rate.to_units; rest >= rate.from_units; rest -= rate.from_units) ++whole;
  }
  return whole;
}

TEST(Rate, MapsEveryOffsetOfEverySmallRateAsCounted) {
  for (std::uint64_t from = 1; from <= 14; ++from) {
    for (std::uint64_t to = 1; to <= 14; ++to) {
      const Rate rate{from, to};
      for (std::uint64_t hi = 0; hi <= from; ++hi) {
        for (std::uint64_t lo = 0; lo <= hi; ++lo) {
          ASSERT_EQ(rate.forwards({lo, hi}), (Offsets{naive(lo, rate), naive(hi, rate)}));
        }
      }
    }
  }
}

// Straight from the definition: the greatest o with f(o) <= lo, the least o with f(o) >= hi.
TEST(Rate, MapsBackToTheUnitsWhoseImageMeetsTheInterval) {
  for (std::uint64_t from = 1; from <= 14; ++from) {
    for (std::uint64_t to = 1; to <= 14; ++to) {
      const Rate rate{from, to};
      for (std::uint64_t hi = 1; hi <= to; ++hi) {
        for (std::uint64_t lo = 0; lo < hi; ++lo) {
          std::uint64_t first = 0;
          std::uint64_t last = from;
          for (std::uint64_t o = 0; o <= from; ++o) {
            if (naive(o, rate) <= lo) first = o;
          }
          for (std::uint64_t o = from + 1; o-- > 0;) {
            if (naive(o, rate) >= hi) last = o;
          }
          ASSERT_EQ(rate.backwards({lo, hi}), (Offsets{first, last}))
              << from << " to " << to << ", [" << lo << ", " << hi << ")";
        }
      }
    }
  }
}

TEST(Rate, MapsTheWholeToTheWholeAtTheLimits) {
  for (const std::uint64_t from :
       {std::uint64_t{1}, std::uint64_t{3}, amount_max - 1, amount_max}) {
    for (const std::uint64_t to :
         {std::uint64_t{1}, std::uint64_t{7}, amount_max - 1, amount_max}) {
      const Rate rate{from, to};
      EXPECT_EQ(rate.forwards({0, from}), (Offsets{0, to}));
      EXPECT_EQ(rate.backwards({0, to}).hi, from);
    }
  }
}

RC_GTEST_PROP(Rate, LosesNothingBetweenAdjacentIntervals,
              (std::uint64_t a, std::uint64_t b, std::uint64_t c)) {
  const Rate rate{1 + a % amount_max, 1 + b % amount_max};
  const std::uint64_t middle = c % (rate.from_units + 1);
  const Offsets left = rate.forwards({0, middle});
  const Offsets right = rate.forwards({middle, rate.from_units});
  RC_ASSERT(left.lo == 0 && left.hi == right.lo && right.hi == rate.to_units);
}

RC_GTEST_PROP(Rate, MapsBackToUnitsThatMapOntoTheInterval,
              (std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)) {
  const Rate rate{1 + a % amount_max, 1 + b % amount_max};
  const std::uint64_t lo = c % rate.to_units;
  const std::uint64_t hi = lo + 1 + d % (rate.to_units - lo);
  const Offsets units = rate.backwards({lo, hi});
  RC_ASSERT(units.lo < units.hi && units.hi <= rate.from_units);
  const Offsets image = rate.forwards(units);
  RC_ASSERT(image.lo <= lo && hi <= image.hi);
  // And no fewer would do.
  RC_ASSERT(rate.forwards({units.lo, units.lo + 1}).hi > lo);
  RC_ASSERT(rate.forwards({units.hi - 1, units.hi}).lo < hi);
}

}  // namespace
}  // namespace centime::ledger
