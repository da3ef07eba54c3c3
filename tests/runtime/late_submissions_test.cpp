#include "node/runtime/late_submissions.h"

#include <gtest/gtest.h>

namespace centime::runtime {
namespace {

using std::chrono::milliseconds;
using Standing = LateSubmissions::Standing;

const ledger::MemberId liar{"liar"}, honest{"honest"};

// Until the answer is this one; how many it took.
int send_until(LateSubmissions& late, Standing wanted, std::size_t bytes, milliseconds now) {
  int sent = 1;
  while (late.add(liar, bytes, now) != wanted && sent < 100'000) ++sent;
  return sent;
}

TEST(LateSubmissions, TwoFullQueuesAtOnceAreFair) {
  LateSubmissions late;
  const milliseconds now{5'000};
  // One byte less, as the last one counted uses it up.
  for (int i = 0; i < 2 * 8'192 - 1; ++i) {
    ASSERT_FALSE(late.is_spent(honest, now));
    ASSERT_EQ(late.add(honest, 4'096, now), Standing::fair) << i;
  }
  EXPECT_FALSE(late.is_spent(honest, now));
}

TEST(LateSubmissions, WhoSendsMoreIsSpentAndWhoGoesOnIsFarAbove) {
  LateSubmissions late;
  const milliseconds now{5'000};
  EXPECT_EQ(send_until(late, Standing::spent, 0, now), LateSubmissions::units_max);
  EXPECT_TRUE(late.is_spent(liar, now));
  EXPECT_FALSE(late.is_spent(honest, now)) << "each for itself";
  EXPECT_EQ(send_until(late, Standing::far_above, 0, now), LateSubmissions::units_max);
  EXPECT_TRUE(late.is_spent(liar, now));
  EXPECT_EQ(send_until(late, Standing::far_above, 0, now), LateSubmissions::units_max)
      << "once for each time";
}

TEST(LateSubmissions, LargeOnesCountForMore) {
  LateSubmissions late;
  EXPECT_EQ(send_until(late, Standing::spent, 1 << 20, milliseconds{0}),
            1 + (LateSubmissions::units_max - 1) / 257);
}

TEST(LateSubmissions, FiveRoundsOfOffersASecondAreFairForEver) {
  LateSubmissions late;
  for (milliseconds now{0}; now < std::chrono::hours(1); now += milliseconds(200)) {
    for (int i = 0; i < 15; ++i) ASSERT_EQ(late.add(honest, 17'476, now), Standing::fair);
    ASSERT_EQ(late.add(honest, 1 << 20, now), Standing::fair);
    ASSERT_FALSE(late.is_spent(honest, now));
  }
}

TEST(LateSubmissions, EveryoneMayBeLateOnceWithWhatBecameFinal) {
  LateSubmissions late;
  const milliseconds now{0};
  for (int block = 0; block < 1'000; ++block) {
    late.finalized(500, 500 * 200);
    for (int i = 0; i < 500; ++i) ASSERT_EQ(late.add(honest, 200, now), Standing::fair);
  }
  EXPECT_FALSE(late.is_spent(honest, now));
}

TEST(LateSubmissions, NothingIsSavedUpBeyondWhatQueuesHold) {
  LateSubmissions late;
  late.add(liar, 0, milliseconds{0});
  late.finalized(1'000'000, 0);
  EXPECT_EQ(send_until(late, Standing::spent, 0, std::chrono::hours(24)),
            LateSubmissions::units_max);
}

TEST(LateSubmissions, TimeGivesItBackByTheMillisecond) {
  LateSubmissions late;
  send_until(late, Standing::spent, 0, milliseconds{0});
  for (milliseconds now{1}; now < milliseconds{20}; ++now) {
    EXPECT_FALSE(late.is_spent(liar, now));
    late.add(liar, 0, now);
  }
}

}  // namespace
}  // namespace centime::runtime
