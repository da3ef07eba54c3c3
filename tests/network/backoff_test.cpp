#include "node/network/backoff.h"

#include <gtest/gtest.h>

namespace centime::network {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsBoundAndStaysThere) {
  Backoff backoff({100ms, 1000ms});
  EXPECT_EQ(backoff.next(0), 50ms);
  EXPECT_EQ(backoff.next(0), 100ms);
  EXPECT_EQ(backoff.next(0), 200ms);
  EXPECT_EQ(backoff.next(0), 400ms);
  // A wait that collapses or overflows after many failures has halted networks.
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(backoff.next(0), 500ms);
}

TEST(Backoff, JitterFillsTheUpperHalf) {
  Backoff backoff({1000ms, 1000ms});
  EXPECT_EQ(backoff.next(0), 500ms);
  EXPECT_EQ(backoff.next(0.5), 750ms);
  EXPECT_LE(backoff.next(0.999), 1000ms);
}

TEST(Backoff, BeginsAnewAfterReset) {
  Backoff backoff({100ms, 1000ms});
  for (int i = 0; i < 5; ++i) backoff.next(0);
  backoff.reset();
  EXPECT_EQ(backoff.next(0), 50ms);
}

TEST(CutOff, GrowsWithEachStrikeUpToItsBound) {
  const Clock::time_point start{1h};
  CutOff cut_off({1s, 4s, 1h});
  EXPECT_FALSE(cut_off.holds(start));
  cut_off.strike(start);
  EXPECT_TRUE(cut_off.holds(start + 999ms));
  EXPECT_FALSE(cut_off.holds(start + 1s));
  cut_off.strike(start + 2s);
  EXPECT_EQ(cut_off.until(), start + 4s);
  for (int i = 0; i < 100; ++i) cut_off.strike(start + 5s);
  EXPECT_EQ(cut_off.until(), start + 9s);
}

TEST(CutOff, ForgetsAfterAGoodWhile) {
  const Clock::time_point start{1h};
  CutOff cut_off({1s, 1min, 1h});
  for (int i = 0; i < 4; ++i) cut_off.strike(start);
  cut_off.strike(start + 2h);
  EXPECT_EQ(cut_off.until(), start + 2h + 1s);
}

}  // namespace
}  // namespace centime::network
